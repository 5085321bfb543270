package io.roost.dovecot;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines of Dovecot's internal protocols. Strings are byte strings.
 *
 * <pre>
 *   line   = field *( TAB field ) LF
 *   field  = *( byte / escape )
 *   escape = %x01 ( "0" / "1" / "t" / "r" / "n" )      ; NUL, 0x01, TAB, CR, LF
 * </pre>
 *
 * Any other byte after 0x01 stands for itself, and a 0x01 at the end for nothing. Source: {@code str_append_tabescaped} and
 * {@code str_tabunescape} of Dovecot 2.3.
 */
public final class TabEscaped {
    private static final char ESCAPE = 1;

    private TabEscaped() {
    }

    /**
     * A line of these fields, without its LF.
     *
     * @throws IllegalArgumentException if a field holds NUL: Dovecot reads fields as C strings, so that what follows a NUL would
     *                                  silently be left out
     */
    public static String line(String... fields) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < fields.length; i++) {
            if (i > 0) {
                line.append('\t');
            }
            append(line, fields[i]);
        }
        return line.toString();
    }

    /** One field, without what divides it from others. */
    public static String escape(String field) {
        return line(field);
    }

    /** The reverse of {@link #escape}; a TAB stands for itself. */
    public static String unescape(String field) {
        return String.join("\t", fields(field));
    }

    private static void append(StringBuilder line, String field) {
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            switch (c) {
                case 0 -> throw new IllegalArgumentException("a field of a protocol line holds NUL");
                case ESCAPE -> line.append(ESCAPE).append('1');
                case '\t' -> line.append(ESCAPE).append('t');
                case '\r' -> line.append(ESCAPE).append('r');
                case '\n' -> line.append(ESCAPE).append('n');
                default -> line.append(c);
            }
        }
    }

    /** The fields of a line, which does not include its LF; an empty line has one empty field. */
    public static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\t') {
                fields.add(field.toString());
                field.setLength(0);
            } else if (c != ESCAPE) {
                field.append(c);
            } else if (++i < line.length()) {
                field.append((char) switch (line.charAt(i)) {
                    case '0' -> 0;
                    case '1' -> ESCAPE;
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case 'n' -> '\n';
                    default -> line.charAt(i);
                });
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
