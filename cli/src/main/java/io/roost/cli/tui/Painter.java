package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.screen.DisplayWidth;

/**
 * Turns a composed screen into what the terminal has to be sent: only the lines that differ from what it shows, each drawn from
 * its beginning, so that no disagreement about the width of a character outlives its line; nor does it move the columns behind
 * it. Plain ANSI (ECMA-48) that every terminal of the last decades understands. Not thread-safe: the one thread that draws owns
 * it.
 */
final class Painter {
    private final boolean colours;
    private List<String> shown = List.of();
    private int columns;

    Painter(boolean colours) {
        this.colours = colours;
    }

    /** Everything is drawn anew the next time: the terminal was resized, or somebody else has written to it. */
    void forget() {
        shown = List.of();
    }

    /** What to send, empty if nothing changed but perhaps the cursor. */
    String paint(Canvas canvas) {
        StringBuilder out = new StringBuilder();
        boolean all = shown.size() != canvas.rows() || columns != canvas.columns();
        List<String> now = new ArrayList<>(canvas.rows());
        for (int row = 0; row < canvas.rows(); row++) {
            String line = line(canvas.line(row));
            now.add(line);
            if (all || !line.equals(shown.get(row))) {
                // erase first: written to the last column, the cursor stays on it, and erasing would take that character away
                out.append("\033[").append(row + 1).append(";1H\033[0m\033[K").append(line);
            }
        }
        if (all && out.length() > 0) {
            out.insert(0, "\033[0m\033[2J");
        }
        shown = now;
        columns = canvas.columns();
        String cursor = canvas.cursorRow() < 0 ? "\033[?25l"
                : "\033[" + (canvas.cursorRow() + 1) + ";" + (canvas.cursorColumn() + 1) + "H\033[?25h";
        return out.length() == 0 && canvas.cursorRow() < 0 ? "" : "\033[?25l" + out + cursor;
    }

    private static boolean isSure(int c) {
        // Latin, Greek, Cyrillic; punctuation; arrows to blocks
        return c < 0x300 || c >= 0x370 && c < 0x483 || c >= 0x2010 && c < 0x2028 || c >= 0x2190 && c < 0x2600;
    }

    private String line(List<Piece> pieces) {
        StringBuilder line = new StringBuilder();
        int column = 0;
        boolean sure = true;
        for (Piece piece : pieces) {
            String code = piece.look().code(colours);
            line.append(code.isEmpty() ? "" : "\033[" + code + "m");
            boolean blank = true;
            for (int i = 0; i < piece.text().length();) {
                int c = piece.text().codePointAt(i);
                if (!sure && blank && c != ' ') {
                    // whatever the terminal thinks of the width of what stands before: columns stay columns
                    line.append("\033[").append(column + 1).append('G');
                    sure = true;
                }
                sure &= isSure(c);
                // names have single blanks
                blank = c == ' ' && (i == 0 || piece.text().charAt(i - 1) == ' ');
                line.appendCodePoint(c);
                column += DisplayWidth.of(Character.toString(c));
                i += Character.charCount(c);
            }
            line.append(code.isEmpty() ? "" : "\033[0m");
        }
        return line.toString();
    }
}
