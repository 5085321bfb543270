package io.roost.cli.report;

import java.util.Arrays;

/** How many of something took how long: counts up to fixed bounds, as Prometheus has its histograms. Not thread-safe. */
public final class DurationCounts {
    /** Upper bounds in seconds; a last bucket has no bound. */
    static final double[] BOUNDS = {0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000};

    private final long[] counts = new long[BOUNDS.length + 1];
    private double sum;

    void add(double seconds) {
        int i = 0;
        while (i < BOUNDS.length && seconds > BOUNDS[i]) {
            i++;
        }
        counts[i]++;
        sum += seconds;
    }

    DurationCounts copy() {
        DurationCounts copy = new DurationCounts();
        System.arraycopy(counts, 0, copy.counts, 0, counts.length);
        copy.sum = sum;
        return copy;
    }

    /** In bucket {@code i} alone. */
    long count(int i) {
        return counts[i];
    }

    public long total() {
        return Arrays.stream(counts).sum();
    }

    /** Seconds of all. */
    public double sum() {
        return sum;
    }

    /** The bound below which at least this share lies; infinite if that is the last bucket, 0 if there is nothing. */
    public double bound(double share) {
        long needed = (long) Math.ceil(share * total());
        long seen = 0;
        for (int i = 0; i < BOUNDS.length; i++) {
            seen += counts[i];
            if (seen >= needed) {
                return needed == 0 ? 0 : BOUNDS[i];
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
