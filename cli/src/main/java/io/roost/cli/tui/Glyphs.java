package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.screen.DisplayWidth;
import io.roost.cli.screen.Screen;

/** What a terminal can show: blocks where it knows Unicode, ASCII where it does not. */
final class Glyphs {
    private static final String BLOCKS = " ▁▂▃▄▅▆▇█";
    private static final String ASCII_LEVELS = " .:-=+*#@";
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

    private final Screen screen;

    Glyphs(Screen screen) {
        this.screen = screen;
    }

    boolean isUnicode() {
        return screen.isUnicode();
    }

    /** Text from anybody, without anything that moves the cursor, in characters that the terminal has. */
    String printable(String text) {
        return screen.printable(text);
    }

    /** Printable text cut to so many columns. */
    String cut(String text, int columns) {
        return columns <= 0 ? "" : screen.cut(text, columns);
    }

    /** Printable text, cut or filled up with blanks to exactly so many columns. */
    String fit(String text, int columns) {
        String cut = cut(printable(text), columns);
        return cut + " ".repeat(Math.max(0, columns - DisplayWidth.of(cut)));
    }

    /** As {@link #fit}, at the right. */
    String fitRight(String text, int columns) {
        String cut = cut(printable(text), columns);
        return " ".repeat(Math.max(0, columns - DisplayWidth.of(cut))) + cut;
    }

    /** Printable text in lines of at most so many columns, broken at blanks where there are any. */
    List<String> wrap(String text, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int width = 0;
        for (String word : printable(text).split(" ")) {
            int wide = DisplayWidth.of(word);
            if (width > 0 && width + 1 + wide > columns) {
                lines.add(line.toString());
                line.setLength(0);
                width = 0;
            }
            String left = word;
            while (DisplayWidth.of(left) > columns) {
                String part = DisplayWidth.cut(left, columns, "");
                lines.add(part);
                left = left.substring(Math.max(1, part.length()));
            }
            line.append(width == 0 ? "" : " ").append(left);
            width = DisplayWidth.of(line.toString());
        }
        lines.add(line.toString());
        return lines;
    }

    /** A bar of so many columns; full only if all is done. */
    String bar(double part, int columns) {
        double bounded = Double.isNaN(part) ? 0 : Math.max(0, Math.min(1, part));
        if (!isUnicode()) {
            int inner = Math.max(0, columns - 2);
            int full = (int) (bounded * inner);
            return columns < 2 ? "" : "[" + "#".repeat(full) + ".".repeat(inner - full) + "]";
        }
        int eighths = (int) (bounded * columns * 8);
        int full = eighths / 8;
        String partial = full < columns && eighths % 8 > 0 ? EIGHTHS.substring(eighths % 8, eighths % 8 + 1) : "";
        return "█".repeat(full) + partial + "░".repeat(Math.max(0, columns - full - partial.length()));
    }

    /** The last values, one a column, the highest as the full block; what is not nothing is seen. */
    String sparkline(long[] values, int columns) {
        int from = Math.max(0, values.length - columns);
        long highest = 1;
        for (int i = from; i < values.length; i++) {
            highest = Math.max(highest, values[i]);
        }
        String levels = isUnicode() ? BLOCKS : ASCII_LEVELS;
        StringBuilder out = new StringBuilder();
        for (int i = from; i < values.length; i++) {
            int level = (int) Math.ceil((double) Math.max(0, values[i]) / highest * (levels.length() - 1));
            out.append(levels.charAt(level));
        }
        return out.toString();
    }

    String rule(int columns) {
        return screen.rule().repeat(Math.max(0, columns));
    }

    /** Beside what a list is in order of. */
    String arrow(boolean down) {
        return isUnicode() ? down ? "▼" : "▲" : down ? "v" : "^";
    }

    String dot() {
        return isUnicode() ? "·" : "-";
    }

    String mark(boolean marked) {
        return marked ? isUnicode() ? "✓" : "*" : " ";
    }
}
