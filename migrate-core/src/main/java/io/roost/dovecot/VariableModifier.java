package io.roost.dovecot;

/**
 * The modifiers of variables, each a function from byte string to byte string. Letters are those of ASCII, whatever the
 * locale. Source: {@code var-expand.c} and {@code hash.c} of 2.3.19.1.
 */
final class VariableModifier {
    /** All of them, the two hashes included. */
    static final String ALL = "LUEXRHNMDT";

    private VariableModifier() {
    }

    /** Applies one that needs neither offset nor width: all but {@code H} and {@code N}. */
    static String apply(char modifier, String value) {
        return switch (modifier) {
            case 'L' -> mapCase(value, 'A', 'Z', 32);
            case 'U' -> mapCase(value, 'a', 'z', -32);
            case 'E' -> escape(value);
            case 'X' -> hexOfDecimal(value);
            case 'R' -> new StringBuilder(value).reverse().toString();
            case 'M' -> VariableHash.md5Hex(value);
            case 'D' -> value.replace(".", ",dc=");
            case 'T' -> trimEnd(value);
            default -> throw new IllegalArgumentException("no modifier: " + modifier);
        };
    }

    private static String mapCase(String value, char first, char last, int shift) {
        StringBuilder out = new StringBuilder(value);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c >= first && c <= last) {
                out.setCharAt(i, (char) (c + shift));
            }
        }
        return out.toString();
    }

    private static String escape(String value) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\' || c == '\'') {
                out.append('\\');
            }
            out.append(c);
        }
        return out.toString();
    }

    /** 0 of anything that is no unsigned 64-bit number. */
    private static String hexOfDecimal(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return "0";
            }
        }
        try {
            return Long.toHexString(Long.parseUnsignedLong(value));
        } catch (NumberFormatException e) {
            return "0";
        }
    }

    private static String trimEnd(String value) {
        int end = value.length();
        while (end > 0 && (value.charAt(end - 1) == ' ' || value.charAt(end - 1) >= '\t' && value.charAt(end - 1) <= '\r')) {
            end--;
        }
        return value.substring(0, end);
    }

    /** Of 32 bits, unsigned. */
    static long oldHash(String value) {
        int h = 0;
        for (int i = 0; i < value.length(); i++) {
            h = (h << 4) + value.charAt(i);
            int g = h & 0xf0000000;
            if (g != 0) {
                h ^= g >>> 24;
                h ^= g;
            }
        }
        return Integer.toUnsignedLong(h);
    }

    /** The first eight bytes of the MD5, big-endian, unsigned. */
    static long newHash(String value) {
        return Long.parseUnsignedLong(VariableHash.md5Hex(value), 0, 16, 16);
    }
}
