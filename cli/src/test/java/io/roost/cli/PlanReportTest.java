package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.migrate.Plan;
import io.roost.preflight.Finding;

class PlanReportTest {
    private static String print(Plan plan, List<Finding> advice, List<String> notes) {
        CapturedScreen captured = CapturedScreen.plain();
        new PlanReport(captured.screen(), plan, advice, notes).print();
        captured.outLines().forEach(line -> assertTrue(line.length() < 80, line));
        assertEquals("", captured.err());
        return captured.out();
    }

    @Test
    void aCleanPlan() {
        assertEquals("""
                Plan for anna (nothing was written)
                  from  /mail/anna/Maildir
                  to    /mail/anna/mdbox

                Mailbox      Mails     Size  Unseen  UIDVALIDITY  Keywords
                INBOX        1,200  4.8 MiB      17   1500000000  $Forwarded Work
                日本語/会議      3   1000 B       0          new
                ─────────────────────────────────────────────────────────────────
                2 mailboxes  1,203  4.8 MiB      17

                Writes  2 m.* files, 4.9 MiB, and 59 KiB of indexes; 21 files and directories
                        in all
                Space   100 MiB free of 1.0 TiB (nfs), 95 MiB afterwards, while the Maildir is
                        still there
                Inodes  1,000 free, 979 afterwards
                Time    3 s to 8 s, from reading 200 mails (879 KiB) in 0.4 s; how fast the
                        target writes is a guess

                Ready: everything can be carried over.
                """, print(Samples.plan(List.of(), List.of(), Optional.of(Samples.nfs())), List.of(), List.of()));
    }

    @Test
    void problemsAreGroupedLossesFirstWithWhatToDo() {
        List<SourceProblem> problems = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            problems.add(Samples.problem(Kind.WRONG_SIZE, "cur/w" + i));
        }
        problems.add(Samples.problem(Kind.STALE_ENTRY, "dovecot-uidlist"));
        problems.add(Samples.problem(Kind.SYMLINK, "cur/link\033[2J"));
        String text = print(Samples.plan(problems, List.of(), Optional.empty()), List.of(), List.of());
        String found = text.substring(text.indexOf("Found in"));
        assertEquals("""
                Found in the Maildir
                  LOSS symlink, 1
                    %s
                    - INBOX: cur/link\\x1b[2J: found so and so
                  warning wrong-size, 8
                    %s
                    - INBOX: cur/w0: found so and so
                    - INBOX: cur/w1: found so and so
                    - INBOX: cur/w2: found so and so
                    - INBOX: cur/w3: found so and so
                    - INBOX: cur/w4: found so and so
                    and 3 more (--json lists all)
                  note stale-entry, 1
                    %s
                    - INBOX: dovecot-uidlist: found so and so

                Not ready: 1 thing cannot be carried over.
                roost migrate refuses this user unless it gets --skip-unreadable.
                """.formatted(wrapped(Kind.SYMLINK), wrapped(Kind.WRONG_SIZE), wrapped(Kind.STALE_ENTRY)), found);
        assertTrue(text.contains("Space   not known"), text);
    }

    private static String wrapped(Kind kind) {
        CapturedScreen captured = CapturedScreen.plain();
        captured.screen().paragraph("    ", "    ", kind.remedy());
        return captured.out().strip();
    }

    @Test
    void obstaclesSettingsAndNotesAreSaid() {
        String text = print(Samples.plan(List.of(), List.of("there is an mdbox already"), Optional.empty()),
                List.of(new Finding.Question("separator", "separator", "one", "clients get lost").unsafe("none", "set one")),
                List.of("defaults are taken"));
        assertTrue(text.contains("In the way\n  - there is an mdbox already\n"), text);
        assertTrue(text.contains("Dovecot's settings\n  UNSAFE separator\n    separator: none; clients get lost. To do: set "
                + "one\n"), text);
        assertTrue(text.contains("Note: defaults are taken\n"), text);
        assertTrue(text.endsWith("Not ready: see what is in the way.\n"), text);
    }
}
