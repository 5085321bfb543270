package io.roost.hostchange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;

/**
 * One directory name of a path with Dovecot's variables, read backwards: which part of a user's name stands in it.
 *
 * <pre>
 *   name  = *( byte / field )
 *   field = "%" *( "-" / "." / DIGIT ) *modifier variable      ; see io.roost.dovecot.Variables
 * </pre>
 *
 * {@code %u %n %d}, by their long names too, with no modifier or {@code L}, give the name's part back. Other fields, such as
 * hashes, match anything: whether it is right shows when the name is expanded again, which {@link UserTree} always does.
 */
final class NamePattern {
    private static final String MODIFIERS = "LUEXRHNMDT";
    private static final Map<String, Character> PARTS = Map.of("u", 'u', "n", 'n', "d", 'd', "{user}", 'u', "{username}", 'n',
            "{domain}", 'd');

    private final String literal;
    private final Pattern pattern;
    /** What each group of the pattern gives: {@code u}, {@code n} or {@code d}. */
    private final List<Character> parts;

    private NamePattern(String literal, Pattern pattern, List<Character> parts) {
        this.literal = literal;
        this.pattern = pattern;
        this.parts = parts;
    }

    /**
     * @param template text
     * @throws InvalidSettingException if a variable is not closed
     */
    static NamePattern of(String template) throws InvalidSettingException {
        StringBuilder literal = new StringBuilder();
        StringBuilder regex = new StringBuilder();
        List<Character> parts = new ArrayList<>();
        boolean fixed = true;
        String bytes = ByteString.ofText(template);
        for (int i = 0; i < bytes.length();) {
            if (bytes.charAt(i) != '%') {
                literal.append(bytes.charAt(i));
                regex.append(Pattern.quote(bytes.substring(i, i + 1)));
                i++;
                continue;
            }
            int start = i + 1;
            int at = start;
            while (at < bytes.length() && "-.0123456789".indexOf(bytes.charAt(at)) >= 0) {
                at++;
            }
            int modifiers = at;
            while (at < bytes.length() && MODIFIERS.indexOf(bytes.charAt(at)) >= 0) {
                at++;
            }
            int end = endOfVariable(bytes, at, template);
            String variable = bytes.substring(at, end);
            String modifier = bytes.substring(modifiers, at);
            Character part = modifiers == start && (modifier.isEmpty() || modifier.equals("L")) ? PARTS.get(variable) : null;
            if (variable.equals("%")) {
                literal.append('%');
                regex.append('%');
            } else if (part != null) {
                fixed = false;
                parts.add(part);
                regex.append(part == 'n' ? "([^@]+)" : "(.+)");
            } else {
                fixed = false;
                regex.append(".*");
            }
            i = end;
        }
        return new NamePattern(fixed ? literal.toString() : null, Pattern.compile(regex.toString(), Pattern.DOTALL),
                List.copyOf(parts));
    }

    private static int endOfVariable(String bytes, int at, String template) throws InvalidSettingException {
        if (at == bytes.length()) {
            throw new InvalidSettingException("LISTINDEX", template, "a variable after each %", "write %% for a percent sign");
        }
        if (bytes.charAt(at) != '{') {
            return at + 1;
        }
        int end = endOfBraces(bytes, at);
        if (end < 0) {
            throw new InvalidSettingException("LISTINDEX", template, "a } for each {", "close the brace");
        }
        return end;
    }

    /** Where the braces that open at {@code at} have closed, or -1. */
    static int endOfBraces(String text, int at) {
        int open = 0;
        for (int i = at; i < text.length(); i++) {
            if (text.charAt(i) == '{') {
                open++;
            } else if (text.charAt(i) == '}' && --open == 0) {
                return i + 1;
            }
        }
        return -1;
    }

    boolean isFixed() {
        return literal != null;
    }

    /** The name itself, a byte string, if it is fixed. */
    String literal() {
        return literal;
    }

    boolean has(char part) {
        return parts.contains(part);
    }

    /**
     * @param name     of a directory, a byte string
     * @param captured takes what is known of the user's name: byte strings by {@code u}, {@code n}, {@code d}
     * @return whether the name may be one of this pattern
     */
    boolean match(String name, Map<Character, String> captured) {
        if (literal != null) {
            return literal.equals(name);
        }
        Matcher matcher = pattern.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        Map<Character, String> found = new HashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            found.put(parts.get(i), matcher.group(i + 1));
        }
        captured.putAll(found);
        return true;
    }
}
