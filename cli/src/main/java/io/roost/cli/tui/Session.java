package io.roost.cli.tui;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/**
 * The loop: keys in, screens out. One thread runs it, and only that one draws. There are at most ten frames a second: four of what
 * comes from the run, and one at once for a key that comes by itself; a key that is held down is answered every tenth of a second.
 */
final class Session {
    /** Commands of the prompt that are no verbs. */
    static final List<String> LOCAL = List.of("overview", "users", "user", "log", "prepare", "keys", "quit");

    private static final long FRAME_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long ISOLATED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long DATA_FRAME_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MESSAGE_NANOS = TimeUnit.SECONDS.toNanos(10);
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
    private final List<String> history = new ArrayList<>();
    private Piece message;
    private long messageAt;
    private Prompt prompt;
    private Consumer<String> promptDone;
    private Consumer<String> promptTyped = text -> { };
    private String question;
    private Runnable confirmed;
    private boolean finished;

    /**
     * What is to be shown first, beside a run that is there.
     *
     * @param program to start runs with
     * @param options of {@code roost migrate}, for them
     * @param user    to be walked through the first try, empty for none
     */
    record Beginning(RoostProgram program, String options, String user) {
    }

    Session(RunModel model, RunFeed feed, Glyphs glyphs, String stateDirectory, boolean readOnly, Beginning beginning) {
        this.model = model;
        this.feed = feed;
        this.glyphs = glyphs;
        this.readOnly = readOnly;
        actions = new Actions(this, model, feed, stateDirectory, readOnly);
        Launch launch = new Launch(this, model, beginning.program(), stateDirectory);
        form = new FormView(this, launch, new RunForm(stateDirectory, beginning.options()));
        keyHelp = new KeyHelp(model, actions);
        overview = new OverviewView(model);
        users = new UsersView(model, feed, actions);
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
        long drawn = System.nanoTime() - DATA_FRAME_NANOS;
        long pressed = drawn;
        long seen = -1;
        boolean due = true;
        boolean atOnce = true;
        while (!finished) {
            long since = System.nanoTime() - drawn;
            boolean news = model.changes() != seen;
            due |= model.takeAnswered();
            if (due && (atOnce || since >= FRAME_NANOS) || since >= DATA_FRAME_NANOS && news || terminal.takeResized()) {
                seen = model.changes();
                model.runPosted();
                terminal.write(painter.paint(draw(terminal.rows(), terminal.columns())));
                drawn = System.nanoTime();
                due = false;
                atOnce = false;
                since = 0;
            }
            long pause = due ? FRAME_NANOS - since : POLL_NANOS;
            Key key = keys.read(Math.max(1, TimeUnit.NANOSECONDS.toMillis(pause)));
            if (key != null) {
                if (key.name() == Key.Name.REDRAW) {
                    painter.forget();
                }
                key(key);
                due = true;
                // one that is held down is not
                atOnce |= System.nanoTime() - pressed >= ISOLATED_NANOS;
                pressed = System.nanoTime();
            } else {
                // messages go away, clocks go on
                due |= message != null && System.nanoTime() - messageAt > MESSAGE_NANOS;
            }
        }
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
        if (prompt != null) {
            prompt.draw(canvas, row);
            canvas.line(row + 1, prompt.offered().isEmpty() ? List.of(Look.FAINT.of(" Enter done  Tab completes  Esc goes back"))
                    : List.of(Piece.plain(" " + String.join(" ", prompt.offered()))));
            return;
        }
        if (question != null) {
            String cut = canvas.glyphs().cut(canvas.glyphs().printable(question), canvas.columns() - 8);
            canvas.line(row, Look.WARNING.of(" " + cut + " [y/N]"));
            canvas.cursor(row, canvas.columns() - 1);
            canvas.line(row + 1, Look.FAINT.of(" y does it, any other key does not"));
            return;
        }
        if (message != null && System.nanoTime() - messageAt <= MESSAGE_NANOS) {
            canvas.line(row, Piece.plain(" "), message);
        } else if (!model.trouble().isEmpty() && !model.hasEnded()) {
            message = null;
            // what is prepared needs no run
            canvas.line(row, Look.BAD.of(model.status() == null && view != overview ? "" : " " + model.trouble()));
        } else {
            message = null;
            canvas.line(row, Look.WARNING.of(model.hasEnded() ? " the run has ended; what is shown is its last word" : ""));
        }
        canvas.line(row + 1, keyHelp.line(view, views.size() > 1, canvas.columns()));
    }

    void key(Key key) {
        if (key.name() == Key.Name.GONE) {
            finished = true;
        } else if (prompt != null) {
            promptKey(key);
        } else if (question != null) {
            Runnable work = confirmed;
            question = null;
            confirmed = null;
            if (key.is('y') || key.is('Y')) {
                work.run();
            } else {
                say(Look.PLAIN, "nothing was done");
            }
        } else if (key.name() == Key.Name.INTERRUPT) {
            finished = true;
        } else if (!views.peek().key(key)) {
            everywhere(key);
        }
    }

    private void promptKey(Key key) {
        if (key.name() == Key.Name.ESCAPE || key.name() == Key.Name.INTERRUPT) {
            Consumer<String> typed = promptTyped;
            closePrompt();
            typed.accept("");
        } else if (key.name() == Key.Name.ENTER) {
            Consumer<String> done = promptDone;
            String text = prompt.text();
            closePrompt();
            done.accept(text);
        } else if (prompt.key(key)) {
            promptTyped.accept(prompt.text());
        }
    }

    private void closePrompt() {
        prompt = null;
        promptTyped = text -> { };
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
            case 'l' -> show(log);
            case '?' -> help();
            case 'p' -> actions.pauseOrResume();
            case '<' -> actions.slower();
            case '>' -> actions.faster();
            case '+' -> actions.send("workers", "workers +1");
            case '-' -> actions.send("workers", "workers -1");
            case 'S' -> actions.stop();
            case ':' -> command();
            case '/' -> filter();
            default -> say(Look.FAINT, "that key means nothing here; ? lists those that do");
        }
    }

    private void command() {
        prompt = new Prompt(":", "", history, actions::completions);
        promptDone = text -> {
            if (!text.isBlank() && (history.isEmpty() || !history.get(history.size() - 1).equals(text))) {
                history.add(text);
            }
            actions.command(text);
        };
    }

    private void filter() {
        if (views.peek() != users) {
            show(users);
        }
        prompt = new Prompt("/", users.match(), List.of(), text -> List.of());
        promptTyped = users::match;
        promptDone = users::match;
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
        message = look.of(text);
        messageAt = System.nanoTime();
    }

    /** Does it if the next key is y. */
    void confirm(String what, Runnable work) {
        question = what;
        confirmed = work;
    }

    /** Asks for a line. */
    void ask(String label, String begun, Consumer<String> done) {
        prompt = new Prompt(label, begun, List.of(), text -> List.of());
        promptDone = done;
    }

    /** Commands of the prompt that lead to a screen. @return whether it was one */
    boolean local(String name, String argument) {
        switch (name) {
            case "overview" -> show(overview);
            case "log" -> show(log);
            case "keys" -> help();
            case "prepare" -> prepare();
            case "quit" -> finished = true;
            case "users" -> {
                if (!argument.isEmpty()) {
                    return false;
                }
                show(users);
            }
            case "user" -> actions.openUser(argument);
            default -> {
                return false;
            }
        }
        return true;
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
