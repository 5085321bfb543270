package io.roost.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What the field {@code mime.parts} of a {@link CacheFile} says of a mail as a whole. The value begins so, little-endian; the
 * parts of the mail follow, with byte offsets in the stored mail:
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><td>0</td><td>u32</td><td>flags</td></tr>
 * <tr><td>4</td><td>u64</td><td>bytes of the header</td></tr>
 * <tr><td>12</td><td>u64</td><td>the same, with every line feed counted as CRLF</td></tr>
 * <tr><td>20</td><td>u64</td><td>bytes of the body</td></tr>
 * <tr><td>28</td><td>u64</td><td>the same, with every line feed counted as CRLF</td></tr>
 * </table>
 *
 * Source: Dovecot 2.3.19.1's behaviour, and caches written by one.
 *
 * @param size        bytes of the mail that was parsed
 * @param virtualSize the same, with every line feed counted as CRLF
 */
public record CachedMimeParts(long size, long virtualSize) {
    public static final String FIELD = "mime.parts";
    private static final int LENGTH = 36;

    /** Reads a value; empty if it is too short to be one. */
    public static Optional<CachedMimeParts> read(byte[] value) {
        if (value.length < LENGTH) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
        return Optional.of(new CachedMimeParts(b.getLong(4) + b.getLong(20), b.getLong(12) + b.getLong(28)));
    }
}
