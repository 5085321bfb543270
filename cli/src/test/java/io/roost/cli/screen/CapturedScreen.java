package io.roost.cli.screen;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A screen whose output is kept. 80 columns, UTF-8, no terminal, no colours, unless told otherwise. */
public final class CapturedScreen {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Charset charset;
    private final Screen screen;

    private CapturedScreen(Terminal terminal) {
        charset = terminal.charset();
        screen = new Screen(out, err, terminal);
    }

    public static CapturedScreen plain() {
        return of(80, StandardCharsets.UTF_8);
    }

    public static CapturedScreen of(int width, Charset charset) {
        return new CapturedScreen(new Terminal(false, false, charset, width, true));
    }

    /** Standard error is a terminal that can be drawn on. */
    public static CapturedScreen terminal(int width, Charset charset) {
        return new CapturedScreen(new Terminal(true, true, charset, width, true));
    }

    public static CapturedScreen colourful() {
        return new CapturedScreen(new Terminal(true, true, StandardCharsets.UTF_8, 80, false));
    }

    public Screen screen() {
        return screen;
    }

    public String out() {
        return out.toString(charset);
    }

    public String err() {
        return err.toString(charset);
    }

    public List<String> outLines() {
        return out().lines().toList();
    }

    public List<String> errLines() {
        return err().lines().toList();
    }
}
