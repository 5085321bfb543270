package io.roost.cli.screen;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows in columns that stand under each other, fitted to the width of the screen by cutting the text in columns that allow
 * it.
 */
public final class Table {
    private static final int[] LEAST = {12, 8};
    private static final String GAP = "  ";

    private final List<String> headings = new ArrayList<>();
    private final List<Align> aligns = new ArrayList<>();
    private final List<Boolean> elastic = new ArrayList<>();
    private final List<Span[]> rows = new ArrayList<>();
    private Span[] totals;

    public Table column(String heading, Align align) {
        headings.add(heading);
        aligns.add(align);
        elastic.add(false);
        return this;
    }

    /** A left-aligned column whose cells may be cut where there is not enough room; the last such column is cut first. */
    public Table elasticColumn(String heading) {
        column(heading, Align.LEFT);
        elastic.set(elastic.size() - 1, true);
        return this;
    }

    /** @param cells {@code String} or {@link Span}, one for each column */
    public Table row(Object... cells) {
        rows.add(spans(cells));
        return this;
    }

    /** A last row below a line. */
    public Table totals(Object... cells) {
        totals = spans(cells);
        return this;
    }

    public int size() {
        return rows.size();
    }

    private Span[] spans(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells in " + headings.size() + " columns");
        }
        Span[] spans = new Span[cells.length];
        for (int i = 0; i < cells.length; i++) {
            spans[i] = cells[i] instanceof Span span ? span : Span.plain(String.valueOf(cells[i]));
        }
        return spans;
    }

    void print(Screen screen, String indent) {
        int[] widths = widths(screen, screen.width() - 1 - indent.length());
        Span[] heading = headings.stream().map(Style.HEADING::of).toArray(Span[]::new);
        screen.line(line(screen, heading, widths, indent));
        rows.forEach(row -> screen.line(line(screen, row, widths, indent)));
        if (totals != null) {
            int all = GAP.length() * (widths.length - 1);
            for (int width : widths) {
                all += width;
            }
            screen.line(Span.plain(indent), Style.FAINT.of(screen.rule().repeat(all)));
            screen.line(line(screen, totals, widths, indent));
        }
    }

    private int[] widths(Screen screen, int room) {
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = headings.get(i).length();
        }
        rows.forEach(row -> widen(screen, widths, row));
        if (totals != null) {
            widen(screen, widths, totals);
        }
        int excess = excess(widths, room);
        for (int least : LEAST) {
            for (int i = widths.length - 1; i >= 0; i--) {
                if (elastic.get(i) && excess > 0 && widths[i] > least) {
                    int cut = Math.min(excess, widths[i] - least);
                    widths[i] -= cut;
                    excess -= cut;
                }
            }
        }
        return widths;
    }

    private static void widen(Screen screen, int[] widths, Span[] row) {
        for (int i = 0; i < row.length; i++) {
            widths[i] = Math.max(widths[i], DisplayWidth.of(screen.printable(row[i].text())));
        }
    }

    private static int excess(int[] widths, int room) {
        int all = GAP.length() * (widths.length - 1);
        for (int width : widths) {
            all += width;
        }
        return all - room;
    }

    private Span[] line(Screen screen, Span[] row, int[] widths, String indent) {
        List<Span> spans = new ArrayList<>();
        StringBuilder space = new StringBuilder(indent);
        for (int i = 0; i < row.length; i++) {
            String text = screen.cut(screen.printable(row[i].text()), widths[i]);
            String padding = " ".repeat(Math.max(0, widths[i] - DisplayWidth.of(text)));
            if (aligns.get(i) == Align.RIGHT) {
                space.append(padding);
            }
            if (!text.isEmpty()) {
                spans.add(Span.plain(space.toString()));
                space.setLength(0);
                spans.add(new Span(row[i].style(), text));
            }
            if (aligns.get(i) == Align.LEFT) {
                space.append(padding);
            }
            space.append(GAP);
        }
        return spans.toArray(Span[]::new);
    }
}
