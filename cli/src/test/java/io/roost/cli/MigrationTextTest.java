package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.migrate.MigrationException;
import io.roost.migrate.Result;

class MigrationTextTest {
    private final CapturedScreen captured = CapturedScreen.plain();

    private MigrationText report(boolean quiet) {
        return new MigrationText(captured.screen(), quiet, "mdbox:~/mdbox");
    }

    @Test
    void aResultSaysHowMuchHowFastAndEveryRejectedMailByName() {
        report(false).done(Samples.account(), Samples.result(
                List.of(Samples.problem(Kind.UNREADABLE, "cur/a"), Samples.problem(Kind.SYMLINK, "cur/b")),
                List.of(Samples.problem(Kind.WRONG_SIZE, "cur/c"), Samples.problem(Kind.NO_UID, "new/d"))));
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
        report(true).done(Samples.account(), fine);
        totals.done(fine);
        report(true).summary(totals);
        assertEquals("", captured.out() + captured.err());
        report(true).done(Samples.account(), Samples.result(List.of(Samples.problem(Kind.UNREADABLE, "cur/a")), List.of()));
        assertTrue(captured.out().contains("cur/a"), captured.out());
    }

    @Test
    void aUserDoneBeforeIsNoNews() {
        report(false).done(Samples.account(), new Result(2, 1, 1, 0, 0, 0, 0, List.of(), List.of(), 5, true));
        assertEquals("anna: was migrated before, nothing to do\n", captured.out());
    }

    @Test
    void aFailureIsOneLineOnStandardErrorAndItsReasonsBelow() {
        List<SourceProblem> losses = List.of(Samples.problem(Kind.UNREADABLE, "cur/a"),
                Samples.problem(Kind.UNREADABLE, "cur/b"));
        report(true).failed("anna", "/mail/anna/Maildir",
                Failure.of(new MigrationException(MigrationException.Kind.SOURCE, "2 things", losses, null)));
        assertEquals("FAILED: anna: 2 things\n", captured.err());
        assertTrue(captured.out().contains("LOSS unreadable, 2") && captured.out().contains("INBOX: cur/b"), captured.out());
    }

    @Test
    void theSummaryOfSeveralUsersNamesThoseThatFailed() {
        MigrationTotals totals = new MigrationTotals(4);
        totals.done(Samples.result(List.of(), List.of()));
        totals.failed("bert", Failure.of(new java.io.IOException("x")));
        totals.failed("carl", Failure.of(new java.io.IOException("x")));
        report(false).summary(totals);
        assertEquals("4 users: 1 done, 2 failed, 1 not begun; 1,203 mails, 4.8 MiB in under 0.1 s", captured.outLines().get(0));
        assertEquals("failed: bert carl", captured.outLines().get(1));
        assertTrue(captured.out().contains("mail=mdbox:~/mdbox"), captured.out());
    }

    @Test
    void exitCodesOfARun() {
        assertEquals(ExitCode.DONE, new MigrationTotals(1).code());
        MigrationTotals one = new MigrationTotals(1);
        one.failed("a", Failure.of(CommandException.usage("x")));
        assertEquals(ExitCode.USAGE, one.code());
        MigrationTotals several = new MigrationTotals(3);
        several.failed("a", Failure.of(CommandException.usage("x")));
        assertEquals(ExitCode.FAILED, several.code());
        several.failed("b", Failure.of(new MigrationException(MigrationException.Kind.MISMATCH, "x")));
        several.failed("c", Failure.of(new java.io.IOException("x")));
        assertEquals(ExitCode.MISMATCH, several.code());
        several.interrupted();
        assertEquals(ExitCode.INTERRUPTED, several.code());
    }
}
