package io.roost.maildir;

import io.roost.dovecot.MailFlags;
import io.roost.posix.ByteString;

/**
 * The name of a mail's file in {@code cur/} or {@code new/}.
 *
 * <pre>
 * name   = base [ ":" info ]               base: up to the first colon; it stays when flags change
 * base   = seconds "." unique "." host     by convention only; with [ ",S=" digits ] [ ",W=" digits ]
 * info   = "2," *flag [ "," anything ]     looked for after the last colon
 * flag   = "D" / "F" / "R" / "S" / "T"     \Draft \Flagged \Answered \Seen \Deleted
 *        / %x61-7A                         keyword 0 to 25 of dovecot-keywords
 *        / any other                       ignored
 * </pre>
 *
 * <p>Any name can be read: what does not fit has no flags and no sizes. {@code S} is the size of the plain text in bytes,
 * {@code W} the same with every line feed counted as CRLF; both may be lies. Source: Dovecot 2.3.19.1's behaviour, verified
 * with a running one.
 */
final class MailFileName {
    /** Key of the size of the plain text. */
    static final char SIZE = 'S';
    /** Key of the size with CRLF line ends. */
    static final char VIRTUAL_SIZE = 'W';
    /** Longest name that a Linux file system has. */
    static final int MAX_LENGTH = 255;

    private MailFileName() {
    }

    /** Where the base of {@code name[from..to)} ends. */
    static int baseEnd(byte[] name, int from, int to) {
        for (int i = from; i < to; i++) {
            if (name[i] == ':') {
                return i;
            }
        }
        return to;
    }

    /** System flags as in {@link MailFlags}. */
    static int flags(byte[] name, int from, int to) {
        int flags = 0;
        for (int i = flagsStart(name, from, to); i < to && name[i] != ','; i++) {
            switch (name[i]) {
                case 'D' -> flags |= MailFlags.DRAFT;
                case 'F' -> flags |= MailFlags.FLAGGED;
                case 'R' -> flags |= MailFlags.ANSWERED;
                case 'S' -> flags |= MailFlags.SEEN;
                case 'T' -> flags |= MailFlags.DELETED;
                default -> { }
            }
        }
        return flags;
    }

    /** Keyword letters: bit 0 is {@code a}, bit 25 is {@code z}. */
    static int keywordLetters(byte[] name, int from, int to) {
        int letters = 0;
        for (int i = flagsStart(name, from, to); i < to && name[i] != ','; i++) {
            if (name[i] >= 'a' && name[i] <= 'z') {
                letters |= 1 << name[i] - 'a';
            }
        }
        return letters;
    }

    private static int flagsStart(byte[] name, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            if (name[i] == ':') {
                return i + 2 < to && name[i + 1] == '2' && name[i + 2] == ',' ? i + 3 : to;
            }
        }
        return to;
    }

    /**
     * The size that the name states.
     *
     * @param key {@link #SIZE} or {@link #VIRTUAL_SIZE}
     * @return bytes, or -1 if it states none or one beyond 2^63-1
     */
    static long size(byte[] name, int from, int to, char key) {
        for (int i = from; i + 2 < to; i++) {
            if (name[i] == ',' && name[i + 1] == key && name[i + 2] == '=') {
                long size = 0;
                int at = i + 3;
                for (; at < to && name[at] >= '0' && name[at] <= '9'; at++) {
                    int digit = name[at] - '0';
                    if (size > (Long.MAX_VALUE - digit) / 10) {
                        return -1;
                    }
                    size = size * 10 + digit;
                }
                // Dovecot looks no further than the first, even if it is malformed.
                return at > i + 3 && (at == to || name[at] == ':' || name[at] == ',') ? size : -1;
            }
        }
        return -1;
    }

    /** As {@link #size(byte[], int, int, char)}, of a byte string. */
    static long size(String name, char key) {
        byte[] b = ByteString.toBytes(name);
        return size(b, 0, b.length, key);
    }

    /** The base of a byte string. */
    static String base(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    /**
     * The order in which Dovecot gives UIDs to files that have none: by the seconds in front, then by the microseconds that
     * follow an {@code M} in the second field if both have them, then by what comes after the seconds, byte by byte up to the
     * colon. Because of the second rule it is no total order; who sorts by it must not rely on one.
     */
    static int compareArrival(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
        int aDigits = digitsEnd(a, aFrom, aTo);
        int bDigits = digitsEnd(b, bFrom, bTo);
        int order = Long.compare(number(a, aFrom, aDigits), number(b, bFrom, bDigits));
        if (order != 0) {
            return order;
        }
        long aMicros = micros(a, aDigits, aTo);
        long bMicros = micros(b, bDigits, bTo);
        if (aMicros >= 0 && bMicros >= 0 && aMicros != bMicros) {
            return Long.compare(aMicros, bMicros);
        }
        return compareBase(a, aDigits, aTo, b, bDigits, bTo);
    }

    private static int compareBase(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
        for (int i = aFrom, j = bFrom;; i++, j++) {
            // C's char is signed on x86; the end of a string is 0.
            byte x = i < aTo ? a[i] : 0;
            byte y = j < bTo ? b[j] : 0;
            boolean aEnds = x == 0 || x == ':';
            boolean bEnds = y == 0 || y == ':';
            if (aEnds && bEnds) {
                return 0;
            }
            if (x != y || aEnds || bEnds) {
                return x - y;
            }
        }
    }

    private static int digitsEnd(byte[] name, int from, int to) {
        int i = from;
        while (i < to && name[i] >= '0' && name[i] <= '9') {
            i++;
        }
        return i;
    }

    /** Digits as a number; what is too large for one is as large as one can be. */
    private static long number(byte[] name, int from, int to) {
        long n = 0;
        for (int i = from; i < to; i++) {
            if (n > (Long.MAX_VALUE - 9) / 10) {
                return Long.MAX_VALUE;
            }
            n = n * 10 + name[i] - '0';
        }
        return n;
    }

    private static long micros(byte[] name, int from, int to) {
        if (from >= to || name[from] != '.') {
            return -1;
        }
        for (int i = from + 1; i < to && name[i] != '.' && name[i] != ':'; i++) {
            if (name[i] == 'M') {
                return number(name, i + 1, digitsEnd(name, i + 1, to));
            }
        }
        return -1;
    }

    /** Whether a name has control characters, which no mail server gives it. */
    static boolean hasControls(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < 0x20 || name.charAt(i) == 0x7f) {
                return true;
            }
        }
        return false;
    }

    /** Whether Dovecot does not see the file: it ignores names with a carriage return or line feed. */
    static boolean hasLineBreak(String name) {
        return name.indexOf('\n') >= 0 || name.indexOf('\r') >= 0;
    }

    /** As {@link #flags(byte[], int, int)}, of a byte string. */
    static int flags(String name) {
        byte[] b = ByteString.toBytes(name);
        return flags(b, 0, b.length);
    }

    /** As {@link #keywordLetters(byte[], int, int)}, of a byte string. */
    static int keywordLetters(String name) {
        byte[] b = ByteString.toBytes(name);
        return keywordLetters(b, 0, b.length);
    }
}
