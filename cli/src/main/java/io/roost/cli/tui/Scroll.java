package io.roost.cli.tui;

import java.util.List;

/** The part of some lines that fits the screen, and the keys that go through them. For one thread. */
final class Scroll {
    private int first;
    private int page = 10;
    private int size;

    /** Draws what fits between two lines of the screen, the second excluded. */
    void draw(Canvas canvas, int top, int bottom, List<List<Piece>> lines) {
        size = lines.size();
        page = Math.max(1, bottom - top);
        first = Math.max(0, Math.min(first, size - page));
        for (int i = 0; i < page && first + i < size; i++) {
            canvas.line(top + i, lines.get(first + i));
        }
    }

    /** Returns whether the key is one of these; how far they lead shows when the lines are drawn. */
    boolean key(Key key) {
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
}
