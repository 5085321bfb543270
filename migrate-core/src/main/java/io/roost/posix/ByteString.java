package io.roost.posix;

import java.nio.charset.StandardCharsets;

/**
 * Conversions between ordinary strings and <em>byte strings</em>, in which each char (0 to 255) is one byte of a file name.
 * Mail servers hold names in any encoding, or none; a byte string carries all of them unchanged and costs one byte a
 * character in memory.
 */
public final class ByteString {
    private ByteString() {
    }

    /** The byte string of {@code text} in UTF-8, as command lines and configurations mean it. */
    public static String ofText(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** {@code bytes} read as UTF-8 for people: malformed sequences and control characters become {@code \xNN}. */
    public static String toText(String bytes) {
        boolean plain = true;
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            if (c < 0x20 || c >= 0x7f) {
                plain = false;
                break;
            }
        }
        if (plain) {
            return bytes;
        }
        String text = new String(toBytes(bytes), StandardCharsets.UTF_8);
        boolean utf8 = ofText(text).equals(bytes);
        String source = utf8 ? text : bytes;
        StringBuilder out = new StringBuilder(source.length() + 16);
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if (Character.isISOControl(c) || !utf8 && c >= 0x7f) {
                out.append(String.format("\\x%02x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** The bytes of a byte string. */
    public static byte[] toBytes(String bytes) {
        return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The byte string of {@code length} bytes from {@code offset}. */
    public static String of(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }

    /** The bytes of a path, ended by NUL as C wants it. */
    static byte[] terminated(String path) {
        int n = path.length();
        byte[] out = new byte[n + 1];
        for (int i = 0; i < n; i++) {
            char c = path.charAt(i);
            if (c == 0 || c > 255) {
                throw new IllegalArgumentException("not a file name: " + toText(path.replace((char) 0, '?')));
            }
            out[i] = (byte) c;
        }
        return out;
    }
}
