package io.roost.cli.tui;

import java.util.List;
import java.util.function.Function;

/** Lines that may be scrolled: an answer, the help. */
final class TextView implements View {
    private final String title;
    private final Function<Canvas, List<Piece>> lines;
    private int first;
    private int page = 10;
    private int size;

    /** @param lines those there are, for a canvas of this width */
    TextView(String title, Function<Canvas, List<Piece>> lines) {
        this.title = title;
        this.lines = lines;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        List<Piece> all = lines.apply(canvas);
        size = all.size();
        page = Math.max(1, bottom - top);
        first = Math.max(0, Math.min(first, size - page));
        for (int i = 0; i < page && first + i < size; i++) {
            canvas.line(top + i, Piece.plain(" "), all.get(first + i));
        }
    }

    @Override
    public boolean key(Key key) {
        switch (key.name()) {
            case UP -> first--;
            case DOWN -> first++;
            case PAGE_UP -> first -= page;
            case PAGE_DOWN -> first += page;
            case HOME -> first = 0;
            case END -> first = size;
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<Binding> bindings() {
        return List.of(Binding.of("Up Down PgUp PgDn", "scroll", "Go through the lines."));
    }
}
