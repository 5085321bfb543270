package io.roost.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.cli.report.RunSummary.Throttling;
import io.roost.cli.screen.CapturedScreen;
import io.roost.migrate.MonthCounts;

class SummaryTextTest {
    private static List<String> lines(RunSummary summary, boolean quiet) {
        CapturedScreen screen = CapturedScreen.plain();
        SummaryText.print(screen.screen(), summary, quiet);
        return screen.outLines();
    }

    @Test
    void tellsOfThreeUsers() {
        assertEquals(List.of("1 of 3 users failed.",
                "They keep their Maildir, unchanged. Some mails were left out, as",
                "--skip-unreadable says; they are listed by name.",
                "3 users: 2 done, 1 failed; 2,016 mails, 13 MiB in 14 s (0.1 users/s, 928 KiB/s)", "",
                "FAILED target, 1 user",
                "  Look at the target: an mdbox is there already, or a staging directory that is",
                "  not Roost's. Move it away and run again.",
                "  - carla@example.org: there is an mdbox at /mail/carla/mdbox already: move it",
                "    away, or take the user off the list", "",
                "Not carried over, 1:",
                "  - bert@example.org: INBOX:",
                "    /mail/bert@example.org/Maildir/cur/1700000000.M1P2.mx1:2,S: cannot open it:",
                "    Permission denied", "",
                "Slowest users      Time  Mails    Bytes",
                "bert@example.org  8.9 s    812  5.1 MiB",
                "anna@example.org  4.2 s  1,204  7.6 MiB"), lines(Runs.three(), false));
    }

    @Test
    void tellsOfANightInAScreenfulOrTwo() {
        List<String> lines = lines(Runs.night(), false);
        assertEquals("Ended early: the maintenance window is over.", lines.get(0));
        assertTrue(lines.contains("held back by timetable for 1 h 0 min"), lines::toString);
        assertTrue(lines.contains("  and 117 more"), lines::toString);
    }

    @Test
    void quietTellsWhatNeedsAttentionOnly() {
        RunRecorder recorder = new RunRecorder(Runs::explain);
        Runs.done(recorder, "anna", Runs.result(5, 10, List.of()), new MonthCounts(), new MonthCounts());
        RunSummary good = recorder.summary(Runs.run(Runs.STARTED + 5, 0, ""), Runs.status(Runs.STARTED, Runs.users(1, 0, 0), 1, 1),
                Throttling.NONE);
        assertEquals(List.of(), lines(good, true));
        assertEquals("Complete: every user is migrated and checked.", lines(good, false).get(0));
        assertEquals("1 of 3 users failed.", lines(Runs.three(), true).get(0));
    }
}
