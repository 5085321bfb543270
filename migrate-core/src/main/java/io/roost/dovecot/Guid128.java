package io.roost.dovecot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A 128-bit GUID of a mailbox or a mail, as index files store it: 16 bytes, shown as 32 lower-case hex digits.
 *
 * @param high the first eight bytes, big-endian
 * @param low  the last eight bytes, big-endian
 */
public record Guid128(long high, long low) {
    public static final int BYTES = 16;
    public static final Guid128 ZERO = new Guid128(0, 0);
    /** Finding the algorithm anew costs more than digesting a name. */
    private static final ThreadLocal<MessageDigest> SHA1 = ThreadLocal.withInitial(Guid128::newSha1);

    /**
     * The 128-bit form of a mail's GUID text: 32 hex digits are taken as they are; of anything else (a Maildir base name) the
     * last 16 bytes of its SHA-1. Source: Dovecot's {@code mail_generate_guid_128_hash}, verified on a real index.
     *
     * @param text byte string
     */
    public static Guid128 ofText(String text) {
        if (isHex(text)) {
            return parse(text);
        }
        byte[] sha1 = SHA1.get().digest(text.getBytes(StandardCharsets.ISO_8859_1));
        ByteBuffer b = ByteBuffer.wrap(sha1, 4, BYTES);
        return new Guid128(b.getLong(), b.getLong());
    }

    /** Reads 32 hex digits. */
    public static Guid128 parse(String hex) {
        if (!isHex(hex)) {
            throw new IllegalArgumentException("not 32 hex digits: " + hex);
        }
        return new Guid128(Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
    }

    /** Whether {@code text} is exactly 32 hex digits of either case. */
    public static boolean isHex(String text) {
        if (text.length() != 32) {
            return false;
        }
        for (int i = 0; i < 32; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F')) {
                return false;
            }
        }
        return true;
    }

    /** Reads 16 bytes at {@code offset}, whatever the byte order of the buffer. */
    public static Guid128 read(ByteBuffer from, int offset) {
        ByteBuffer b = from.duplicate().order(ByteOrder.BIG_ENDIAN);
        return new Guid128(b.getLong(offset), b.getLong(offset + 8));
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    public boolean isZero() {
        return high == 0 && low == 0;
    }

    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }

    private static MessageDigest newSha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
