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

    /** In place of what cannot be drawn: that it is being asked for, or why it cannot be. */
    static void silence(Canvas canvas, int top, RunModel model) {
        int row = top;
        for (String line : canvas.glyphs().wrap(model.isConnected() ? "asking" : model.hasEnded()
                ? "the run has ended and answers no more; roost status shows what is recorded" : model.trouble(),
                canvas.columns() - 4)) {
            canvas.line(row++, Piece.plain("  " + line));
        }
    }

    /** For a title, after drawing: which lines are seen, empty if all are. */
    String place() {
        return size <= page ? "" : ", lines " + (first + 1) + " to " + Math.min(size, first + page) + " of " + size;
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
