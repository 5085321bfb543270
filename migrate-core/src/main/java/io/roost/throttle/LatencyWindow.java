package io.roost.throttle;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long reads of some seconds took, by size: counts in buckets an eighth of an octave wide, so that a median is right to a
 * tenth. Counting is free of locks; thread-safe.
 */
final class LatencyWindow {
    /** Below 4 KiB, 16 KiB, 64 KiB, 256 KiB, 1 MiB, and above, where the time of each MiB counts. */
    static final int CLASSES = 6;

    private static final int PER_OCTAVE = 8;
    private static final int BUCKETS = 32 * PER_OCTAVE;
    private static final long MIB = 1 << 20;

    private final AtomicIntegerArray counts = new AtomicIntegerArray(CLASSES * BUCKETS);
    private final LongAdder mails = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void add(long size, long nanos) {
        int sizeClass = sizeClass(size);
        double micros = nanos / 1e3;
        if (sizeClass == CLASSES - 1) {
            micros = micros * MIB / size;
        }
        counts.incrementAndGet(sizeClass * BUCKETS + bucket(micros));
        mails.increment();
        bytes.add(size);
    }

    long mails() {
        return mails.sum();
    }

    long bytes() {
        return bytes.sum();
    }

    int count(int sizeClass) {
        int n = 0;
        for (int i = 0; i < BUCKETS; i++) {
            n += counts.get(sizeClass * BUCKETS + i);
        }
        return n;
    }

    /** Median in microseconds of a class that has some. */
    int medianMicros(int sizeClass) {
        int half = (count(sizeClass) + 1) / 2;
        int seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts.get(sizeClass * BUCKETS + i);
            if (seen >= half) {
                return (int) Math.min(Integer.MAX_VALUE, Math.max(1, Math.round(Math.pow(2, (i + 0.5) / PER_OCTAVE))));
            }
        }
        return 1;
    }

    static int sizeClass(long size) {
        int c = 0;
        for (long limit = 4096; c < CLASSES - 1 && size >= limit; limit *= 4) {
            c++;
        }
        return c;
    }

    private static int bucket(double micros) {
        return micros <= 1 ? 0 : (int) Math.min(BUCKETS - 1, Math.log(micros) / Math.log(2) * PER_OCTAVE);
    }
}
