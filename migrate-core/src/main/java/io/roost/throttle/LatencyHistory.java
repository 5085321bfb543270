package io.roost.throttle;

import java.util.Arrays;

/**
 * What reads of one size class usually take: the {@link #PERCENTILE}th percentile of the medians of the last
 * {@link #WINDOWS} windows that had such reads. Not thread-safe.
 */
final class LatencyHistory {
    /** Four hours of windows of five seconds. */
    static final int WINDOWS = 2880;
    static final int PERCENTILE = 10;
    /** As many windows have to be known before anything is said. */
    static final int WARM_UP = 6;

    private int[] medians = new int[64];
    private int size;
    private int next;

    void add(int micros) {
        if (size == medians.length && size < WINDOWS) {
            medians = Arrays.copyOf(medians, Math.min(WINDOWS, size * 2));
        }
        medians[next] = micros;
        size = Math.max(size, next + 1);
        next = (next + 1) % WINDOWS;
    }

    /** Microseconds, 0 if too little is known. */
    int usualMicros() {
        if (size < WARM_UP) {
            return 0;
        }
        int[] sorted = Arrays.copyOf(medians, size);
        Arrays.sort(sorted);
        return sorted[size * PERCENTILE / 100];
    }
}
