package io.roost.cli.control;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import io.roost.cli.screen.JsonLines;

/** What a verb has to say, in the form that the client wants. Built in memory and sent at once; used by one thread. */
public final class Answer {
    private static final String INDENT = "  ";

    private final boolean json;
    private final long now;
    private final StringBuilder lines = new StringBuilder();
    private WatchOptions watch;

    Answer(boolean json, long unixMillis) {
        this.json = json;
        now = unixMillis;
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
            lines.append(JsonLines.text(type, now, user, fields)).append('\n');
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
        if (json && !line.isEmpty()) {
            lines.append(line).append('\n');
        } else if (!line.isEmpty()) {
            text(line);
        }
    }

    /** The connection becomes a stream of events after this answer. */
    void watch(WatchOptions options) {
        watch = options;
    }

    WatchOptions watched() {
        return watch;
    }

    boolean isJson() {
        return json;
    }

    private void text(String line) {
        lines.append(INDENT).append(clean(line)).append('\n');
    }

    /** The last line of every answer that was obeyed. */
    void ok() {
        lines.append(end(json, now));
    }

    /** The last line of an answer that was not. */
    void error(RefusedException e) {
        lines.append(error(json, now, e));
    }

    /** All lines so far. */
    @Override
    public String toString() {
        return lines.toString();
    }

    static String end(boolean json, long now) {
        return (json ? JsonLines.text("ok", now, "", fields -> { }) : "ok") + "\n";
    }

    static String error(boolean json, long now, RefusedException e) {
        String message = clean(e.getMessage());
        return (json ? JsonLines.text("error", now, "", fields -> {
            fields.writeStringField("kind", e.kind().name().toLowerCase(Locale.ROOT));
            fields.writeStringField("reason", message);
        }) : "error " + message) + "\n";
    }

    /** The line of a stream for people. */
    static String streamed(String text) {
        return INDENT + clean(text);
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
