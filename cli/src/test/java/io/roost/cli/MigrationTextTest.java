package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.CheckpointException;
import io.roost.cli.screen.CapturedScreen;
import io.roost.engine.FailureClass;
import io.roost.engine.RunEvent;
import io.roost.engine.StopReason;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.migrate.MigrationException;
import io.roost.migrate.Result;

class MigrationTextTest {
    private final CapturedScreen captured = CapturedScreen.plain();

    private MigrationText report(boolean quiet) {
        return new MigrationText(captured.screen(), quiet, false, false, "mdbox:~/mdbox");
    }

    private static RunEvent done(Result result) {
        return new RunEvent.Done("anna", Samples.account(), result);
    }

    private static RunEvent failed(String user, Throwable why) {
        return new RunEvent.Failed(user, why, FailureClass.of(why), 1, 0);
    }

    @Test
    void aResultSaysHowMuchHowFastAndEveryRejectedMailByName() {
        report(false).event(done(Samples.result(
                List.of(Samples.problem(Kind.UNREADABLE, "cur/a"), Samples.problem(Kind.SYMLINK, "cur/b")),
                List.of(Samples.problem(Kind.WRONG_SIZE, "cur/c"), Samples.problem(Kind.NO_UID, "new/d")))));
        assertEquals("""
                anna: 2 mailboxes, 1,203 mails, 4.8 MiB in 2.0 s (602 mails/s, 2.4 MiB/s)
                  2 m.* files; 3 mails share the bytes of a copy; 1 mail was expunged meanwhile
                  warning wrong-size, 1
                    nothing to do: the real size is used
                    - INBOX: cur/c: found so and so
                  note 1 thing worth knowing (roost plan tells)
                  Not carried over, 2 (--skip-unreadable):
                    - INBOX: cur/a: found so and so
                    - INBOX: cur/b: found so and so
                """, captured.out());
    }

    @Test
    void quietMeansOnlyWhatNeedsAttention() {
        MigrationTotals totals = new MigrationTotals(1);
        Result fine = Samples.result(List.of(), List.of());
        report(true).event(done(fine));
        totals.event(done(fine));
        report(true).summary(totals);
        assertEquals("", captured.out() + captured.err());
        report(true).event(done(Samples.result(List.of(Samples.problem(Kind.UNREADABLE, "cur/a")), List.of())));
        assertTrue(captured.out().contains("cur/a"), captured.out());
    }

    @Test
    void aUserDoneBeforeIsNoNews() {
        report(false).event(done(new Result(2, 1, 1, 0, 0, 0, 0, List.of(), List.of(), 5, true)));
        assertEquals("anna: was migrated before, nothing to do\n", captured.out());
    }

    @Test
    void aFailureIsOneLineOnStandardErrorAndItsReasonsBelow() {
        List<SourceProblem> losses = List.of(Samples.problem(Kind.UNREADABLE, "cur/a"),
                Samples.problem(Kind.UNREADABLE, "cur/b"));
        report(true).event(failed("anna", new MigrationException(MigrationException.Kind.SOURCE, "2 things", losses, null)));
        assertEquals("FAILED: anna: 2 things\n", captured.err());
        assertTrue(captured.out().contains("LOSS unreadable, 2") && captured.out().contains("cur/b: "), captured.out());
    }

    @Test
    void theSummaryOfSeveralUsersNamesThoseThatFailed() {
        MigrationTotals totals = new MigrationTotals(4);
        totals.event(done(Samples.result(List.of(), List.of())));
        totals.event(failed("bert", new IOException("x")));
        totals.event(new RunEvent.Failed("dora", new IOException("x"), FailureClass.TRANSIENT, 1, 1_000));
        totals.event(failed("carl", new IOException("x")));
        report(false).summary(totals);
        // how long it took is this machine's affair
        String summary = "4 users: 1 done, 2 failed, 1 left for the next run; 1,203 mails, 4.8 MiB in ";
        assertTrue(captured.outLines().get(0).matches(Pattern.quote(summary) + "(under )?[0-9].*"), captured.out());
        assertEquals("failed: bert carl", captured.outLines().get(1));
        assertTrue(captured.out().contains("mail=mdbox:~/mdbox"), captured.out());
    }

    @Test
    void exitCodesOfARun() {
        assertEquals(ExitCode.DONE, new MigrationTotals(1).code());
        MigrationTotals one = new MigrationTotals(1);
        one.event(failed("a", CommandException.usage("x")));
        assertEquals(ExitCode.USAGE, one.code());
        MigrationTotals several = new MigrationTotals(3);
        several.event(failed("a", CommandException.usage("x")));
        assertEquals(ExitCode.FAILED, several.code());
        several.event(failed("b", new MigrationException(MigrationException.Kind.MISMATCH, "x")));
        several.event(failed("c", new IOException("x")));
        assertEquals(ExitCode.MISMATCH, several.code());
        several.stopped(StopReason.SIGNAL);
        assertEquals(ExitCode.INTERRUPTED, several.code());
        MigrationTotals early = new MigrationTotals(3);
        early.stopped(StopReason.WINDOW);
        assertEquals(ExitCode.WINDOW_ENDED, early.code());
        early.event(failed("a", new CheckpointException("the store is gone")));
        assertEquals(ExitCode.STATE_UNUSABLE, early.code());
    }

    @Test
    void whoIsTriedAgainHasNotFailed() {
        MigrationTotals totals = new MigrationTotals(2);
        totals.event(failed("anna", new IOException("x")));
        totals.event(new RunEvent.Requeued("anna"));
        totals.event(done(Samples.result(List.of(), List.of())));
        assertEquals(List.of(), List.copyOf(totals.failed()));
        assertEquals(1, totals.notStarted());
        assertEquals(ExitCode.DONE, totals.code());
    }
}
