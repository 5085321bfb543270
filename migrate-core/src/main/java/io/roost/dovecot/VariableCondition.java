package io.roost.dovecot;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * {@code %{if;a;operator;b;then;else}}: each part is expanded, then {@code a} compared with {@code b}. Numbers with
 * {@code == != < <= > >=}, strings with {@code eq ne lt le gt ge}, wildcards {@code *} and {@code ?} with {@code *} and
 * {@code !*}, extended regular expressions with {@code ~} and {@code !~}. The last part may be missing. A backslash takes the
 * next character literally. Source: {@code var-expand-if.c} of 2.3.19.1.
 */
final class VariableCondition {
    private VariableCondition() {
    }

    /** @param name what stands in the braces, from {@code if} on */
    static String evaluate(Variables variables, String name, String template, int depth) throws InvalidSettingException {
        List<String> parts = split(name.substring(name.indexOf(';') + 1));
        if (name.indexOf(';') < 0 || parts.size() < 4 || parts.size() > 5) {
            throw Variables.bad(template, "%{if;a;operator;b;then;else}", "give four or five parts");
        }
        List<String> values = new ArrayList<>();
        for (String part : parts) {
            values.add(variables.expandBytes(part, depth + 1));
        }
        boolean holds = compare(values.get(0), values.get(1), values.get(2), template);
        return holds ? values.get(3) : values.size() == 5 ? values.get(4) : "";
    }

    /** At semicolons outside braces, up to a colon outside braces. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int open = 0;
        boolean escaped = false;
        boolean percent = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                escaped = true;
                continue;
            }
            if (escaped) {
                escaped = false;
                part.append(c);
                continue;
            }
            if (c == '%') {
                percent = true;
            } else if (percent && c == '{') {
                open++;
                percent = false;
            } else if (open > 0 && c == '}') {
                open--;
            } else if (open == 0 && c == ';') {
                parts.add(part.toString());
                part.setLength(0);
                continue;
            } else if (open == 0 && c == ':') {
                break;
            }
            part.append(c);
        }
        if (part.length() > 0) {
            parts.add(part.toString());
        }
        return parts;
    }

    private static boolean compare(String a, String operator, String b, String template) throws InvalidSettingException {
        return switch (operator) {
            case "==" -> number(a, template) == number(b, template);
            case "!=" -> number(a, template) != number(b, template);
            case "<" -> number(a, template) < number(b, template);
            case "<=" -> number(a, template) <= number(b, template);
            case ">" -> number(a, template) > number(b, template);
            case ">=" -> number(a, template) >= number(b, template);
            case "eq" -> a.equals(b);
            case "ne" -> !a.equals(b);
            case "lt" -> a.compareTo(b) < 0;
            case "le" -> a.compareTo(b) <= 0;
            case "gt" -> a.compareTo(b) > 0;
            case "ge" -> a.compareTo(b) >= 0;
            case "*" -> like(a, b);
            case "!*" -> !like(a, b);
            case "~" -> regex(b, template).matcher(a).find();
            case "!~" -> !regex(b, template).matcher(a).find();
            default -> throw Variables.bad(template, "an operator such as eq, ne, ==, * or ~", "correct the condition");
        };
    }

    private static long number(String value, String template) throws InvalidSettingException {
        try {
            if (value.matches("-?[0-9]+")) {
                return Long.parseLong(value);
            }
        } catch (NumberFormatException e) {
            // too large: the same complaint
        }
        throw Variables.bad(template, "numbers on both sides of the operator", "compare strings with eq, ne, lt, le, gt or ge");
    }

    /** {@code *} is any run, {@code ?} any one byte. Linear in each star. */
    private static boolean like(String value, String mask) {
        int v = 0;
        int m = 0;
        int star = -1;
        int resume = 0;
        while (v < value.length()) {
            if (m < mask.length() && mask.charAt(m) == '*') {
                star = m++;
                resume = v;
            } else if (m < mask.length() && (mask.charAt(m) == '?' || mask.charAt(m) == value.charAt(v))) {
                m++;
                v++;
            } else if (star >= 0) {
                m = star + 1;
                v = ++resume;
            } else {
                return false;
            }
        }
        while (m < mask.length() && mask.charAt(m) == '*') {
            m++;
        }
        return m == mask.length();
    }

    /** The Java form of a POSIX extended regular expression: brackets are what differs. */
    private static Pattern regex(String extended, String template) throws InvalidSettingException {
        StringBuilder java = new StringBuilder();
        int i = 0;
        while (i < extended.length()) {
            char c = extended.charAt(i++);
            if (c != '[') {
                java.append(c);
                continue;
            }
            java.append('[');
            if (i < extended.length() && extended.charAt(i) == '^') {
                java.append('^');
                i++;
            }
            for (boolean first = true; i < extended.length() && (first || extended.charAt(i) != ']'); first = false) {
                int end = extended.startsWith("[:", i) ? extended.indexOf(":]", i) : -1;
                if (end > 0) {
                    java.append("\\p{").append(posixClass(extended.substring(i + 2, end))).append('}');
                    i = end + 2;
                } else {
                    char d = extended.charAt(i++);
                    java.append("[]&\\^".indexOf(d) >= 0 ? "\\" : "").append(d);
                }
            }
        }
        try {
            return Pattern.compile(java.toString());
        } catch (PatternSyntaxException e) {
            throw Variables.bad(template, "an extended regular expression", "correct it: " + e.getDescription());
        }
    }

    private static String posixClass(String name) {
        return switch (name) {
            case "xdigit" -> "XDigit";
            case "" -> "";
            default -> Character.toUpperCase(name.charAt(0)) + name.substring(1);
        };
    }
}
