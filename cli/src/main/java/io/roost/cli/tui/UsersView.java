package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/**
 * All users of the run, of whom only those around the window are ever asked for: a list of hundreds of thousands scrolls like a short
 * one.
 */
final class UsersView implements View {
    private static final int NAME_LEAST = 20;
    private static final List<Filter> FILTERS = List.of(new Filter("all", ""), new Filter("failed or retrying", "failed,retrying"),
            new Filter("active", "active"), new Filter("waiting", "waiting"), new Filter("done", "done"),
            new Filter("skipped", "skipped"));

    private final RunModel model;
    private final RunFeed feed;
    private final Actions actions;
    private final Set<String> marked = new LinkedHashSet<>();
    private int filter;
    private String match = "";
    private int selected;
    private int first;
    private int height = 10;
    private boolean inFront;

    private record Filter(String name, String phases) {
    }

    UsersView(RunModel model, RunFeed feed, Actions actions) {
        this.model = model;
        this.feed = feed;
        this.actions = actions;
    }

    @Override
    public String title() {
        return "users: " + FILTERS.get(filter).name() + (match.isEmpty() ? "" : ", with \"" + match + "\"")
                + (marked.isEmpty() ? "" : ", " + marked.size() + " marked");
    }

    @Override
    public void shown(RunFeed unused) {
        feed.wantFailures(null);
        feed.wantUser(null);
        inFront = true;
        want();
    }

    String match() {
        return match;
    }

    /** Shows users whose names hold a text. */
    void match(String text) {
        if (!text.equals(match)) {
            match = text;
            selected = 0;
            first = 0;
            want();
        }
    }

    /** The list as it is asked for, from its beginning. */
    UsersQuery list() {
        return new UsersQuery(0, 0, FILTERS.get(filter).phases(), match);
    }

    /** A window's worth before and after, in steps, so that a key press need not wait. */
    private void want() {
        if (inFront) {
            int step = Math.max(1, height);
            int from = Math.max(0, (first / step - 1) * step);
            feed.wantUsers(new UsersQuery(from, Math.min(1_000, 4 * step), FILTERS.get(filter).phases(), match));
        }
    }

    /** What has come of this list, null if nothing has yet. */
    private RunModel.UsersPage page() {
        RunModel.UsersPage page = model.users();
        return page != null && page.query().isSameList(list()) ? page : null;
    }

    private int total() {
        RunModel.UsersPage page = page();
        return page == null ? 0 : page.total();
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        RunModel.UsersPage page = page();
        int columns = canvas.columns();
        int name = Math.max(NAME_LEAST, Math.min(60, columns / 3 - 2));
        int tail = Math.max(0, columns - name - 39);
        Glyphs glyphs = canvas.glyphs();
        canvas.line(top, Look.BOLD.of("  " + glyphs.fit("User", name) + " " + glyphs.fit("Phase", 9) + " " + glyphs.fitRight("Mails", 14)
                + " " + glyphs.fitRight("Size", 8) + "  " + glyphs.fit("Note", tail)));
        height = Math.max(1, bottom - top - 2);
        int total = page == null ? 0 : page.total();
        selected = Math.max(0, Math.min(selected, total - 1));
        first = Math.max(0, Math.min(Math.min(first, selected), total - 1));
        first = Math.max(first, selected - height + 1);
        want();
        for (int i = 0; i < height && first + i < total; i++) {
            JsonObject row = page.row(first + i);
            boolean chosen = first + i == selected;
            if (row == null) {
                canvas.line(top + 1 + i, (chosen ? Look.SELECTED : Look.FAINT).of("  " + glyphs.fit("(coming)", columns - 2)));
            } else {
                canvas.line(top + 1 + i, row(glyphs, row, chosen, name, tail));
            }
        }
        JsonObject row = page == null ? null : page.row(selected);
        canvas.line(bottom - 1, Look.FAINT.of(page == null ? "  asking" : total == 0 ? "  no such user" : "  "
                + Quantity.count(selected + 1) + " of " + Quantity.count(total) + "  "), Piece.plain(row == null ? "" : note(row)));
    }

    private static String note(JsonObject row) {
        String attempts = row.number("attempts") > 1 ? "attempt " + row.number("attempts") + ", " : "";
        return row.time("retry_at") > 0 ? attempts + "again at " + Quantity.when(row.time("retry_at"), row.time("time")) + ": "
                + row.text("error") : row.text("phase").equals("active") ? attempts + row.text("step") : row.text("error");
    }

    private List<Piece> row(Glyphs glyphs, JsonObject row, boolean chosen, int name, int tail) {
        String phase = row.text("phase");
        long total = row.number("mails_total");
        String mails = total == 0 ? "" : phase.equals("done") ? Quantity.count(total) : Quantity.count(row.number("mails_done")) + "/"
                + Quantity.count(total);
        String before = glyphs.mark(marked.contains(row.user())) + (chosen ? ">" : " ") + glyphs.fit(row.user(), name) + " ";
        String state = glyphs.fit(phase, 9);
        String after = " " + glyphs.fitRight(mails, 14) + " " + glyphs.fitRight(row.number("bytes_total") == 0 ? "" : Quantity.bytes(row
                .number("bytes_total")), 8) + "  " + glyphs.fit(note(row), tail);
        if (chosen) {
            return List.of(Look.SELECTED.of(before + state + after));
        }
        Look look = switch (phase) {
            case "failed" -> Look.BAD;
            case "retrying" -> Look.WARNING;
            case "done" -> Look.GOOD;
            case "active" -> Look.BOLD;
            default -> Look.FAINT;
        };
        return List.of(Piece.plain(before), look.of(state), Piece.plain(after));
    }

    @Override
    public boolean key(Key key) {
        switch (key.name()) {
            case UP -> selected--;
            case DOWN -> selected++;
            case PAGE_UP -> selected -= height;
            case PAGE_DOWN -> selected += height;
            case HOME -> selected = 0;
            case END -> selected = Integer.MAX_VALUE / 2;
            case ENTER -> chosen().forEach(actions::openUser);
            case CHARACTER -> {
                return character(key);
            }
            default -> {
                return false;
            }
        }
        selected = Math.max(0, Math.min(selected, total() - 1));
        return true;
    }

    private boolean character(Key key) {
        switch (key.codePoint()) {
            case 'f' -> {
                filter = (filter + 1) % FILTERS.size();
                selected = 0;
                first = 0;
                want();
            }
            case ' ' -> {
                for (String user : chosen()) {
                    if (!marked.remove(user)) {
                        marked.add(user);
                    }
                }
                selected = Math.min(selected + 1, Math.max(0, total() - 1));
            }
            case 'U' -> marked.clear();
            case 'r' -> actions.retry(concerned(), marked::clear);
            case 's' -> actions.skip(concerned(), marked::clear);
            case 'w' -> actions.save(list());
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The marked ones, or the one under the bar. */
    private List<String> concerned() {
        return marked.isEmpty() ? chosen() : new ArrayList<>(marked);
    }

    private List<String> chosen() {
        RunModel.UsersPage page = page();
        JsonObject row = page == null ? null : page.row(selected);
        return row == null ? List.of() : List.of(row.user());
    }

    @Override
    public List<Binding> bindings() {
        String none = concerned().isEmpty() ? "no user is under the bar" : "";
        return List.of(Binding.of("Up Down PgUp PgDn", "move", "Move the bar; Home and End go to the ends."),
                new Binding("Enter", "open", "Show all that is known of the user.", none),
                Binding.of("/", "filter", "Show users whose names hold a text, while you type it. An empty one shows all."),
                Binding.of("f", "phase", "Show all, then only those failed or retrying, active, waiting, done, skipped."),
                new Binding("Space", "mark", "Mark the user, to act on several; U unmarks all.", none),
                actions.binding("retry", "r", "retry", "Try the marked users, or the one under the bar, again before all others.", none),
                actions.binding("skip", "s", "skip", "Take them out of this run; those in flight end at a safe step.", none),
                Binding.of("w", "save", "Write this list to a file, with tabs between its columns."));
    }

    void hidden() {
        inFront = false;
    }
}
