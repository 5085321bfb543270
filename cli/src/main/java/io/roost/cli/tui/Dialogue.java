package io.roost.cli.tui;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What stands between a screen and its keys: a line that is being typed, a question, a word that has to be typed, or a message that goes
 * away. At most one of the first three at a time, which takes all keys. Used by the thread that draws.
 */
final class Dialogue {
    private static final long MESSAGE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private Piece message;
    private long messageAt;
    private Prompt prompt;
    private Consumer<String> done;
    private Consumer<String> typed = text -> { };
    private String question;
    private Runnable confirmed;
    /** Why the typed word is wanted; empty if any text is. */
    private String warning = "";

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

    /** Does it once the word was typed: of what cannot simply be taken back. */
    void confirmByWord(String what, String word, Runnable work) {
        ask("type " + word + " to do it: ", "", text -> {
            if (text.strip().equals(word)) {
                work.run();
            } else {
                say(Look.PLAIN, "nothing was done");
            }
        });
        warning = what;
    }

    /** Asks for a line. */
    void ask(String label, String begun, Consumer<String> whenDone) {
        ask(label, begun, List.of(), text -> List.of(), text -> { }, whenDone);
    }

    /**
     * Asks for a line.
     *
     * @param whileTyped told the text after each key
     */
    void ask(String label, String begun, List<String> history, Function<String, List<String>> completions, Consumer<String> whileTyped,
            Consumer<String> whenDone) {
        prompt = new Prompt(label, begun, history, completions);
        typed = whileTyped;
        done = whenDone;
        warning = "";
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
        if (prompt != null) {
            List<String> lines = warning.isEmpty() ? List.of() : canvas.glyphs().wrap(warning, canvas.columns() - 2);
            for (int i = 0; i < lines.size(); i++) {
                canvas.line(row - lines.size() + i, Look.WARNING.of(" " + lines.get(i)));
            }
            prompt.draw(canvas, row);
            canvas.line(row + 1, !warning.isEmpty() ? List.of(Look.FAINT.of(" Enter does it if that is the word, Esc does not"))
                    : prompt.offered().isEmpty() ? List.of(Look.FAINT.of(" Enter done  Tab completes  Esc goes back"))
                            : List.of(Piece.plain(" " + String.join(" ", prompt.offered()))));
            return false;
        }
        if (question != null) {
            ask(canvas, row);
            return false;
        }
        if (message != null && !isStale()) {
            canvas.line(row, Piece.plain(" "), message);
        } else {
            message = null;
            canvas.line(row, otherwise);
        }
        return true;
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
