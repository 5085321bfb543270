package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/**
 * All users of the run, of whom only those around the window are ever asked for: a list of hundreds of thousands scrolls like a
 * short one.
 */
final class UsersView implements View {
    private static final List<Filter> FILTERS = List.of(new Filter("all", ""),
            new Filter("failed or retrying", "failed,retrying"), new Filter("active", "active"),
            new Filter("waiting", "waiting"), new Filter("done", "done"), new Filter("skipped", "skipped"));

    /** Users who can be marked at once: each is a question to the run later. */
    static final int MOST_MARKED = 10_000;

    private final RunModel model;
    private final RunFeed feed;
    private final UserActions actions;
    private final TableFile file;
    private final UsersTable table = new UsersTable();
    private final Set<String> marked = new LinkedHashSet<>();
    private int filter;
    private String match = "";
    private int selected;
    private int first;
    /** Of this list, as of the last page that came. */
    private int total;
    private int height = 60;
    private int width = 80;
    private boolean inFront;

    private record Filter(String name, String phases) {
    }

    UsersView(RunModel model, RunFeed feed, UserActions actions, TableFile file) {
        this.model = model;
        this.feed = feed;
        this.file = file;
        this.actions = actions;
    }

    @Override
    public String title() {
        return "users: " + FILTERS.get(filter).name() + table.words() + (match.isEmpty() ? "" : ", with \"" + match + "\"")
                + (marked.isEmpty() ? "" : ", " + marked.size() + " marked");
    }

    @Override
    public void shown(RunFeed unused) {
        inFront = true;
        want();
    }

    @Override
    public boolean lacks() {
        RunModel.UsersPage page = page();
        if (page == null) {
            return true;
        }
        int last = Math.min(first + height, page.total()) - 1;
        return last >= first && (page.row(first) == null || page.row(last) == null);
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
        return new UsersQuery(0, 0, FILTERS.get(filter).phases(), table.sort(), match);
    }

    /** A window's worth before and after, in steps, so that a key press need not wait. */
    private void want() {
        if (inFront) {
            int step = Math.max(1, height);
            int from = Math.max(0, (first / step - 1) * step);
            feed.want(Wishes.forUsers(new UsersQuery(from, Math.min(1_000, 4 * step), FILTERS.get(filter).phases(),
                    table.sort(), match)));
        }
    }

    /** Keeps the bar within the list, and the window around the bar; what it needs is asked for. */
    private void settle() {
        RunModel.UsersPage page = page();
        total = page == null ? total : page.total();
        selected = Math.max(0, Math.min(selected, total - 1));
        first = Math.max(0, Math.min(Math.min(first, selected), total - 1));
        first = Math.max(first, selected - height + 1);
        want();
    }

    /** What has come of this list, null if nothing has yet. */
    private RunModel.UsersPage page() {
        UsersQuery list = list();
        // what a run that has ended said at last of those who failed
        return Stream.of(Optional.ofNullable(model.users()), Optional.ofNullable(model.failures())).flatMap(Optional::stream)
                .filter(page -> page.query().isSameList(list)).findFirst().orElse(null);
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        RunModel.UsersPage page = page();
        int columns = canvas.columns();
        width = columns;
        Glyphs glyphs = canvas.glyphs();
        canvas.line(top, table.heading(glyphs, columns));
        height = Math.max(1, bottom - top - 2);
        settle();
        for (int i = 0; page != null && i < height && first + i < total; i++) {
            JsonObject row = page.row(first + i);
            boolean chosen = first + i == selected;
            if (row == null) {
                canvas.line(top + 1 + i, (chosen ? Look.SELECTED : Look.FAINT).of("  " + glyphs.fit("(coming)", columns - 2)));
            } else {
                canvas.line(top + 1 + i, table.row(glyphs, row, chosen, marked.contains(row.user()), columns));
            }
        }
        JsonObject row = page == null ? null : page.row(selected);
        if (page == null) {
            Scroll.silence(canvas, top + 2, model);
        }
        canvas.line(bottom - 1, Look.FAINT.of(page == null ? "" : !page.refusal().isEmpty() ? "  " + page.refusal() : total == 0
                ? "  no such user" : "  " + Quantity.count(selected + 1) + " of " + Quantity.count(total) + "  "),
                Piece.plain(row == null ? "" : UsersTable.note(row)));
    }

    @Override
    public boolean key(Key key) {
        switch (key.name()) {
            case UP -> selected--;
            case DOWN -> selected++;
            case PAGE_UP -> selected -= height;
            case PAGE_DOWN -> selected += height;
            case HOME -> selected = 0;
            case END -> selected = total - 1;
            case LEFT -> sorted(-1);
            case RIGHT -> sorted(1);
            case ENTER -> chosen().forEach(actions::open);
            case CHARACTER -> {
                return character(key);
            }
            default -> {
                return false;
            }
        }
        settle();
        return true;
    }

    /** By the next column, or the one before. */
    private void sorted(int step) {
        table.sortByNext(step);
        fromTheTop();
    }

    private void fromTheTop() {
        selected = 0;
        first = 0;
        want();
    }

    /** Rows stand below the title and the headings. */
    @Override
    public void click(int row, int column) {
        if (row == 1 && table.click(column, width)) {
            fromTheTop();
        } else if (row >= 2 && row < 2 + height && first + row - 2 < total) {
            if (selected == first + row - 2) {
                chosen().forEach(actions::open);
            }
            selected = first + row - 2;
        }
    }

    private boolean character(Key key) {
        switch (key.codePoint()) {
            case 'f' -> {
                filter = (filter + 1) % FILTERS.size();
                fromTheTop();
            }
            case 'i' -> {
                table.turnRound();
                fromTheTop();
            }
            case ' ' -> {
                for (String user : chosen()) {
                    if (!marked.remove(user)) {
                        marked.add(user);
                    }
                }
                selected = Math.min(selected + 1, Math.max(0, total - 1));
            }
            case 'U' -> marked.clear();
            case 'A' -> markAll();
            case 'r' -> actions.each("retry", concerned(), marked::clear);
            case 's' -> actions.each("skip", concerned(), marked::clear);
            case 'c' -> actions.each("cutover", concerned(), marked::clear);
            case 'h' -> actions.each(isHeld() ? "unhold" : "hold", concerned(), marked::clear);
            case 'g' -> actions.each("open-gate", concerned(), marked::clear);
            case 'R' -> actions.each("rollback", concerned(), marked::clear);
            case 'w' -> file.save(list());
            default -> {
                return false;
            }
        }
        return true;
    }

    /** All of this list, also those that are not on the screen. */
    private void markAll() {
        if (total > MOST_MARKED) {
            actions.refuse("mark", "the list has more than " + Quantity.count(MOST_MARKED) + " users: filter it first");
            return;
        }
        feed.names(list(), reply -> {
            if (reply.isRefused()) {
                actions.refuse("mark", reply.refusal());
            } else {
                marked.addAll(reply.lines());
            }
        });
    }

    /** The marked ones, or the one under the bar. */
    private List<String> concerned() {
        return marked.isEmpty() ? chosen() : new ArrayList<>(marked);
    }

    /** Whether the cutover of the user under the bar is held: what is done with the marked ones goes by that. */
    private boolean isHeld() {
        RunModel.UsersPage page = page();
        JsonObject row = page == null ? null : page.row(selected);
        return row != null && row.flag("held");
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
                actions.binding("retry", "r", "retry", "Try the marked users, or the one under the bar, again before all "
                        + "others.", none),
                actions.binding("skip", "s", "skip", "Take them out of this run; those in flight end at a safe step.", none),
                actions.binding("cutover", "c", "cut over", "Cut them over now, before all others and in spite of any hold.",
                        none),
                actions.binding("hold", "h", isHeld() ? "unhold" : "hold", isHeld() ? "Let them be cut over as all others."
                        : "Do not lock them out, until h again.", none),
                actions.binding("open-gate", "g", "open gate", "Let them in now; what goes on behind the gate is given up.",
                        none),
                actions.binding("rollback", "R", "roll back", "Bring them back to the Maildir, with all that came since; wants "
                        + "the word.", none),
                new Binding("A", "mark all", "Mark all users of this list, also those that are not on the screen.", none),
                Binding.of("Left Right", "sort", "Sort by another column; i turns the order round."),
                Binding.of("w", "save", "Write this list to a file, with tabs between its columns, in the order of the run."));
    }

    @Override
    public void hidden() {
        inFront = false;
    }
}
