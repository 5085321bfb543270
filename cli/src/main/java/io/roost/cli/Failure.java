package io.roost.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;

import io.roost.checkpoint.CheckpointException;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Style;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.UserDatabase;
import io.roost.gate.GateException;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.MigrationException;

/**
 * An exception as people and scripts are told of it: one line, and what sort it is.
 *
 * @param code     how the command ends because of it
 * @param kind     stable identifier for scripts
 * @param message  one line
 * @param problems of the source, that led to it
 */
record Failure(ExitCode code, String kind, String message, List<SourceProblem> problems) {
    private static final String UNEXPECTED = "; this is a fault of Roost: please report it with the output of the same "
            + "command under ROOST_DEBUG=1";

    static Failure of(Throwable thrown) {
        if (thrown instanceof CommandException e) {
            return new Failure(e.code(), e.code().name().toLowerCase(Locale.ROOT), e.getMessage(), List.of());
        }
        if (thrown instanceof MigrationException e) {
            ExitCode code = switch (e.kind()) {
                case MISMATCH -> ExitCode.MISMATCH;
                case INTERRUPTED -> ExitCode.INTERRUPTED;
                default -> ExitCode.FAILED;
            };
            return new Failure(code, e.kind().name().toLowerCase(Locale.ROOT), e.getMessage(), e.problems());
        }
        if (thrown instanceof CheckpointException) {
            return of(ExitCode.STATE_UNUSABLE, "state", thrown.getMessage());
        }
        if (thrown instanceof InterruptedException || thrown instanceof InterruptedIOException) {
            return of(ExitCode.INTERRUPTED, "interrupted", "stopped before the end");
        }
        if (thrown instanceof InvalidSettingException) {
            return of(ExitCode.USAGE, "settings", thrown.getMessage());
        }
        if (thrown instanceof UserDatabase.UnknownUser) {
            return of(ExitCode.FAILED, "unknown_user", thrown.getMessage());
        }
        if (thrown instanceof UserDatabase.TemporaryFailure) {
            return of(ExitCode.FAILED, "userdb", thrown.getMessage());
        }
        if (thrown instanceof GateException) {
            return of(ExitCode.FAILED, "gate", thrown.getMessage());
        }
        if (thrown instanceof IOException) {
            return of(ExitCode.FAILED, "io", said(thrown));
        }
        if (thrown instanceof OutOfMemoryError) {
            return of(ExitCode.FAILED, "memory", "out of memory (" + said(thrown)
                    + "): run again with more, such as ROOST_HEAP=1g");
        }
        UnsatisfiedLinkError link = linkError(thrown);
        if (link != null) {
            return of(ExitCode.PREREQUISITE_MISSING, "native", "a native library cannot be loaded: " + said(link)
                    + "; is java.io.tmpdir on a file system mounted noexec, or the machine neither x86_64 nor aarch64?");
        }
        return of(ExitCode.FAILED, "internal", thrown.getClass().getSimpleName() + ": " + said(thrown) + UNEXPECTED);
    }

    private static Failure of(ExitCode code, String kind, String message) {
        return new Failure(code, kind, message, List.of());
    }

    private static UnsatisfiedLinkError linkError(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof UnsatisfiedLinkError e) {
                return e;
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static String said(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank() ? thrown.getClass().getSimpleName()
                : message.strip().lines().findFirst().orElse("");
    }

    /** Tells people, on standard error. */
    static Failure tell(Screen screen, Throwable thrown) {
        Failure failure = of(thrown);
        screen.message(Style.BAD.of("roost:"), Style.PLAIN.of(" " + failure.message()));
        trace(screen, thrown);
        return failure;
    }

    /** The stack trace, on standard error, if {@code ROOST_DEBUG=1} asks for it. */
    static void trace(Screen screen, Throwable thrown) {
        if ("1".equals(System.getenv("ROOST_DEBUG"))) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            trace.toString().lines().forEach(line -> screen.message(line.replace("\t", "    ")));
        }
    }
}
