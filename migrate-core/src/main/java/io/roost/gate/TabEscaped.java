package io.roost.gate;

/**
 * Fields of Dovecot's protocols: {@code \001} stands before what would divide them.
 *
 * <pre>
 *   NUL = 0x01 "0"    0x01 = 0x01 "1"    TAB = 0x01 "t"    CR = 0x01 "r"    LF = 0x01 "n"
 * </pre>
 */
final class TabEscaped {
    private static final String PLAIN = "\0\u0001\t\r\n";
    private static final String ESCAPED = "01trn";

    private TabEscaped() {
    }

    /** @param value byte string */
    static String of(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (char c : value.toCharArray()) {
            int special = PLAIN.indexOf(c);
            out.append(special < 0 ? String.valueOf(c) : "\u0001" + ESCAPED.charAt(special));
        }
        return out.toString();
    }

    /** The value of a field; an escape that does not exist stands for the character behind it, as Dovecot takes it. */
    static String read(String field) {
        StringBuilder out = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c == 1 && i + 1 < field.length()) {
                c = field.charAt(++i);
                int special = ESCAPED.indexOf(c);
                c = special < 0 ? c : PLAIN.charAt(special);
            }
            out.append(c);
        }
        return out.toString();
    }
}
