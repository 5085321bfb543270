package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.JsonLines;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.migrate.FileFate;
import io.roost.migrate.FileFate.Fate;
import io.roost.migrate.Mismatch;
import io.roost.migrate.VerifyReport;

class VerifyOutputTest {
    private final CapturedScreen captured = CapturedScreen.plain();

    private static VerifyReport different() {
        List<Mismatch> mismatches = new ArrayList<>();
        for (int i = 1; i <= 60; i++) {
            mismatches.add(new Mismatch("INBOX", i, "/m/cur/" + i + "\033", "flags", "\\Seen", ""));
        }
        return new VerifyReport(2, 1_140, 5_000_000, Map.of(Fate.MIGRATED, 1_140L, Fate.DIFFERENT, 60L, Fate.REJECTED, 1L),
                mismatches, 75,
                List.of(Samples.problem(Kind.UNREADABLE, "cur/x")), 1_500);
    }

    @Test
    void equalIsSaidInOneTable() {
        VerifyOutput.text(captured.screen(), Samples.account(), new VerifyReport(2, 1_200, 5_000_000,
                Map.of(Fate.MIGRATED, 1_200L),
                List.of(), 0, List.of(), 1_500));
        assertEquals("""
                Verification of anna (nothing was written)
                  Files of cur/ and new/  Number  Meaning
                  migrated                 1,200  in the mdbox, equal in everything

                Equal: 1,200 mails in 2 mailboxes, 4.8 MiB; compared in 1.5 s
                """, captured.out());
    }

    @Test
    void differencesAreListedUpToALimit() {
        VerifyOutput.text(captured.screen(), Samples.account(), different());
        String text = captured.out();
        assertTrue(text.contains("  different                   60  in the mdbox, and something differs\n"), text);
        assertTrue(text.contains("  - INBOX UID 50: flags: expected \\Seen, found  (/m/cur/50\\x1b)\n  and 25 more\n"), text);
        assertTrue(text.contains("DIFFERENT: 75 differences; equal are 1,140 mails in 2 mailboxes, 4.8 MiB\n"), text);
    }

    @Test
    void theJsonReportHasAllOfIt() {
        VerifyOutput.json(new JsonLines(captured.screen(), Clock.systemUTC()), "anna", different());
        Map<String, Object> json = Json.object(captured.out());
        assertEquals("verified", json.get("type"));
        assertEquals(false, json.get("equal"));
        assertEquals(Map.of("migrated", 1_140L, "different", 60L, "vanished", 0L, "rejected", 1L, "missing", 0L),
                json.get("files"));
        assertEquals(75L, json.get("mismatch_count"));
        assertEquals(60, Json.array(json.get("mismatches")).size());
        assertEquals("flags", Json.array(json.get("mismatches")).get(0).get("what"));
        assertEquals("unreadable", Json.array(json.get("problems")).get(0).get("kind"));
    }

    @Test
    void eachFileIsALine() {
        FileFate fate = new FileFate("日本", "cur/1\n", 7, Fate.REJECTED, "Permission denied", false);
        VerifyOutput.text(captured.screen(), fate);
        VerifyOutput.json(new JsonLines(captured.screen(), Clock.systemUTC()), "anna", fate);
        assertEquals("rejected   日本  7  cur/1\\x0a  Permission denied", captured.outLines().get(0));
        Map<String, Object> json = Json.object(captured.outLines().get(1));
        assertEquals("file", json.get("type"));
        assertEquals("rejected", json.get("fate"));
        assertEquals("Y3VyLzEK", json.get("file_base64"));
    }
}
