package io.roost.cli.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.junit.jupiter.api.Test;

class TerminalTest {
    @Test
    void theLauncherTellsTheCharset() {
        assertEquals(StandardCharsets.US_ASCII, Terminal.find(Map.of("ROOST_CHARSET", "ANSI_X3.4-1968")).charset());
        assertEquals(StandardCharsets.ISO_8859_1, Terminal.find(Map.of("ROOST_CHARSET", "ISO-8859-1")).charset());
        assertEquals(StandardCharsets.UTF_8, Terminal.find(Map.of("ROOST_CHARSET", "UTF-8")).charset());
        assertEquals(StandardCharsets.US_ASCII, Terminal.find(Map.of("ROOST_CHARSET", "no such; charset")).charset());
    }

    @Test
    void widthComesFromTheEnvironmentWithinReason() {
        assertEquals(132, Terminal.find(Map.of("COLUMNS", "132")).width());
        assertEquals(40, Terminal.find(Map.of("COLUMNS", "3")).width());
    }

    @Test
    void colourAndRedrawingDependOnTheEnvironment() {
        assertTrue(Terminal.find(Map.of("TERM", "xterm", "NO_COLOR", "1")).noColour());
        assertFalse(Terminal.find(Map.of("TERM", "xterm", "NO_COLOR", "")).noColour());
        assertTrue(Terminal.find(Map.of("TERM", "dumb")).noColour());
        assertFalse(Terminal.find(Map.of("TERM", "dumb")).errTerminal());
    }
}
