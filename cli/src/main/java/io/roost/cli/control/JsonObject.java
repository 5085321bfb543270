package io.roost.cli.control;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

/**
 * An object of JSON as a run sent it. What is not there, or of another type than asked for, is empty, 0 or false: later versions may
 * leave things out, and a screen goes on without.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonObject EMPTY = new JsonObject(Map.of());
    private static final int MAX_DEPTH = 20;

    private final Map<String, Object> fields;

    private JsonObject(Map<String, Object> fields) {
        this.fields = fields;
    }

    /** @throws ControlException if the line is not one object of JSON */
    public static JsonObject parse(String line) throws ControlException {
        try (JsonParser parser = FACTORY.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("it is no object");
            }
            JsonObject object = object(parser, 0);
            if (parser.nextToken() != null) {
                throw new IOException("something follows the object");
            }
            return object;
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new ControlException(ControlException.Kind.PROTOCOL, "the run sent a line that is not JSON: " + message, e);
        }
    }

    private static JsonObject object(JsonParser parser, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("too deep");
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser, depth + 1));
        }
        return new JsonObject(fields);
    }

    private static Object value(JsonParser parser, int depth) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                return object(parser, depth);
            }
            case START_ARRAY -> {
                if (depth > MAX_DEPTH) {
                    throw new IOException("too deep");
                }
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser, depth + 1));
                }
                return array;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            default -> throw new IOException("the line ends within a value");
        }
    }

    public String type() {
        return text("type");
    }

    public String user() {
        return text("user");
    }

    /** Whether the field is there and not null. */
    public boolean has(String name) {
        return fields.get(name) != null;
    }

    public String text(String name) {
        return fields.get(name) instanceof String text ? text : "";
    }

    public long number(String name) {
        return (long) decimal(name);
    }

    public double decimal(String name) {
        return fields.get(name) instanceof Double number ? number : 0;
    }

    public boolean flag(String name) {
        return fields.get(name) instanceof Boolean flag && flag;
    }

    /** A point in time, Unix milliseconds; 0 if there is none. */
    public long time(String name) {
        String text = text(name);
        try {
            return text.isEmpty() ? 0 : Instant.parse(text).toEpochMilli();
        } catch (DateTimeException e) {
            return 0;
        }
    }

    public JsonObject object(String name) {
        return fields.get(name) instanceof JsonObject object ? object : EMPTY;
    }

    public List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        array(name).forEach(value -> {
            if (value instanceof JsonObject object) {
                objects.add(object);
            }
        });
        return objects;
    }

    public List<String> texts(String name) {
        return array(name).stream().map(String::valueOf).toList();
    }

    public long[] numbers(String name) {
        return array(name).stream().mapToLong(value -> value instanceof Double number ? number.longValue() : 0).toArray();
    }

    private List<?> array(String name) {
        return fields.get(name) instanceof List<?> array ? array : List.of();
    }
}
