package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.control.FakeRun;
import io.roost.cli.screen.CapturedScreen;
import io.roost.engine.Phase;

/** {@code roost ctl} as people call it. */
class CtlCommandTest {
    @TempDir
    private Path state;
    private CapturedScreen captured;

    private int ctl(String... args) {
        captured = CapturedScreen.plain();
        String[] all = new String[args.length + 1];
        all[0] = "ctl";
        System.arraycopy(args, 0, all, 1, args.length);
        return Roost.run(captured.screen(), all);
    }

    @Test
    void withoutARun() {
        assertEquals(4, ctl("status", "--state=" + state));
        assertEquals("roost: no run is alive in the state directory " + state + " (--state names another)\n", captured.err());
        assertEquals(4, ctl("--json", "--state=" + state, "pause"));
        Map<String, Object> error = Json.object(captured.out().strip());
        assertEquals(4L, error.get("exit_code"));
        assertEquals(2, ctl());
        assertEquals(2, ctl("dance"));
        assertEquals(2, ctl("status", "--state="));
    }

    @Test
    void everyVerbHasItsHelp() {
        assertEquals(0, ctl("--help"));
        for (String verb : List.of("status", "watch", "pause", "resume", "rate", "timetable", "workers", "stop", "now", "users",
                "user", "retry", "skip", "help")) {
            assertTrue(captured.out().contains("\n  " + verb + " "), verb + captured.out());
        }
        assertEquals(0, ctl("rate", "--help"));
        assertTrue(captured.out().contains("Usage: roost ctl rate [OPTIONS] [RATE|full|off...]"), captured.out());
        assertEquals(0, ctl("help", "workers"));
        assertTrue(captured.out().contains("roost ctl workers"), captured.out());
    }

    @Test
    void speaksToTheRun() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "bad", "held 1")) {
            FakeRun.await("one is in flight", () -> run.engine().status().active().size() == 1
                    && run.engine().status().users(Phase.FAILED) == 1);
            assertEquals(0, ctl("--state", state.toString(), "status"));
            assertTrue(captured.out().startsWith("run      running\n"), captured.out());
            assertEquals(0, ctl("status", "--json", "--state", state.toString()));
            List<Map<String, Object>> lines = Json.lines(captured.out());
            assertEquals(List.of("run_status", "ok"), lines.stream().map(line -> line.get("type")).toList());
            assertEquals(0, ctl("--state", state.toString(), "workers", "+1"));
            assertEquals("users in flight: 2 at the most\n", captured.out());
            assertEquals(0, ctl("--state", state.toString(), "workers", "-1"), captured.err());
            assertEquals(2, ctl("--state", state.toString(), "workers", "many"));
            assertEquals("roost: workers: found \"many\", expected a number from 1 to 256\n", captured.err());
            assertEquals(2, ctl("--state", state.toString(), "status", "anna"));
            assertEquals(4, ctl("--state", state.toString(), "retry", "bert"));
            assertEquals(4, ctl("--state", state.toString(), "--json", "retry", "bert"));
            assertEquals("unknown_user", Json.object(captured.out().strip()).get("kind"));
            assertEquals(1, ctl("--state", state.toString(), "resume"));
            assertEquals(0, ctl("--state", state.toString(), "users", "phase=failed"));
            assertTrue(captured.out().contains("failed   bad: "), captured.out());
            assertEquals(0, ctl("--state", state.toString(), "skip", "held", "1"));
            FakeRun.await("it is skipped", () -> run.engine().status().users(Phase.SKIPPED) == 1);
        }
    }
}
