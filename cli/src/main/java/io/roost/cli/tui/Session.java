package io.roost.cli.tui;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** The loop: keys in, screens out. One thread runs it, and only that one draws; {@link FrameRate} says when. */
final class Session {
    private static final int WHEEL_STEPS = 3;
    private static final int LEAST_ROWS = 8;
    private static final int LEAST_COLUMNS = 40;

    private final RunModel model;
    private final Glyphs glyphs;
    private final Actions actions;
    private final boolean readOnly;
    private final ViewStack views;
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
    private boolean pasting;

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
        this.glyphs = glyphs;
        this.readOnly = readOnly;
        actions = new Actions(this, model, feed, readOnly);
        userActions = new UserActions(this, actions, model, feed);
        commands = new CommandPrompt(this, actions, userActions, model, feed, beginning.history());
        Launch launch = new Launch(this, model, beginning.program(), stateDirectory);
        form = new FormView(this, model, launch, new RunForm(stateDirectory, beginning.options()));
        keyHelp = new KeyHelp(model, actions);
        overview = new OverviewView(model, this::prepare);
        users = new UsersView(model, feed, userActions, new TableFile(this, model, stateDirectory));
        backends = new BackendsView(model);
        log = new LogView(model);
        views = new ViewStack(beginning.user().isEmpty() ? overview : new WalkView(this, model, launch, stateDirectory,
                beginning.user(), RunForm.words(beginning.options())), feed);
    }

    /** Begins with a run to be prepared: there is none. */
    void prepare() {
        if (readOnly) {
            say(Look.WARNING, "prepare: this session only looks (--read-only)");
        } else {
            views.open(form);
        }
    }

    void showOverview() {
        views.show(overview);
    }

    void showUsers() {
        views.show(users);
    }

    void showBackends() {
        views.show(backends);
    }

    void showLog() {
        views.show(log);
    }

    /** Until somebody quits or the terminal is gone. */
    void run(TuiTerminal terminal, boolean colours) throws IOException {
        Painter painter = new Painter(colours && terminal.hasColours());
        KeyDecoder keys = new KeyDecoder(terminal::read);
        FrameRate rate = new FrameRate(System.nanoTime());
        long seen = -1;
        boolean wasSilent = false;
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
            boolean silent = model.isSilent(System.currentTimeMillis());
            if (dialogue.isStale() || silent != wasSilent) {
                // messages go away, and so may the run
                rate.due(now);
                wasSilent = silent;
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
        return model.isConnected() && views.front().lacks();
    }

    Canvas draw(int rows, int columns) {
        Canvas canvas = new Canvas(rows, columns, glyphs);
        if (rows < LEAST_ROWS || columns < LEAST_COLUMNS) {
            canvas.line(0, Piece.plain("too small"));
            canvas.line(1, Piece.plain(columns + "x" + rows));
            canvas.line(2, Piece.plain("roost needs"));
            canvas.line(3, Piece.plain(LEAST_COLUMNS + "x" + LEAST_ROWS));
            return canvas;
        }
        View view = views.front();
        view.draw(canvas, 1, rows - 2);
        canvas.bar(0, Look.BAR, " roost " + glyphs.dot() + " " + view.title(), " " + state() + " ");
        bottom(canvas, view, rows - 2);
        return canvas;
    }

    private String state() {
        JsonObject status = model.status();
        long now = System.currentTimeMillis();
        if (status == null) {
            return model.hasNoRun() ? "no run" : "not connected";
        }
        if (!model.trouble().isEmpty()) {
            return model.hasEnded() ? "the run has ended" : "NO CONNECTION, as of " + Quantity.when(model.statusAt(), now);
        }
        if (model.isSilent(now)) {
            return "SILENT, as of " + Quantity.when(model.statusAt(), now);
        }
        String state = status.text("state");
        return (readOnly ? "read-only " + glyphs.dot() + " " : "") + (state.equals("running") ? state
                : state.toUpperCase(Locale.ROOT)) + " " + glyphs.dot() + " " + Quantity.when(status.time("now"),
                status.time("now"));
    }

    private void bottom(Canvas canvas, View view, int row) {
        Piece otherwise;
        if (!model.trouble().isEmpty() && !model.hasEnded()) {
            // screens say themselves that there is none
            otherwise = Look.BAD.of(model.status() == null ? "" : " " + model.trouble());
        } else {
            otherwise = Look.WARNING.of(model.hasEnded() ? " the run has ended; what is shown is its last word"
                    : model.isSilent(System.currentTimeMillis()) ? " nothing comes from the run: is its process stopped, or "
                    + "its machine busy? What is asked waits" : "");
        }
        if (dialogue.draw(canvas, row, otherwise)) {
            canvas.line(row + 1, keyHelp.line(view, views.canGoBack(), canvas.columns()));
        }
    }

    void key(Key key) {
        if (key.name() == Key.Name.GONE) {
            finished = true;
        } else if (pasting || key.name() == Key.Name.PASTE_BEGINS) {
            paste(key);
        } else if (dialogue.wantsKeys()) {
            dialogue.key(key);
        } else if (key.name() == Key.Name.INTERRUPT) {
            finished = true;
        } else if (key.name() == Key.Name.WHEEL_UP || key.name() == Key.Name.WHEEL_DOWN) {
            Key step = Key.of(key.name() == Key.Name.WHEEL_UP ? Key.Name.UP : Key.Name.DOWN);
            for (int i = 0; i < WHEEL_STEPS; i++) {
                views.front().key(step);
            }
        } else if (key.name() == Key.Name.CLICK) {
            views.front().click(key.row(), key.column());
        } else if (!views.front().key(key)) {
            everywhere(key);
        }
    }

    /** What is pasted is text, whatever letters it has: no keys. */
    private void paste(Key key) {
        // a terminal may break off in the middle
        pasting = key.name() != Key.Name.PASTE_ENDS && key.name() != Key.Name.INTERRUPT;
        if (dialogue.wantsText()) {
            if (key.name() == Key.Name.CHARACTER) {
                dialogue.key(key);
            }
        } else if (!pasting) {
            say(Look.WARNING, "what was pasted is not taken for keys; / and : take text");
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
            case 'q' -> quit();
            case 'o' -> showOverview();
            case 'u' -> showUsers();
            case 'b' -> showBackends();
            case 'l' -> showLog();
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
        if (views.front() != users) {
            showUsers();
        }
        dialogue.ask(Dialogue.Line.of("/", users.match()).whileTyped(users::match)
                .hint("Enter keeps the filter  Esc shows all"), users::match);
    }

    void quit() {
        finished = true;
    }

    void toggleMouse() {
        mouse = !mouse;
        say(Look.PLAIN, mouse ? "the mouse scrolls and chooses here; M gives it back to the terminal"
                : "the mouse is the terminal's again");
    }

    void help() {
        views.open(keyHelp.screen(views.front(), views.canGoBack()));
    }

    /** A screen in front of the others; Esc goes back. */
    void open(View view) {
        views.open(view);
    }

    private void back() {
        if (views.front() == users && !users.match().isEmpty()) {
            users.match("");
        } else {
            views.back();
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

    /** All that is known of a user. */
    void openUser(String name) {
        views.open(new UserView(model, userActions, name));
    }
}
