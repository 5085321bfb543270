package io.roost.dovecot;

import java.util.Optional;

/**
 * IMAP's modified UTF-7 (RFC 3501, 5.1.3), in which Dovecot names mailbox directories. Printable ASCII stands for itself,
 * {@code &} is {@code &-}, and all else is UTF-16BE in base 64 without padding, with {@code ,} for {@code /}, between
 * {@code &} and {@code -}. Stateless.
 */
public final class ModifiedUtf7 {
    private static final String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

    private ModifiedUtf7() {
    }

    /**
     * @param text Unicode; surrogates must come in pairs
     * @return ASCII
     * @throws IllegalArgumentException if {@code text} holds a lone surrogate
     */
    public static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '&') {
                out.append("&-");
                i++;
            } else if (isDirect(c)) {
                out.append(c);
                i++;
            } else {
                int from = i;
                while (i < text.length() && !isDirect(text.charAt(i))) {
                    i++;
                }
                shift(out, text, from, i);
            }
        }
        return out.toString();
    }

    /**
     * Decodes what Dovecot would have written and nothing else: besides malformed sequences it refuses bytes outside printable
     * ASCII, encoded printable ASCII, encoded NUL, and any other spelling than {@link #encode}'s, under which Dovecot would
     * not find the directory again.
     *
     * @param bytes byte string
     */
    public static Optional<String> decode(String bytes) {
        StringBuilder out = new StringBuilder(bytes.length());
        int i = 0;
        while (i < bytes.length()) {
            char c = bytes.charAt(i++);
            if (!isDirect(c)) {
                return Optional.empty();
            }
            if (c != '&') {
                out.append(c);
                continue;
            }
            int end = bytes.indexOf('-', i);
            if (end < 0) {
                return Optional.empty();
            }
            if (end == i) {
                out.append('&');
            } else if (!unshift(bytes, i, end, out)) {
                return Optional.empty();
            }
            i = end + 1;
        }
        String text = out.toString();
        return isPaired(text) && encode(text).equals(bytes) ? Optional.of(text) : Optional.empty();
    }

    /** Whether each surrogate in {@code text} has its other half. */
    static boolean isPaired(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDirect(char c) {
        return c >= 0x20 && c < 0x7f;
    }

    private static void shift(StringBuilder out, String text, int from, int to) {
        if (!isPaired(text.substring(from, to))) {
            throw new IllegalArgumentException("lone surrogate in a mailbox name");
        }
        out.append('&');
        int bits = 0;
        int held = 0;
        for (int i = from; i < to; i++) {
            held = held << 16 | text.charAt(i);
            bits += 16;
            while (bits >= 6) {
                bits -= 6;
                out.append(BASE64.charAt(held >> bits & 63));
            }
            held &= (1 << bits) - 1;
        }
        if (bits > 0) {
            out.append(BASE64.charAt(held << 6 - bits & 63));
        }
        out.append('-');
    }

    private static boolean unshift(String bytes, int from, int to, StringBuilder out) {
        int bits = 0;
        int held = 0;
        for (int i = from; i < to; i++) {
            int value = BASE64.indexOf(bytes.charAt(i));
            if (value < 0) {
                return false;
            }
            held = held << 6 | value;
            bits += 6;
            if (bits >= 16) {
                bits -= 16;
                char c = (char) (held >> bits);
                if (c == 0) {
                    return false;
                }
                out.append(c);
                held &= (1 << bits) - 1;
            }
        }
        return true;
    }
}
