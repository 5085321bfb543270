package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.JsonLines;

class StatusOutputTest {
    private final CapturedScreen captured = CapturedScreen.plain();

    private static UserRecord record(String name, UserState state, String error) {
        return new UserRecord(1, name, state, "source", "target", 1_600_000_000_000L, 1_600_000_100_000L,
                state == UserState.DONE ? 1_600_000_100_000L : 0, 1, 1_000, 500, 20_000, 10_000, 3, 1, error);
    }

    @Test
    void aTableOfUsersWithTheReasonsOfThoseThatFailed() {
        StatusText status = new StatusText(captured.screen());
        status.user(record("anna", UserState.DONE, ""));
        status.user(record("b\033", UserState.FAILED, "the disk is full"));
        status.end("/state");
        List<String> lines = captured.outLines();
        assertEquals("User   State   Mails     of     Size  Started     Updated", lines.get(0));
        assertTrue(lines.get(1).matches("anna   done      500  1,000  9.8 KiB  2020-09-1\\d  2020-09-1\\d"), lines.get(1));
        assertTrue(lines.get(2).startsWith("b\\x1b  failed    500  1,000"), lines.get(2));
        assertEquals("b\\x1b: the disk is full", lines.get(3));
        assertEquals("2 users: 1 done, 1 failed", lines.get(5));
    }

    @Test
    void manyUsersPassInPieces() {
        StatusText status = new StatusText(captured.screen());
        for (int i = 0; i < 1_200; i++) {
            status.user(record("user" + i, UserState.QUEUED, ""));
        }
        status.end("/state");
        assertEquals(3, captured.outLines().stream().filter(l -> l.startsWith("User")).count());
        assertEquals(1_200, captured.outLines().stream().filter(l -> l.startsWith("user")).count());
        assertTrue(captured.out().endsWith("\n1,200 users: 1,200 queued\n"),
                captured.outLines().get(captured.outLines().size() - 1));
    }

    @Test
    void oneUserWithMailboxesAndProblems() {
        new StatusText(captured.screen()).details(record("anna", UserState.FAILED, "no space left"),
                List.of(new MailboxRecord(0, "日本語\0会議", 12)), List.of("unreadable: INBOX: cur/1: Permission denied"));
        String text = captured.out();
        assertTrue(text.startsWith("anna: failed\n  placed   500 of 1,000 mails, 9.8 KiB\n"), text);
        assertTrue(text.contains("\n  finished -\n  error    no space left\n"), text);
        assertTrue(text.contains("\n  日本語/会議     12\n"), text);
        assertTrue(text.endsWith("Problems\n  - unreadable: INBOX: cur/1: Permission denied\n"), text);
    }

    @Test
    void forScripts() {
        StatusJson status = new StatusJson(new JsonLines(captured.screen(), Clock.systemUTC()));
        status.user(record("anna", UserState.COPIED, ""));
        status.end("/state");
        status.details(record("bert", UserState.DONE, ""), List.of(new MailboxRecord(0, "a\0b", 12)), List.of("p"));
        List<Map<String, Object>> lines = Json.lines(captured.out());
        assertEquals("copied", lines.get(0).get("state"));
        assertEquals("2020-09-13T12:26:40.000Z", lines.get(0).get("started"));
        assertEquals(null, lines.get(0).get("finished"));
        assertEquals(500L, lines.get(0).get("mails_placed"));
        assertEquals("summary", lines.get(1).get("type"));
        assertEquals(1L, lines.get(1).get("users"));
        assertEquals(List.of(Map.of("name", "a/b", "mails", 12L)), lines.get(2).get("mailboxes"));
        assertEquals(List.of("p"), lines.get(2).get("problems"));
    }
}
