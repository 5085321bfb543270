package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;

import io.roost.cli.control.ControlException;
import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.DisplayWidth;

/** A session without a run, told what a run would have said. */
abstract class SessionHarness {
    static final String STATUS = """
            {"type":"run_status","time":"2026-11-23T21:00:10.000Z","pid":1,"state":"running","reason":"",\
            "started":"2026-11-23T20:00:00.000Z","now":"2026-11-23T21:00:10.000Z","deadline":"2026-11-24T05:00:00.000Z","workers":4,\
            "users":{"waiting":299900,"active":2,"retrying":1,"done":90,"failed":7,"skipped":0},"mails":12345,"bytes":1288490188,\
            "mails_per_second":120.4,"bytes_per_second":12582912,"seconds_left":12000,"history":[0,5,10,20],"active":[\
            {"user":"anna@example.org","step":"copying","worker":0,"attempt":1,"since":"2026-11-23T21:00:00.000Z","mails_done":70,\
            "mails_total":100,"bytes_done":1,"bytes_total":2},{"user":"日本語の名前がとても長いユーザー@example.org","step":"scanning",\
            "worker":1,"attempt":2,"since":"2026-11-23T21:00:09.000Z","mails_done":0,"mails_total":0,"bytes_done":0,"bytes_total":0}],\
            "locked_out":[{"user":"anna@example.org","since":"2026-11-23T21:00:08.000Z"}],"lock_outs":{"count":90,"median_seconds":0.8,\
            "longest_seconds":3.2},\
            "throttle":{"held":false,"source":"limit","reason":"limited to 20MB/s by the command line","bytes_per_second":20000000,\
            "sources":[{"source":"limit","held":false,"reason":"","bytes_per_second":20000000}]}}""";

    RunModel model;
    Session session;

    @BeforeEach
    void begin() {
        session(StandardCharsets.UTF_8);
    }

    void session(Charset charset) {
        session(charset, new RoostProgram(() -> List.of("/bin/false")), "");
    }

    void session(Charset charset, RoostProgram program, String user) {
        model = new RunModel();
        RunFeed feed = new RunFeed("/nowhere", model);
        session = new Session(model, feed, new Glyphs(CapturedScreen.of(80, charset).screen()), "/nowhere", false,
                new Session.Beginning(program, "", user, new PromptHistory(Optional.empty())));
        model.verbs(Set.of("status", "pause", "resume", "rate", "workers", "retry", "skip", "stop", "users", "user"));
    }

    static JsonObject json(String text) {
        try {
            return JsonObject.parse(text);
        } catch (ControlException e) {
            throw new AssertionError(e);
        }
    }

    void connected() {
        model.take(json(STATUS));
        for (int i = 0; i < 300; i++) {
            model.take(json("{\"type\":\"requeued\",\"time\":\"2026-11-23T21:00:00.000Z\",\"user\":\"u" + i + "\"}"));
        }
        model.take(json("{\"type\":\"failed\",\"time\":\"2026-11-23T21:00:01.000Z\",\"user\":\"bad\",\"kind\":\"io\",\"reason\":\"escape "
                + "\\u001b[31m here\"}"));
        seen(null, new RunModel.UsersPage(new UsersQuery(0, 20, "failed,retrying", "", ""), rows(7, "failed"), 8), null, null);
    }

    /** What the run has answered. */
    void seen(RunModel.UsersPage users, RunModel.UsersPage failures, RunModel.UserPage user, List<JsonObject> cluster) {
        model.take(new Wishes.Seen(users, failures, user, cluster, model.status()));
    }

    static List<JsonObject> rows(int count, String phase) {
        List<JsonObject> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(json("{\"type\":\"user_row\",\"time\":\"2026-11-23T21:00:00.000Z\",\"user\":\"e\u0301mile" + i
                    + "@例え.jp\",\"phase\":\"" + phase
                    + "\",\"attempts\":2,\"mails_done\":5,\"mails_total\":1000000,\"bytes_total\":5000000000,\"error\":\"the "
                    + "disk is full, and this goes on for quite a while so that it does not fit\"}"));
        }
        return rows;
    }

    List<String> screen(int columns, int rows) {
        List<String> text = session.draw(rows, columns).text();
        assertEquals(rows, text.size());
        for (String line : text) {
            assertTrue(DisplayWidth.of(line) <= columns, line);
            assertFalse(line.chars().anyMatch(Character::isISOControl), line);
        }
        return text;
    }

    void keys(String text) {
        text.codePoints().forEach(c -> session.key(Key.character(c)));
    }

    static void assertShows(List<String> screen, String... texts) {
        for (String text : texts) {
            assertTrue(screen.stream().anyMatch(line -> line.contains(text)), text + "\n" + String.join("\n", screen));
        }
    }
}
