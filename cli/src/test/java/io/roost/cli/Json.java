package io.roost.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

/** Reads JSON back into maps, lists, strings, numbers and booleans. */
final class Json {
    private Json() {
    }

    /** One object a line. */
    static List<Map<String, Object>> lines(String text) {
        List<Map<String, Object>> objects = new ArrayList<>();
        text.lines().forEach(line -> objects.add(object(line)));
        return objects;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String line) {
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            parser.nextToken();
            Map<String, Object> object = (Map<String, Object>) value(parser);
            if (parser.nextToken() != null) {
                throw new AssertionError("more than one document in a line: " + line);
            }
            return object;
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> array(Object value) {
        return (List<Map<String, Object>>) value;
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    if (object.put(name, value(parser)) != null) {
                        throw new AssertionError("twice in one object: " + name);
                    }
                }
                return object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                return array;
            }
            case VALUE_NUMBER_INT -> {
                return parser.getLongValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return parser.getText();
            }
        }
    }
}
