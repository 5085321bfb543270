package io.roost.migrate;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Hashes that nobody outside this process can foresee, so that names and GUIDs that a stranger has chosen neither collide nor
 * fall into one place of a table. Of a key there are 122 bits, in two longs, which stand for the key itself: the polynomial that
 * its bytes are the coefficients of, modulo 2<sup>61</sup>-1, at two secret points. Two keys have both in common with a
 * probability below 10<sup>-33</sup>. Thread-safe.
 */
final class SecretHash {
    private static final long PRIME = (1L << 61) - 1;
    /** Bytes of a coefficient: as many as lie below the prime. */
    private static final int WORD = 7;
    private static final long FIRST = point();
    private static final long SECOND = point();
    private static final long HIGH = ThreadLocalRandom.current().nextLong() | 1;
    private static final long LOW = ThreadLocalRandom.current().nextLong() | 1;

    private SecretHash() {
    }

    private static long point() {
        return ThreadLocalRandom.current().nextLong(1 << 16, PRIME);
    }

    /** One half of the hash of a mailbox's number and a key in it, a byte string; 0 to 2^61-2. */
    static long first(int mailbox, String key) {
        return hash(FIRST, mailbox, key);
    }

    /** The other half. */
    static long second(int mailbox, String key) {
        return hash(SECOND, mailbox, key);
    }

    private static long hash(long point, int mailbox, String key) {
        // Numbers of no coefficient can be 0 in front: names of different length are different polynomials.
        long sum = mailbox + 1L;
        int length = key.length();
        for (int i = 0; i < length;) {
            long word = 0;
            for (int end = Math.min(length, i + WORD); i < end; i++) {
                word = word << 8 | key.charAt(i);
            }
            sum = reduce(times(sum, point) + word);
        }
        return reduce(times(sum, point) + length);
    }

    /** The product of two numbers below 2^61, modulo the prime, or that and the prime once more. */
    private static long times(long a, long b) {
        long low = a * b;
        return reduce((low & PRIME) + (low >>> 61 | Math.multiplyHigh(a, b) << 3));
    }

    private static long reduce(long below2Primes) {
        return below2Primes >= PRIME ? below2Primes - PRIME : below2Primes;
    }

    /** A hash of 128 bits in the given number of bits, 1 to 31. */
    static int ofGuid(long high, long low, int bits) {
        return (int) (HIGH * high + LOW * low >>> 64 - bits);
    }
}
