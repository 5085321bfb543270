package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.roost.cli.screen.DisplayWidth;

/** A screen being composed: lines of pieces, each cut to the width. Lines that are not set stay empty. */
final class Canvas {
    private final int rows;
    private final int columns;
    private final Glyphs glyphs;
    private final List<List<Piece>> lines;
    private int cursorRow = -1;
    private int cursorColumn;

    Canvas(int rows, int columns, Glyphs glyphs) {
        this.rows = rows;
        this.columns = columns;
        this.glyphs = glyphs;
        lines = new ArrayList<>(Collections.nCopies(rows, List.of()));
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    Glyphs glyphs() {
        return glyphs;
    }

    /** Sets a line; rows outside the screen are passed over. */
    void line(int row, Piece... pieces) {
        line(row, List.of(pieces));
    }

    void line(int row, List<Piece> pieces) {
        if (row < 0 || row >= rows) {
            return;
        }
        List<Piece> cut = new ArrayList<>();
        int left = columns;
        for (Piece piece : pieces) {
            String text = glyphs.printable(piece.text());
            int width = DisplayWidth.of(text);
            if (width > left) {
                text = glyphs.cut(text, left);
                width = left;
            }
            if (!text.isEmpty()) {
                cut.add(new Piece(piece.look(), text));
            }
            left -= width;
            if (left <= 0) {
                break;
            }
        }
        lines.set(row, cut);
    }

    /** A line that reaches from edge to edge in one look. */
    void bar(int row, Look look, String left, String right) {
        String end = glyphs.cut(glyphs.printable(right), columns);
        line(row, look.of(glyphs.fit(left, columns - DisplayWidth.of(end)) + end));
    }

    /** Where the cursor is to be seen. */
    void cursor(int row, int column) {
        cursorRow = row;
        cursorColumn = Math.min(column, columns - 1);
    }

    int cursorRow() {
        return cursorRow;
    }

    int cursorColumn() {
        return cursorColumn;
    }

    List<Piece> line(int row) {
        return lines.get(row);
    }

    /** What stands on the screen, without its looks and blanks at line ends: for tests and for {@code :screenshot}. */
    List<String> text() {
        return lines.stream().map(line -> String.join("", line.stream().map(Piece::text).toList()).stripTrailing()).toList();
    }
}
