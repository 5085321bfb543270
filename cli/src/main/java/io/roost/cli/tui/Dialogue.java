package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What stands between a screen and its keys: a line that is being typed, a question, a word that has to be typed, or a message
 * that goes away. At most one of the first three at a time, which takes all keys. Used by the thread that draws.
 */
final class Dialogue {
    private static final long MESSAGE_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Names that Tab has found may be many. */
    private static final int MOST_LINES = 6;

    private Piece message;
    private long messageAt;
    private Prompt prompt;
    private Consumer<String> done;
    private Consumer<String> typed = text -> { };
    private String question;
    private Runnable confirmed;
    /** Which keys mean something meanwhile. */
    private String hint = "";
    /** Why the typed word is wanted; empty if any text is. */
    private String warning = "";

    /**
     * A line to be typed.
     *
     * @param label       stands before it
     * @param begun       stands there already
     * @param history     older lines, oldest first
     * @param completions gives whole lines that may come of one that is begun
     * @param whileTyped  told the text after each key, and an empty one if nothing comes of it
     * @param hint        the keys that mean something meanwhile
     */
    record Line(String label, String begun, List<String> history, Function<String, List<String>> completions,
            Consumer<String> whileTyped, String hint) {
        static Line of(String label, String begun) {
            return new Line(label, begun, List.of(), text -> List.of(), text -> { }, "Enter done  Esc goes back");
        }

        Line history(List<String> lines) {
            return new Line(label, begun, lines, completions, whileTyped, hint);
        }

        Line completions(Function<String, List<String>> given) {
            return new Line(label, begun, history, given, whileTyped, hint);
        }

        Line whileTyped(Consumer<String> told) {
            return new Line(label, begun, history, completions, told, hint);
        }

        Line hint(String keys) {
            return new Line(label, begun, history, completions, whileTyped, keys);
        }
    }

    /** A line for a while; empty for none. */
    void say(Look look, String text) {
        message = text.isEmpty() ? null : look.of(text);
        messageAt = System.nanoTime();
    }

    /** Does it if the next key is y. */
    void confirm(String what, Runnable work) {
        question = what;
        confirmed = work;
    }

    /** Does it once the word was typed: of what cannot simply be taken back. */
    void confirmByWord(String what, String word, Runnable work) {
        ask(Line.of("type " + word + " to do it: ", "").hint("Enter does it if that is the word, Esc does not"), text -> {
            if (text.strip().equals(word)) {
                work.run();
            } else {
                say(Look.PLAIN, "nothing was done");
            }
        });
        warning = what;
    }

    /** Asks for a line. */
    void ask(Line line, Consumer<String> whenDone) {
        prompt = new Prompt(line.label(), line.begun(), line.history(), line.completions());
        typed = line.whileTyped();
        hint = line.hint();
        done = whenDone;
        warning = "";
    }

    /** Whether it is text that the next key is for. */
    boolean wantsText() {
        return prompt != null;
    }

    /** Whether the next key is for this, and not for the screen. */
    boolean wantsKeys() {
        return prompt != null || question != null;
    }

    void key(Key key) {
        if (prompt != null) {
            promptKey(key);
        } else {
            Runnable work = confirmed;
            question = null;
            confirmed = null;
            if (key.is('y') || key.is('Y')) {
                work.run();
            } else {
                say(Look.PLAIN, "nothing was done");
            }
        }
    }

    private void promptKey(Key key) {
        if (key.name() == Key.Name.ESCAPE || key.name() == Key.Name.INTERRUPT) {
            Consumer<String> whileTyped = typed;
            boolean word = !warning.isEmpty();
            prompt = null;
            whileTyped.accept("");
            if (word) {
                say(Look.PLAIN, "nothing was done");
            }
        } else if (key.name() == Key.Name.ENTER) {
            String text = prompt.text();
            prompt = null;
            done.accept(text);
        } else if (prompt.key(key)) {
            typed.accept(prompt.text());
        }
    }

    /** Whether there is a message whose time is over. */
    boolean isStale() {
        return message != null && System.nanoTime() - messageAt > MESSAGE_NANOS;
    }

    /**
     * Draws itself into the line before the last one, and what it leaves to say of keys into the last one.
     *
     * @param otherwise stands there when nothing is asked and nothing was said
     * @return whether the last line is free for the keys of the screen
     */
    boolean draw(Canvas canvas, int row, Piece otherwise) {
        if (isStale()) {
            message = null;
        }
        if (prompt != null) {
            boolean offers = !prompt.offered().isEmpty();
            above(canvas, row, offers ? Look.PLAIN : Look.WARNING, offers ? String.join("  ", prompt.offered().stream()
                    .map(String::strip).toList()) : warning);
            prompt.draw(canvas, row);
            canvas.line(row + 1, Look.FAINT.of(" " + hint));
            return false;
        }
        if (question != null) {
            ask(canvas, row);
            return false;
        }
        if (message != null) {
            canvas.line(row, Piece.plain(" "), message);
        } else {
            canvas.line(row, otherwise);
        }
        return true;
    }

    /** What belongs to a line stands above it. */
    private static void above(Canvas canvas, int row, Look look, String text) {
        List<String> lines = new ArrayList<>(text.isEmpty() ? List.of() : canvas.glyphs().wrap(text, canvas.columns() - 2));
        if (lines.size() > MOST_LINES) {
            lines.subList(MOST_LINES - 1, lines.size()).clear();
            lines.add("and more");
        }
        for (int i = 0; i < lines.size(); i++) {
            canvas.line(row - lines.size() + i, look.of(" " + lines.get(i)));
        }
    }

    /** A question that is too long for its line takes the one above it as well: of what happens nothing may be cut off. */
    private void ask(Canvas canvas, int row) {
        List<String> lines = canvas.glyphs().wrap(question, canvas.columns() - 8);
        int first = row - lines.size() + 1;
        for (int i = 0; i < lines.size(); i++) {
            canvas.line(first + i, Look.WARNING.of(" " + lines.get(i) + (i == lines.size() - 1 ? " [y/N]" : "")));
        }
        canvas.cursor(row, canvas.columns() - 1);
        canvas.line(row + 1, Look.FAINT.of(" y does it, any other key does not"));
    }
}
