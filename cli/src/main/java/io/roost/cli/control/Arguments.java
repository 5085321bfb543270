package io.roost.cli.control;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arguments of the form {@code NAME=VALUE}, separated by blanks. The value of {@code match} is the rest of the line, since names of
 * users may hold blanks.
 */
final class Arguments {
    private static final String REST = "match=";

    private Arguments() {
    }

    /** By name. */
    static Map<String, String> named(String argument, String... names) throws RefusedException {
        Map<String, String> found = new LinkedHashMap<>();
        String left = argument.strip();
        while (!left.isEmpty()) {
            int blank = left.startsWith(REST) ? left.length() : left.indexOf(' ') < 0 ? left.length() : left.indexOf(' ');
            String word = left.substring(0, blank);
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (equals < 0 || !Arrays.asList(names).contains(name)) {
                throw RefusedException.usage("found \"" + word + "\", expected NAME=VALUE with one of the names "
                        + String.join(", ", names));
            }
            if (found.put(name, word.substring(equals + 1)) != null) {
                throw RefusedException.usage(name + " stands there twice");
            }
            left = left.substring(blank).stripLeading();
        }
        return found;
    }

    /** A number within bounds, or {@code other} if it is not given. */
    static int number(Map<String, String> named, String name, int other, int least, int most) throws RefusedException {
        String value = named.get(name);
        return value == null ? other : number(name, value, least, most);
    }

    /** A number within bounds. */
    static int number(String name, String value, int least, int most) throws RefusedException {
        if (value.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw RefusedException.usage(name + ": found \"" + value + "\", expected a number from " + least + " to " + most);
    }

    /** For verbs that take nothing. */
    static void none(String argument) throws RefusedException {
        if (!argument.isBlank()) {
            throw RefusedException.usage("found \"" + argument.strip() + "\", expected nothing after the verb");
        }
    }
}
