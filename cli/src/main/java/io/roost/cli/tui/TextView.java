package io.roost.cli.tui;

import java.util.List;
import java.util.function.Function;

/** Lines that may be scrolled: an answer, the help. */
final class TextView implements View {
    private final String title;
    private final Function<Canvas, List<Piece>> lines;
    private final Scroll scroll = new Scroll();

    /** @param lines those there are, for a canvas of this width */
    TextView(String title, Function<Canvas, List<Piece>> lines) {
        this.title = title;
        this.lines = lines;
    }

    @Override
    public String title() {
        return title + scroll.place();
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        scroll.draw(canvas, top, bottom, lines.apply(canvas).stream().map(line -> List.of(Piece.plain(" "), line)).toList());
    }

    @Override
    public boolean key(Key key) {
        return scroll.key(key);
    }

    @Override
    public List<Binding> bindings() {
        return List.of(Binding.of("Up Down PgUp PgDn", "scroll", "Go through the lines."));
    }
}
