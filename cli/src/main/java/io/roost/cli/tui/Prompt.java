package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.roost.cli.screen.DisplayWidth;

/** A line that is being typed, with history and completion. Not thread-safe. */
final class Prompt {
    private static final int MAX = 1_000;

    private final String label;
    private final List<String> history;
    private final Function<String, List<String>> completions;
    private final StringBuilder text = new StringBuilder();
    private int cursor;
    private int at;
    private List<String> offered = List.of();

    /**
     * @param label       stands before the text
     * @param history     older lines, oldest first
     * @param completions gives whole lines that may come of one that is begun
     */
    Prompt(String label, String begun, List<String> history, Function<String, List<String>> completions) {
        this.label = label;
        this.history = new ArrayList<>(history);
        this.completions = completions;
        at = history.size();
        set(begun);
    }

    String text() {
        return text.toString();
    }

    /** What Tab found, if it was more than one. */
    List<String> offered() {
        return offered;
    }

    private void set(String line) {
        text.setLength(0);
        text.append(line);
        cursor = text.length();
    }

    /** @return whether the key means something in a line */
    boolean key(Key key) {
        offered = List.of();
        switch (key.name()) {
            case CHARACTER -> insert(key.codePoint());
            case BACKSPACE -> {
                if (cursor > 0) {
                    int from = text.offsetByCodePoints(cursor, -1);
                    text.delete(from, cursor);
                    cursor = from;
                }
            }
            case DELETE -> {
                if (cursor < text.length()) {
                    text.delete(cursor, text.offsetByCodePoints(cursor, 1));
                }
            }
            case LEFT -> cursor = cursor > 0 ? text.offsetByCodePoints(cursor, -1) : 0;
            case RIGHT -> cursor = cursor < text.length() ? text.offsetByCodePoints(cursor, 1) : cursor;
            case HOME -> cursor = 0;
            case END -> cursor = text.length();
            case KILL_LINE -> set("");
            case UP -> recall(-1);
            case DOWN -> recall(1);
            case TAB -> complete();
            default -> {
                return false;
            }
        }
        return true;
    }

    private void insert(int codePoint) {
        if (text.length() < MAX) {
            text.insert(cursor, Character.toChars(codePoint));
            cursor += Character.charCount(codePoint);
        }
    }

    private void recall(int step) {
        int to = at + step;
        if (to >= 0 && to <= history.size()) {
            at = to;
            set(to == history.size() ? "" : history.get(to));
        }
    }

    private void complete() {
        List<String> found = completions.apply(text());
        if (found.isEmpty()) {
            return;
        }
        String common = found.get(0);
        for (String line : found) {
            int same = 0;
            while (same < common.length() && same < line.length() && common.charAt(same) == line.charAt(same)) {
                same++;
            }
            common = common.substring(0, same);
        }
        if (common.length() > text.length()) {
            set(common);
        }
        if (found.size() > 1) {
            offered = found;
        }
    }

    /** Draws it, with the cursor; of a long line the end that is being typed. */
    void draw(Canvas canvas, int row) {
        String before = canvas.glyphs().printable(text.substring(0, cursor));
        int room = canvas.columns() - DisplayWidth.of(label) - 1;
        while (DisplayWidth.of(before) > room && !before.isEmpty()) {
            before = before.substring(before.offsetByCodePoints(0, 1));
        }
        canvas.line(row, Look.KEY.of(label), Piece.plain(before + text.substring(cursor)));
        canvas.cursor(row, DisplayWidth.of(label) + DisplayWidth.of(before));
    }
}
