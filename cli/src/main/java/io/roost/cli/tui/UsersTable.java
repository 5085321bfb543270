package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** Columns of the list of users, and what it is in order of. Of narrow screens those columns are left out that matter least. */
final class UsersTable {
    private static final int NAME_LEAST = 20;
    private static final int WIDE = 112;
    /** Steps of which it is told how far they are. */
    private static final List<String> COUNTED = List.of("starting", "scanning", "copying", "verifying");

    private boolean descending;
    private Column sort = Column.NUMBER;

    /** What the list may be in order of; all but the first are columns. */
    enum Column {
        NUMBER("", "", "the run's order", 0), NAME("name", "User", "name", 0), PHASE("phase", "Phase", "phase", 9),
        MAILS("mails", "Mails", "mails", 14), BYTES("bytes", "Size", "size", 8), SECONDS("seconds", "Time", "time taken", 11),
        CHANGED("changed", "Changed", "last change", 10);

        private final String verb;
        private final String heading;
        private final String words;
        private final int width;

        Column(String verb, String heading, String words, int width) {
            this.verb = verb;
            this.heading = heading;
            this.words = words;
            this.width = width;
        }
    }

    /** As the verb {@code users} takes it. */
    String sort() {
        return sort == Column.NUMBER ? descending ? "-number" : "" : (descending ? "-" : "") + sort.verb;
    }

    /** For the title, empty for the usual order. */
    String words() {
        return sort().isEmpty() ? "" : ", by " + sort.words + (descending ? ", descending" : "");
    }

    /** The next column, or the one before; numbers begin with the greatest. */
    void sortByNext(int step) {
        Column[] all = Column.values();
        sortBy(all[Math.floorMod(sort.ordinal() + step, all.length)]);
    }

    private void sortBy(Column column) {
        sort = column;
        descending = column.ordinal() >= Column.MAILS.ordinal();
    }

    void turnRound() {
        descending = !descending;
    }

    /** A click on the headings: another column, or the same one turned round. @return whether there is one */
    boolean click(int at, int columns) {
        int from = 2;
        for (Column column : columns(columns)) {
            int width = width(column, columns);
            if (at >= from && at <= from + width) {
                if (column == sort) {
                    turnRound();
                } else {
                    sortBy(column);
                }
                return true;
            }
            from += width + 1;
        }
        return false;
    }

    private List<Column> columns(int columns) {
        if (columns >= WIDE) {
            return List.of(Column.NAME, Column.PHASE, Column.MAILS, Column.BYTES, Column.SECONDS, Column.CHANGED);
        }
        // what it is in order of is always seen
        return List.of(Column.NAME, Column.PHASE, Column.MAILS, sort == Column.SECONDS || sort == Column.CHANGED ? sort
                : Column.BYTES);
    }

    private static int width(Column column, int columns) {
        return column == Column.NAME ? Math.max(NAME_LEAST, Math.min(60, columns / 3 - 2)) : column.width;
    }

    private int tail(int columns) {
        return Math.max(0, columns - 3 - columns(columns).stream().mapToInt(c -> width(c, columns) + 1).sum());
    }

    Piece heading(Glyphs glyphs, int columns) {
        StringBuilder line = new StringBuilder("  ");
        for (Column column : columns(columns)) {
            String text = column.heading + (column == sort ? glyphs.arrow(descending) : "");
            int width = width(column, columns);
            line.append(isLeft(column) ? glyphs.fit(text, width) : glyphs.fitRight(text, width)).append(' ');
        }
        return Look.BOLD.of(line + " " + glyphs.fit("Note", tail(columns)));
    }

    private static boolean isLeft(Column column) {
        return column == Column.NAME || column == Column.PHASE;
    }

    List<Piece> row(Glyphs glyphs, JsonObject row, boolean chosen, boolean marked, int columns) {
        String phase = row.text("phase");
        Look look = chosen ? Look.SELECTED : switch (phase) {
            case "failed" -> Look.BAD;
            case "retrying" -> Look.WARNING;
            case "done" -> Look.GOOD;
            case "active" -> Look.BOLD;
            default -> Look.FAINT;
        };
        Look rest = chosen ? Look.SELECTED : Look.PLAIN;
        List<Piece> pieces = new ArrayList<>();
        pieces.add(rest.of(glyphs.mark(marked) + (chosen ? ">" : " ")));
        for (Column column : columns(columns)) {
            String text = cell(column, row);
            int width = width(column, columns);
            pieces.add((column == Column.PHASE ? look : rest).of(isLeft(column) ? glyphs.fit(text, width)
                    : glyphs.fitRight(text, width)));
            pieces.add(rest.of(" "));
        }
        pieces.add(rest.of(" " + glyphs.fit(note(row), tail(columns))));
        return pieces;
    }

    private static String cell(Column column, JsonObject row) {
        return switch (column) {
            case NUMBER -> "";
            case NAME -> row.user();
            case PHASE -> row.text("phase");
            case MAILS -> mails(row);
            case BYTES -> row.number("bytes_total") == 0 ? "" : Quantity.bytes(row.number("bytes_total"));
            case SECONDS -> row.decimal("seconds") == 0 ? "" : Quantity.seconds(row.decimal("seconds"));
            case CHANGED -> row.time("changed") == 0 ? "" : Quantity.when(row.time("changed"), row.time("time"));
        };
    }

    private static String mails(JsonObject row) {
        long total = row.number("mails_total");
        boolean all = row.text("phase").equals("done") || row.text("phase").equals("active")
                && !COUNTED.contains(row.text("step"));
        return total == 0 ? "" : all ? Quantity.count(total) : Quantity.count(row.number("mails_done"))
                + "/" + Quantity.count(total);
    }

    /** What is to be said of a user beside the columns. */
    static String note(JsonObject row) {
        String attempts = row.number("attempts") > 1 ? "attempt " + row.number("attempts") + ", " : "";
        if (row.flag("held") && !row.text("phase").equals("done")) {
            return row.text("step").equals("held") ? "ready, held by an operator" : "to be held by an operator";
        }
        if (row.text("step").equals("held")) {
            return "ready, held";
        }
        return (row.time("retry_at") > 0 ? attempts + "again at " + Quantity.when(row.time("retry_at"), row.time("time")) + ": "
                + row.text("error") : row.text("phase").equals("active") ? attempts + row.text("step") : row.text("error"));
    }
}
