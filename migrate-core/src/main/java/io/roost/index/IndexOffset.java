package io.roost.index;

/**
 * The encoding of sizes and offsets that are written last, so that a reader can tell a value from one not yet there: a
 * multiple of four below 2^30, divided by four, in four groups of seven bits, big-endian, the top bit of each byte set.
 * Source: index-format reference §2.2 (24 is {@code 80 80 80 86}).
 */
final class IndexOffset {
    private static final int MARK = 0x80808080;

    private IndexOffset() {
    }

    /**
     * @param bytes the four bytes as a big-endian int
     * @return the value, 0 if it has not been written
     */
    static int decode(int bytes) {
        if ((bytes & MARK) != MARK) {
            return 0;
        }
        return ((bytes & 0x7f) | (bytes >>> 8 & 0x7f) << 7 | (bytes >>> 16 & 0x7f) << 14 | (bytes >>> 24 & 0x7f) << 21) << 2;
    }

    /** @return the four bytes as a big-endian int */
    static int encode(int value) {
        if (value < 0 || value >= 1 << 30 || value % 4 != 0) {
            throw new IllegalArgumentException("not a multiple of four below 2^30: " + value);
        }
        int n = value >>> 2;
        return MARK | n & 0x7f | (n >>> 7 & 0x7f) << 8 | (n >>> 14 & 0x7f) << 16 | (n >>> 21 & 0x7f) << 24;
    }
}
