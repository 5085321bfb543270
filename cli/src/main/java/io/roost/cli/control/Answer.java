package io.roost.cli.control;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import io.roost.cli.screen.JsonLines;

/** What a verb has to say, in the form that the client wants. Built in memory and sent at once; used by one thread. */
public final class Answer {
    private static final String INDENT = "  ";

    private final boolean json;
    private final StringBuilder lines = new StringBuilder();
    private WatchOptions watch;
    private Runnable afterwards = () -> { };

    Answer(boolean json) {
        this.json = json;
    }

    /**
     * One object of JSON, or lines for people.
     *
     * @param type of the object
     * @param user empty if it is about the run
     * @param text asked for only if it is wanted
     */
    public void item(String type, String user, JsonLines.Fields fields, Supplier<List<String>> text) {
        if (json) {
            lines.append(JsonText.object(type, user, fields));
        } else {
            text.get().forEach(this::text);
        }
    }

    /** A sentence for people; scripts find what it tells in the fields of {@code ok}, or need not know. */
    public void say(String sentence) {
        if (!json) {
            text(sentence);
        }
    }

    /** A line as it is. */
    void raw(Happening happening) {
        String line = happening.line(json);
        if (!line.isEmpty()) {
            lines.append(line);
        }
    }

    /** The connection becomes a stream of events after this answer. */
    void watch(WatchOptions options) {
        watch = options;
    }

    /** Done once the answer is sent. */
    public void afterwards(Runnable work) {
        afterwards = work;
    }

    Runnable afterwards() {
        return afterwards;
    }

    WatchOptions watched() {
        return watch;
    }

    boolean isJson() {
        return json;
    }

    private void text(String line) {
        lines.append(textLine(line));
    }

    /** The last line of every answer that was obeyed. */
    void ok() {
        lines.append(end(json));
    }

    /** The last line of an answer that was not. */
    void error(RefusedException e) {
        lines.append(error(json, e));
    }

    /** All lines so far. */
    @Override
    public String toString() {
        return lines.toString();
    }

    static String end(boolean json) {
        return json ? JsonText.object("ok", "", fields -> { }) : "ok\n";
    }

    static String error(boolean json, RefusedException e) {
        String message = clean(e.getMessage());
        return json ? JsonText.object("error", "", fields -> {
            fields.writeStringField("kind", e.kind().name().toLowerCase(Locale.ROOT));
            fields.writeStringField("reason", message);
        }) : "error " + e.kind().name().toLowerCase(Locale.ROOT) + " " + message + "\n";
    }

    /** A line for people. */
    static String textLine(String text) {
        return INDENT + clean(text) + "\n";
    }

    /** Keeps a text on its line: control and invisible characters become {@code \xNN} or <code>&#92;u{NNNN}</code>. */
    static String clean(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            if (c == 0xa0) {
                out.append(' ');
            } else if (Character.isISOControl(c)) {
                out.append(String.format("\\x%02x", c));
            } else if (type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE) {
                out.append(String.format("\\u{%x}", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
