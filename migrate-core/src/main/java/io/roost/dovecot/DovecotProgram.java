package io.roost.dovecot;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.roost.posix.ByteString;

/**
 * One of Dovecot's programs, run with a list of arguments and no shell. The only place that starts them. A run is bounded in
 * time and output; what exceeds either is killed with its children. Immutable and thread-safe.
 */
public final class DovecotProgram {
    /** Bytes of standard output; {@code doveconf -a} prints about 24,000. */
    private static final int MAX_OUTPUT = 16 << 20;
    private static final int MAX_ERRORS = 64 << 10;
    private static final List<String> USUAL_PLACES = List.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin",
            "/opt/dovecot/bin");

    /** What Java encodes arguments in. */
    private static final Charset ARGUMENT_CHARSET = Runtime.version().feature() < 18 ? Charset.defaultCharset()
            : Charset.forName(System.getProperty("sun.jnu.encoding"));

    private final String name;
    private final List<String> command;
    private final Duration limit;
    private final Map<String, String> environment;

    private DovecotProgram(String name, List<String> command, Duration limit, Map<String, String> environment) {
        this.name = name;
        this.command = command;
        this.limit = limit;
        this.environment = environment;
    }

    /**
     * What a run brought.
     *
     * @param program  name for messages
     * @param exitCode 0 for success; doveadm's others are those of {@code sysexits.h}
     * @param output   standard output, a byte string
     * @param errors   the beginning of standard error, text
     */
    public record Result(String program, int exitCode, String output, String errors) {
        public static final int EX_NOUSER = 67;
        public static final int EX_TEMPFAIL = 75;

        /** @throws IOException with the first lines of standard error if it failed */
        public Result requireSuccess() throws IOException {
            if (exitCode != 0) {
                throw new IOException(program + " failed with exit code " + exitCode + ": " + firstErrors());
            }
            return this;
        }

        /** Standard output as UTF-8. */
        public String outputText() {
            return new String(ByteString.toBytes(output), StandardCharsets.UTF_8);
        }

        /** The first three lines of standard error, on one line. */
        public String firstErrors() {
            List<String> lines = errors.lines().filter(line -> !line.isBlank()).limit(3).map(InvalidSettingException::printable)
                    .toList();
            return lines.isEmpty() ? "it said nothing" : String.join(" / ", lines);
        }
    }

    /**
     * @param configuration {@code dovecot.conf}; empty for the installed one
     * @throws IOException if it is not installed
     */
    public static DovecotProgram doveconf(Optional<String> configuration) throws IOException {
        return installed("doveconf", configuration, Duration.ofSeconds(30));
    }

    /**
     * @param configuration {@code dovecot.conf}; empty for the installed one
     * @throws IOException if it is not installed
     */
    public static DovecotProgram doveadm(Optional<String> configuration) throws IOException {
        return installed("doveadm", configuration, Duration.ofSeconds(60));
    }

    /** Whether it is in {@code PATH} or one of the usual places. */
    public static boolean isInstalled(String name) {
        return find(name).isPresent();
    }

    static DovecotProgram installed(String name, Optional<String> configuration, Duration limit) throws IOException {
        String path = find(name).orElseThrow(() -> new IOException(name
                + " is not installed here: it is neither in PATH nor in "
                + String.join(", ", USUAL_PLACES) + ". Run Roost where Dovecot is, or give --home, --from and --to"));
        List<String> command = new ArrayList<>(List.of(path));
        configuration.ifPresent(file -> command.addAll(List.of("-c", file)));
        return new DovecotProgram(name, List.copyOf(command), limit, Map.of());
    }

    private static Optional<String> find(String name) {
        String path = System.getenv("PATH");
        List<String> places = new ArrayList<>(path == null ? List.of() : Arrays.asList(path.split(File.pathSeparator)));
        places.addAll(USUAL_PLACES);
        return places.stream().filter(place -> place.startsWith("/")).map(place -> new File(place, name))
                .filter(file -> file.isFile() && file.canExecute()).map(File::getPath).findFirst();
    }

    /** This program, killed after another time. */
    public DovecotProgram within(Duration time) {
        return new DovecotProgram(name, command, time, environment);
    }

    /** This program with these environment variables beside the ones of this process. */
    public DovecotProgram withEnvironment(Map<String, String> variables) {
        return new DovecotProgram(name, command, limit, Map.copyOf(variables));
    }

    /**
     * Runs it to its end.
     *
     * @param arguments text; none may hold NUL
     * @throws InvalidSettingException if an argument cannot be handed over in this locale
     * @throws IOException             if it cannot be started, takes too long or prints too much
     */
    public Result run(String... arguments) throws IOException {
        for (String argument : arguments) {
            checkArgument(name, argument, ARGUMENT_CHARSET);
        }
        List<String> all = new ArrayList<>(command);
        all.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(all).redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        Capture output = new Capture(process.getInputStream(), MAX_OUTPUT, process);
        Capture errors = new Capture(process.getErrorStream(), MAX_ERRORS, null);
        output.start();
        errors.start();
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (ended) {
                // whoever still holds the pipes gets a moment, no more
                output.join(5_000);
                errors.join(1_000);
            }
            if (output.overflowed()) {
                throw new IOException(name + " printed more than " + MAX_OUTPUT + " bytes and was stopped");
            }
            if (!ended || output.isAlive()) {
                throw new IOException(name + " was stopped after " + limit.toSeconds() + " seconds without an end: "
                        + result(-1, output, errors).firstErrors());
            }
            return result(process.exitValue(), output, errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while " + name + " ran");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            kill(process);
        }
    }

    /** In a locale without UTF-8, Java would turn letters into question marks, which doveadm takes for a mask of users. */
    static void checkArgument(String program, String argument, Charset charset) throws InvalidSettingException {
        if (argument.indexOf(0) >= 0 || !charset.equals(StandardCharsets.UTF_8) && argument.chars().anyMatch(c -> c > 126)) {
            throw new InvalidSettingException("argument of " + program, argument, "characters that " + charset + " has",
                    "set LC_ALL=C.UTF-8 for Roost");
        }
    }

    private Result result(int exitCode, Capture output, Capture errors) {
        byte[] printed = output.bytes();
        return new Result(name, exitCode, ByteString.of(printed, 0, printed.length),
                new String(errors.bytes(), StandardCharsets.UTF_8));
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Reads a stream to its end and keeps the beginning. */
    private static final class Capture extends Thread {
        private final InputStream in;
        private final int limit;
        private final Process victim;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private boolean overflowed;

        /** @param victim what to kill when there is more than {@code limit}; null to drop the rest */
        Capture(InputStream in, int limit, Process victim) {
            super("dovecot-output");
            this.in = in;
            this.limit = limit;
            this.victim = victim;
            setDaemon(true);
        }

        @Override
        public void run() {
            byte[] buffer = new byte[8192];
            try (in) {
                for (int n; (n = in.read(buffer)) >= 0;) {
                    if (!keep(buffer, n) && victim != null) {
                        kill(victim);
                        return;
                    }
                }
            } catch (IOException e) {
                // the process was killed: what came before is kept
            }
        }

        private synchronized boolean keep(byte[] buffer, int n) {
            int fits = Math.min(n, limit - kept.size());
            kept.write(buffer, 0, fits);
            overflowed |= fits < n;
            return !overflowed;
        }

        synchronized byte[] bytes() {
            return kept.toByteArray();
        }

        synchronized boolean overflowed() {
            return overflowed;
        }
    }
}
