package io.roost.cli.control;

import java.nio.charset.StandardCharsets;
import java.time.Clock;

import io.roost.cli.screen.JsonLines;

/** Objects of JSON, collected as text, each with its line end. Not thread-safe. */
final class JsonText {
    private final StringBuilder text = new StringBuilder();
    private final JsonLines lines = new JsonLines(line -> text.append(new String(line, StandardCharsets.UTF_8)), Clock.systemUTC());

    /** Takes objects. */
    JsonLines lines() {
        return lines;
    }

    /** What has come since the last time. */
    String take() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }

    /** A single object. */
    static String object(String type, String user, JsonLines.Fields fields) {
        JsonText one = new JsonText();
        one.lines.object(type, user, fields);
        return one.take();
    }
}
