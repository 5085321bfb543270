package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.DisplayWidth;

class PromptTest {
    private final Prompt prompt = new Prompt(":", "", List.of("status", "workers 4"),
            begun -> Stream.of("retry ", "rate ", "résumé ").filter(s -> s.startsWith(begun)).toList());

    private void type(String text) {
        text.codePoints().forEach(c -> prompt.key(Key.character(c)));
    }

    private void keys(Key.Name... names) {
        for (Key.Name name : names) {
            prompt.key(Key.of(name));
        }
    }

    @Test
    void editing() {
        type("ab😀c");
        keys(Key.Name.LEFT, Key.Name.BACKSPACE);
        assertEquals("abc", prompt.text());
        keys(Key.Name.HOME, Key.Name.DELETE);
        type("日");
        assertEquals("日bc", prompt.text());
        keys(Key.Name.END);
        type("!");
        assertEquals("日bc!", prompt.text());
        keys(Key.Name.KILL_LINE);
        assertEquals("", prompt.text());
        assertFalse(prompt.key(Key.of(Key.Name.ESCAPE)));
    }

    @Test
    void history() {
        keys(Key.Name.UP);
        assertEquals("workers 4", prompt.text());
        keys(Key.Name.UP, Key.Name.UP);
        assertEquals("status", prompt.text());
        keys(Key.Name.DOWN, Key.Name.DOWN);
        assertEquals("", prompt.text());
    }

    @Test
    void completion() {
        type("r");
        keys(Key.Name.TAB);
        assertEquals("r", prompt.text());
        assertEquals(3, prompt.offered().size());
        type("a");
        keys(Key.Name.TAB);
        assertEquals("rate ", prompt.text());
        assertEquals(List.of(), prompt.offered());
    }

    @Test
    void ofALongLineTheEndIsSeen() {
        type("x".repeat(200) + "日本");
        Canvas canvas = new Canvas(1, 40, new Glyphs(CapturedScreen.plain().screen()));
        prompt.draw(canvas, 0);
        assertEquals(39, DisplayWidth.of(canvas.text().get(0)), canvas.text().get(0));
        assertEquals(39, canvas.cursorColumn());
    }
}
