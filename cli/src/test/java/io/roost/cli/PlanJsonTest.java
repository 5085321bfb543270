package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.JsonLines;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.migrate.Plan;
import io.roost.preflight.Finding;

class PlanJsonTest {
    private static Map<String, Object> write(Plan plan, List<Finding> advice) {
        CapturedScreen captured = CapturedScreen.plain();
        new PlanJson(plan, advice, List.of("a note")).write(new JsonLines(captured.screen(), Clock.systemUTC()));
        return Json.object(captured.out());
    }

    @Test
    void hasEverythingThatThePlanHas() {
        Map<String, Object> json = write(Samples.plan(List.of(Samples.problem(Kind.UNREADABLE, "cur/x\u00e9")),
                List.of("an obstacle"),
                Optional.of(Samples.nfs())), List.of(new Finding.Question("zlib", "mail_plugins", "all", "why").unsafe("m",
                "r")));
        assertEquals(List.of("type", "time", "user", "clean", "source", "target", "mailboxes", "mails", "bytes", "data_files",
                "data_bytes", "index_bytes", "files", "space", "estimate", "obstacles", "problems", "settings", "notes"),
                List.copyOf(json.keySet()));
        assertEquals("plan", json.get("type"));
        assertEquals(false, json.get("clean"));
        assertEquals(1_203L, json.get("mails"));
        assertEquals(Map.of("name", "日本語/会議", "mails", 3L, "bytes", 1_000L, "unseen", 0L, "recent", 0L, "uidvalidity", 0L,
                "uidnext", 4L, "keywords", List.of(), "subscribed", false), Json.array(json.get("mailboxes")).get(1));
        assertEquals(Map.of("type", "nfs", "total_bytes", 1L << 40, "free_bytes", 100L << 20, "free_bytes_after",
                (100L << 20) - 5_160_000, "total_inodes", 5_000L, "free_inodes", 1_000L, "free_inodes_after", 979L),
                json.get("space"));
        assertEquals(Map.of("low_seconds", 2.4, "high_seconds", 7.1, "sample_mails", 200L, "sample_bytes", 900_000L,
                "sample_seconds", 0.35),
                json.get("estimate"));
        Map<String, Object> problem = Json.array(json.get("problems")).get(0);
        assertEquals("unreadable", problem.get("kind"));
        assertEquals("loss", problem.get("severity"));
        assertEquals("/mail/anna/Maildir/cur/x\\xe9", problem.get("path"));
        assertEquals("L21haWwvYW5uYS9NYWlsZGlyL2N1ci946Q==", problem.get("path_base64"));
        assertEquals(Map.of("id", "zlib", "severity", "unsafe", "message", "mail_plugins: m; why", "remedy", "r"),
                Json.array(json.get("settings")).get(0));
        assertEquals(List.of("a note"), json.get("notes"));
    }

    @Test
    void aCleanPlanWithoutAKnownFileSystem() {
        Map<String, Object> json = write(Samples.plan(List.of(), List.of(), Optional.empty()), List.of());
        assertEquals(true, json.get("clean"));
        assertNull(json.get("space"));
        assertTrue(json.containsKey("space"));
    }
}
