package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;

class PainterTest {
    private final Glyphs glyphs = new Glyphs(CapturedScreen.plain().screen());

    private Canvas canvas(String... lines) {
        Canvas canvas = new Canvas(3, 20, glyphs);
        for (int i = 0; i < lines.length; i++) {
            canvas.line(i, Look.BAD.of(lines[i]));
        }
        return canvas;
    }

    @Test
    void onlyWhatChangedIsDrawn() {
        Painter painter = new Painter(true);
        String first = painter.paint(canvas("one", "two", "three"));
        assertTrue(first.contains("\033[2J") && first.contains("\033[2;1H\033[0m\033[K\033[1;31mtwo\033[0m"), first);
        assertEquals("", painter.paint(canvas("one", "two", "three")));
        String second = painter.paint(canvas("one", "2", "three"));
        assertTrue(second.contains("\033[2;1H") && !second.contains("\033[1;1H") && !second.contains("\033[2J"), second);
        painter.forget();
        assertTrue(painter.paint(canvas("one", "2", "three")).contains("\033[2J"));
        assertTrue(painter.paint(new Canvas(4, 20, glyphs)).contains("\033[2J"), "another size");
    }

    @Test
    void withoutColoursOnlyBoldAndReverse() {
        String painted = new Painter(false).paint(canvas("one"));
        assertTrue(painted.contains("\033[1mone"), painted);
        assertFalse(painted.contains("31"), painted);
    }

    @Test
    void theCursorIsWhereTyped() {
        Canvas canvas = canvas("one");
        canvas.cursor(1, 4);
        assertTrue(new Painter(true).paint(canvas).endsWith("\033[2;5H\033[?25h"));
    }

    @Test
    void columnsStayWhateverTheTerminalThinksOfACharacter() {
        Canvas canvas = new Canvas(1, 40, glyphs);
        canvas.line(0, Piece.plain("  " + glyphs.fit("\u2764\ufe0f heart", 12) + "  7"), Look.BAD.of("  x"));
        String painted = new Painter(true).paint(canvas);
        assertTrue(painted.contains("heart") && painted.contains("\033[17G7") && painted.contains("\033[1;31m  x"), painted);
        Canvas plain = canvas("two  columns");
        assertFalse(new Painter(true).paint(plain).contains("G"), "not where every terminal agrees");
    }
}
