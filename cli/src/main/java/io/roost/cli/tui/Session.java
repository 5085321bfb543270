package io.roost.cli.tui;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** The loop: keys in, screens out. One thread runs it, and only that one draws; {@link FrameRate} says when. */
final class Session {
    /** Commands of the prompt that are no verbs. */
    static final List<String> LOCAL = List.of("overview", "users", "user", "backends", "log", "prepare", "keys", "mouse", "quit");

    private static final int WHEEL_STEPS = 3;
    private static final int LEAST_ROWS = 8;
    private static final int LEAST_COLUMNS = 40;

    private final RunModel model;
    private final RunFeed feed;
    private final Glyphs glyphs;
    private final Actions actions;
    private final boolean readOnly;
    private final Deque<View> views = new ArrayDeque<>();
    private final OverviewView overview;
    private final UsersView users;
    private final LogView log;
    private final FormView form;
    private final KeyHelp keyHelp;
    private final BackendsView backends;
    private final CommandPrompt commands;
    private final UserActions userActions;
    private final Dialogue dialogue = new Dialogue();
    private boolean mouse;
    private boolean finished;

    /**
     * What is to be shown first, beside a run that is there.
     *
     * @param program to start runs with
     * @param options of {@code roost migrate}, for them
     * @param user    to be walked through the first try, empty for none
     * @param history of the {@code :} prompt
     */
    record Beginning(RoostProgram program, String options, String user, PromptHistory history) {
    }

    Session(RunModel model, RunFeed feed, Glyphs glyphs, String stateDirectory, boolean readOnly, Beginning beginning) {
        this.model = model;
        this.feed = feed;
        this.glyphs = glyphs;
        this.readOnly = readOnly;
        actions = new Actions(this, model, feed, readOnly);
        userActions = new UserActions(this, actions, model, feed);
        commands = new CommandPrompt(this, actions, userActions, model, feed, beginning.history());
        Launch launch = new Launch(this, model, beginning.program(), stateDirectory);
        form = new FormView(this, launch, new RunForm(stateDirectory, beginning.options()));
        keyHelp = new KeyHelp(model, actions);
        overview = new OverviewView(model);
        users = new UsersView(model, feed, userActions, new TableFile(this, model, stateDirectory));
        backends = new BackendsView(model);
        log = new LogView(model);
        views.push(overview);
        overview.shown(feed);
        if (!beginning.user().isEmpty()) {
            open(new WalkView(this, model, launch, stateDirectory, beginning.user(), RunForm.words(beginning.options())));
        }
    }

    /** Begins with a run to be prepared: there is none. */
    void prepare() {
        if (readOnly) {
            say(Look.WARNING, "prepare: this session only looks (--read-only)");
        } else {
            open(form);
        }
    }

    void showOverview() {
        show(overview);
    }

    /** Until somebody quits or the terminal is gone. */
    void run(TuiTerminal terminal, boolean colours) throws IOException {
        Painter painter = new Painter(colours && terminal.hasColours());
        KeyDecoder keys = new KeyDecoder(terminal::read);
        FrameRate rate = new FrameRate(System.nanoTime());
        long seen = -1;
        while (!finished) {
            model.runPosted();
            long now = System.nanoTime();
            if (terminal.takeResized()) {
                // whatever the terminal did with what it showed
                painter.forget();
                rate.resized(now);
            }
            if (model.takeAnswered()) {
                rate.answered(now);
            }
            if (model.changes() != seen) {
                rate.news(now);
            }
            if (dialogue.isStale()) {
                // messages go away
                rate.due(now);
            }
            terminal.mouse(mouse);
            if (rate.isTime(now, lacks())) {
                seen = model.changes();
                terminal.write(painter.paint(draw(terminal.rows(), terminal.columns())));
                rate.drawn(System.nanoTime());
            }
            Key key = keys.read(Math.max(1, TimeUnit.NANOSECONDS.toMillis(rate.pause(System.nanoTime(), lacks()))));
            if (key != null) {
                if (key.name() == Key.Name.REDRAW) {
                    painter.forget();
                }
                key(key);
                rate.key(System.nanoTime());
            }
        }
    }

    /** Whether the screen would be drawn without something that is on its way. */
    private boolean lacks() {
        return model.isConnected() && views.peek().lacks();
    }

    Canvas draw(int rows, int columns) {
        Canvas canvas = new Canvas(rows, columns, glyphs);
        if (rows < LEAST_ROWS || columns < LEAST_COLUMNS) {
            canvas.line(0, Piece.plain("roost: " + columns + "x" + rows + " is too small,"));
            canvas.line(1, Piece.plain("expected at least " + LEAST_COLUMNS + "x" + LEAST_ROWS));
            return canvas;
        }
        View view = views.peek();
        canvas.bar(0, Look.BAR, " roost " + glyphs.dot() + " " + view.title(), state() + " ");
        view.draw(canvas, 1, rows - 2);
        bottom(canvas, view, rows - 2);
        return canvas;
    }

    private String state() {
        JsonObject status = model.status();
        if (!model.trouble().isEmpty()) {
            return status == null ? "no run" : model.hasEnded() ? "the run has ended"
                    : "NO CONNECTION, as of " + Quantity.when(model.statusAt(), System.currentTimeMillis());
        }
        String state = status.text("state");
        return (readOnly ? "read-only " + glyphs.dot() + " " : "") + (state.equals("running") ? state : state.toUpperCase(Locale.ROOT)) + " "
                + glyphs.dot() + " " + Quantity.when(status.time("now"), status.time("now"));
    }

    private void bottom(Canvas canvas, View view, int row) {
        Piece otherwise;
        if (!model.trouble().isEmpty() && !model.hasEnded()) {
            // what is prepared needs no run
            otherwise = Look.BAD.of(model.status() == null && view != overview ? "" : " " + model.trouble());
        } else {
            otherwise = Look.WARNING.of(model.hasEnded() ? " the run has ended; what is shown is its last word" : "");
        }
        if (dialogue.draw(canvas, row, otherwise)) {
            canvas.line(row + 1, keyHelp.line(view, views.size() > 1, canvas.columns()));
        }
    }

    void key(Key key) {
        if (key.name() == Key.Name.GONE) {
            finished = true;
        } else if (dialogue.wantsKeys()) {
            dialogue.key(key);
        } else if (key.name() == Key.Name.INTERRUPT) {
            finished = true;
        } else if (key.name() == Key.Name.WHEEL_UP || key.name() == Key.Name.WHEEL_DOWN) {
            Key step = Key.of(key.name() == Key.Name.WHEEL_UP ? Key.Name.UP : Key.Name.DOWN);
            for (int i = 0; i < WHEEL_STEPS; i++) {
                views.peek().key(step);
            }
        } else if (key.name() == Key.Name.CLICK) {
            views.peek().click(key.row(), key.column());
        } else if (!views.peek().key(key)) {
            everywhere(key);
        }
    }

    private void everywhere(Key key) {
        if (key.name() == Key.Name.ESCAPE) {
            back();
            return;
        }
        if (key.name() != Key.Name.CHARACTER) {
            return;
        }
        switch (key.codePoint()) {
            case 'q' -> finished = true;
            case 'o' -> show(overview);
            case 'u' -> show(users);
            case 'b' -> show(backends);
            case 'l' -> show(log);
            case '?' -> help();
            case 'p' -> actions.pauseOrResume();
            case '<' -> actions.slower();
            case '>' -> actions.faster();
            case '+' -> actions.send("workers", "workers +1");
            case '-' -> actions.send("workers", "workers -1");
            case 'H' -> actions.holdOrUnhold();
            case 'M' -> toggleMouse();
            case 'S' -> actions.stop();
            case ':' -> commands.open();
            case '/' -> filter();
            default -> say(Look.FAINT, "that key means nothing here; ? lists those that do");
        }
    }

    private void filter() {
        if (views.peek() != users) {
            show(users);
        }
        dialogue.ask("/", users.match(), List.of(), text -> List.of(), users::match, users::match);
    }

    private void toggleMouse() {
        mouse = !mouse;
        say(Look.PLAIN, mouse ? "the mouse scrolls and chooses here; M gives it back to the terminal"
                : "the mouse is the terminal's again");
    }

    private void help() {
        open(keyHelp.screen(views.peek(), views.size() > 1));
    }

    /** A screen in front of the others; Esc goes back. */
    void open(View view) {
        if (views.peek() == users && view != users) {
            users.hidden();
        }
        views.push(view);
        view.shown(feed);
    }

    /** One of the main screens; Esc goes to the overview from there. */
    private void show(View view) {
        users.hidden();
        views.clear();
        views.push(overview);
        if (view != overview) {
            views.push(view);
        }
        view.shown(feed);
    }

    private void back() {
        if (views.peek() == users && !users.match().isEmpty()) {
            users.match("");
        } else if (views.size() > 1) {
            views.pop();
            views.peek().shown(feed);
        }
    }

    /** A line for a while. */
    void say(Look look, String text) {
        dialogue.say(look, text);
    }

    /** Where something is asked. */
    Dialogue dialogue() {
        return dialogue;
    }

    /** Commands of the prompt that lead to a screen. @return whether it was one */
    boolean local(String name, String argument) {
        switch (name) {
            case "overview" -> show(overview);
            case "backends" -> show(backends);
            case "log" -> show(log);
            case "mouse" -> toggleMouse();
            case "keys" -> help();
            case "prepare" -> prepare();
            case "quit" -> finished = true;
            case "users" -> {
                if (!argument.isEmpty()) {
                    return false;
                }
                show(users);
            }
            case "user" -> openUser(argument);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** All that is known of a user. */
    void openUser(String name) {
        open(new UserView(model, userActions, name));
    }

    /** Names that have been seen, for completion. */
    Set<String> knownUsers() {
        Set<String> names = new TreeSet<>();
        for (RunModel.UsersPage page : new RunModel.UsersPage[] {model.users(), model.failures()}) {
            if (page != null) {
                page.rows().forEach(row -> names.add(row.user()));
            }
        }
        if (model.status() != null) {
            model.status().objects("active").forEach(active -> names.add(active.user()));
        }
        return names;
    }
}
