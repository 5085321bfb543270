package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;

class RoostTest {
    private final CapturedScreen captured = CapturedScreen.plain();

    private int run(String... args) {
        return Roost.run(captured.screen(), args);
    }

    @Test
    void versionIsOneLine() {
        assertEquals(0, run("--version"));
        assertTrue(captured.out().matches("roost \\d+\\.\\d+\\.\\d+\\S*\n"), captured.out());
        assertEquals(0, run("plan", "--color=never", "--help"));
    }

    @Test
    void everyCommandHasHelpThatFitsAndShowsExamples() {
        assertEquals(0, run("help"));
        for (String command : List.of("check", "plan", "migrate", "verify", "status", "demo")) {
            assertTrue(captured.out().contains("\n  " + command + " "), captured.out());
            CapturedScreen help = CapturedScreen.plain();
            assertEquals(0, Roost.run(help.screen(), "help", command));
            assertTrue(help.out().contains("Usage: roost " + command + " [OPTIONS]"), help.out());
            assertTrue(help.out().contains("  roost " + command), help.out());
            help.outLines().forEach(line -> assertTrue(line.length() <= 80, line));
            CapturedScreen option = CapturedScreen.plain();
            assertEquals(0, Roost.run(option.screen(), command, "--help"));
            assertEquals(help.out(), option.out());
        }
        assertEquals("", captured.err());
    }

    @Test
    void helpIsColouredOnlyWhereColoursAreWanted() {
        CapturedScreen colourful = CapturedScreen.colourful();
        Roost.run(colourful.screen(), "help");
        assertTrue(colourful.out().contains("\033["), colourful.out());
        run("help");
        assertTrue(!captured.out().contains("\033["), captured.out());
    }

    @Test
    void withoutACommandTheHelpGoesToStandardError() {
        assertEquals(2, run());
        assertEquals("", captured.out());
        assertTrue(captured.err().contains("Commands:"), captured.err());
    }

    @Test
    void mistakesOnTheCommandLineAreExplainedInALine() {
        assertEquals(2, run("plan"));
        assertEquals(List.of("roost: Missing required parameter: 'USER'", "Try: roost help plan"), captured.errLines());
        assertUsage("Unknown option", "plan", "--nonsense", "anna");
        assertUsage("nonsense", "nonsense");
        assertUsage("--color", "--color=sometimes", "status");
        assertUsage("Unmatched", "plan", "anna", "bert");
        assertUsage("--readers", "migrate", "--single-backend", "--readers=0", "anna");
        assertUsage("--readers", "migrate", "--single-backend", "--readers=x", "anna");
        assertUsage("give --home", "plan", "--no-dovecot", "anna");
    }

    private static void assertUsage(String part, String... args) {
        CapturedScreen screen = CapturedScreen.plain();
        assertEquals(2, Roost.run(screen.screen(), args), String.join(" ", args));
        assertTrue(screen.err().contains(part), screen.err());
        assertTrue(screen.errLines().size() <= 2, screen.err());
    }

    @Test
    void migrateWantsToBeToldThatNoOtherBackendIsThere() {
        assertEquals(2, run("migrate", "anna"));
        assertTrue(captured.err().contains("--single-backend"), captured.err());
        assertTrue(captured.err().contains("two backends"), captured.err());
    }

    @Test
    void aUserNameIsNoFileOfArguments() {
        CapturedScreen screen = CapturedScreen.plain();
        assertEquals(2, Roost.run(screen.screen(), "plan", "--no-dovecot", "@/etc/passwd"));
        assertTrue(screen.err().contains("give --home"), screen.err());
    }

    @Test
    void scriptsGetErrorsAsJsonToo() {
        assertEquals(4, run("status", "--json", "--state", "/nonexistent/state"));
        assertEquals(1, captured.outLines().size());
        assertEquals("error", Json.object(captured.out()).get("type"));
        assertEquals("nothing_to_do", Json.object(captured.out()).get("kind"));
        assertEquals(4L, Json.object(captured.out()).get("exit_code"));
        assertEquals(1, captured.errLines().size());
    }
}
