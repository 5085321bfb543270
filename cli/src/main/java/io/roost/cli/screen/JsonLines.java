package io.roost.cli.screen;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

/** JSON documents, each on a line of its own and written at once. Thread-safe if what takes the lines is. */
public final class JsonLines {
    private static final DateTimeFormatter RFC_3339 =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Consumer<byte[]> out;
    private final Clock clock;
    private final JsonFactory factory = new JsonFactory();

    /** Writes the fields of an object. */
    @FunctionalInterface
    public interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** Lines on standard output. */
    public JsonLines(Screen screen, Clock clock) {
        this(screen::json, clock);
    }

    /** @param out takes each line, in UTF-8, its LF included */
    public JsonLines(Consumer<byte[]> out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /** One object: {@code type}, {@code time}, {@code user} unless it is empty, then the fields. */
    public void object(String type, String user, Fields fields) {
        // a writer, since half a surrogate pair in a name must not stop the line: it becomes a question mark below
        StringWriter line = new StringWriter(256);
        try (JsonGenerator json = factory.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("type", type);
            json.writeStringField("time", time(clock.millis()));
            if (!user.isEmpty()) {
                json.writeStringField("user", user);
            }
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            // nothing but memory is written to
            throw new UncheckedIOException(e);
        }
        line.write('\n');
        out.accept(line.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** RFC 3339 in UTC, to the millisecond. */
    public static String time(long unixMillis) {
        return RFC_3339.format(Instant.ofEpochMilli(unixMillis));
    }
}
