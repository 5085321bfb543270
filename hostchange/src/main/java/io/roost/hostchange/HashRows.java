package io.roost.hostchange;

import java.util.function.IntConsumer;

/**
 * In which of the numbered directories a hash may be: a row of bits, one for each directory, for each value of the hash's upper
 * bits. Bits are only ever set, so that one too many may be; four megabytes at most. Not thread-safe.
 */
final class HashRows {
    private static final int MAX_BITS = 25;

    private final int shift;
    private final int words;
    private final long[] bits;

    /** @param directories how many there are; they are numbered from 0 */
    HashRows(int directories) {
        words = Math.max(1, (directories + 63) / 64);
        int width = 32 - Integer.numberOfLeadingZeros(words * 64 - 1);
        int rows = Math.max(1, Math.min(16, MAX_BITS - width));
        shift = 32 - rows;
        bits = new long[words << rows];
    }

    void add(int directory, int hash) {
        bits[(hash >>> shift) * words + directory / 64] |= 1L << directory % 64;
    }

    /** Names all directories in which the hash may be. */
    void each(int hash, IntConsumer directory) {
        int row = (hash >>> shift) * words;
        for (int word = 0; word < words; word++) {
            for (long rest = bits[row + word]; rest != 0; rest &= rest - 1) {
                directory.accept(word * 64 + Long.numberOfTrailingZeros(rest));
            }
        }
    }
}
