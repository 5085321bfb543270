package io.roost.dovecot;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code doveconf -a} and {@code doveconf -n} print:
 *
 * <pre>
 *   output  = "# " version " " "(" revision "): " path LF *( "#" comment LF / item )
 *   item    = key " = " value LF / name [ " " argument ] " {" LF *item "}" LF      ; indented by two spaces a level
 *   value   = text / DQUOTE text with \" \\ \' DQUOTE     ; quoted if it holds # or white space at an end
 * </pre>
 *
 * Source: {@code doveconf.c} of 2.3.19.1.
 *
 * @param version Dovecot's version, {@code 2.3.19.1}; empty if the text does not begin with it
 * @param root    all settings
 */
record DoveconfOutput(String version, Block root) {
    private static final int MAX_DEPTH = 20;

    /**
     * A block of settings.
     *
     * @param name     {@code namespace}, {@code plugin}, {@code protocol}...; empty for the outermost
     * @param argument {@code inbox} in {@code namespace inbox}; may be empty
     * @param values   settings directly in it
     * @param blocks   blocks directly in it, in order
     */
    record Block(String name, String argument, Map<String, String> values, List<Block> blocks) {
        static Block named(String name, String argument) {
            return new Block(name, argument, new LinkedHashMap<>(), new ArrayList<>());
        }

        Block unmodifiable() {
            return new Block(name, argument, Collections.unmodifiableMap(values), Collections.unmodifiableList(blocks));
        }
    }

    static DoveconfOutput parse(String text) throws InvalidSettingException {
        String version = "";
        Deque<Block> open = new ArrayDeque<>();
        Block root = Block.named("", "");
        open.push(root);
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (number == 1 && line.matches("# [0-9][0-9a-zA-Z.~+-]* .*")) {
                version = line.substring(2, line.indexOf(' ', 2));
            }
            int equals = raw.indexOf(" = ");
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.equals("}")) {
                Block done = open.pop();
                if (open.isEmpty()) {
                    throw bad(number, raw, "no } without {");
                }
                open.peek().blocks().add(done.unmodifiable());
            } else if (equals > 0) {
                open.peek().values().put(raw.substring(0, equals).strip(), value(raw.substring(equals + 3)));
            } else if (line.endsWith("=")) {
                open.peek().values().put(line.substring(0, line.length() - 1).strip(), "");
            } else if (line.endsWith("{") && open.size() < MAX_DEPTH) {
                String head = line.substring(0, line.length() - 1).strip();
                int space = head.indexOf(' ');
                open.push(space < 0 ? Block.named(head, "")
                        : Block.named(head.substring(0, space), unquote(head.substring(space + 1).strip())));
            } else {
                throw bad(number, raw, "\"key = value\", \"name {\" or \"}\"");
            }
        }
        if (open.size() > 1) {
            throw bad(number, open.peek().name() + " {", "a } for each {");
        }
        return new DoveconfOutput(version, root.unmodifiable());
    }

    private static String value(String printed) {
        String text = printed.endsWith("\r") ? printed.substring(0, printed.length() - 1) : printed;
        String unquoted = unquote(text);
        boolean needsQuotes = unquoted.indexOf('#') >= 0 || !unquoted.equals(unquoted.strip());
        return needsQuotes ? unquoted : text.strip();
    }

    private static String unquote(String text) {
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            out.append(c == '\\' && i + 1 < text.length() - 1 ? text.charAt(++i) : c);
        }
        return out.toString();
    }

    private static InvalidSettingException bad(int line, String found, String expected) {
        return new InvalidSettingException("doveconf output, line " + line, found, expected,
                "run doveconf by hand and look at its output");
    }
}
