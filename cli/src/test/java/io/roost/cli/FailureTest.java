package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.CheckpointException;
import io.roost.cli.screen.CapturedScreen;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.UserDatabase;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.MigrationException;

class FailureTest {
    @Test
    void eachSortHasItsExitCodeAndKind() {
        assertEquals("USAGE usage", sort(CommandException.usage("x")));
        assertEquals("PREREQUISITE_MISSING prerequisite_missing", sort(new CommandException(ExitCode.PREREQUISITE_MISSING,
                "x")));
        assertEquals("STATE_UNUSABLE state", sort(new CheckpointException("x")));
        assertEquals("FAILED no_space", sort(new MigrationException(MigrationException.Kind.NO_SPACE, "x")));
        assertEquals("MISMATCH mismatch", sort(new MigrationException(MigrationException.Kind.MISMATCH, "x")));
        assertEquals("INTERRUPTED interrupted", sort(new MigrationException(MigrationException.Kind.INTERRUPTED, "x")));
        assertEquals("INTERRUPTED interrupted", sort(new InterruptedException()));
        assertEquals("INTERRUPTED interrupted", sort(new InterruptedIOException("x")));
        assertEquals("USAGE settings", sort(new InvalidSettingException("s", "f", "e", "a")));
        assertEquals("FAILED unknown_user", sort(new UserDatabase.UnknownUser("x", "y")));
        assertEquals("FAILED userdb", sort(new UserDatabase.TemporaryFailure("x", "y")));
        assertEquals("FAILED io", sort(new IOException("x")));
        assertEquals("FAILED memory", sort(new OutOfMemoryError("Java heap space")));
        assertEquals("FAILED internal", sort(new IllegalStateException("x")));
        assertEquals("PREREQUISITE_MISSING native", sort(new ExceptionInInitializerError(new UnsatisfiedLinkError("no jffi"))));
    }

    private static String sort(Throwable thrown) {
        Failure failure = Failure.of(thrown);
        return failure.code() + " " + failure.kind();
    }

    @Test
    void theProblemsBehindItAreKept() {
        List<SourceProblem> problems = List.of(Samples.problem(SourceProblem.Kind.UNREADABLE, "cur/1"));
        MigrationException thrown = new MigrationException(MigrationException.Kind.SOURCE, "x", problems, null);
        assertEquals(problems, Failure.of(thrown).problems());
    }

    @Test
    void peopleGetOneLineAndNoStackTrace() {
        CapturedScreen captured = CapturedScreen.plain();
        Failure.tell(captured.screen(), new IllegalStateException("first\nsecond"));
        assertEquals(1, captured.errLines().size(), captured.err());
        assertTrue(captured.err().contains("IllegalStateException: first;"), captured.err());
        assertTrue(captured.err().contains("ROOST_DEBUG=1"), captured.err());
        CapturedScreen expected = CapturedScreen.plain();
        Failure.tell(expected.screen(), new IOException("the disk is gone"));
        assertEquals("roost: the disk is gone\n", expected.err());
    }

    @Test
    void anExceptionWithoutAMessageStillSaysSomething() {
        assertEquals("EOFException", Failure.of(new java.io.EOFException()).message());
        assertFalse(Failure.of(new NullPointerException()).message().contains("null"));
    }
}
