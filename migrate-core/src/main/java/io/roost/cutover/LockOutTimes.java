package io.roost.cutover;

import java.util.Arrays;

/** How long users were locked out, and percentiles of that. Milliseconds. Thread-safe. */
public final class LockOutTimes {
    private int[] times = new int[64];
    private int count;

    public synchronized void add(long millis) {
        if (count == times.length) {
            times = Arrays.copyOf(times, 2 * count);
        }
        times[count++] = (int) Math.min(Integer.MAX_VALUE, millis);
    }

    public synchronized int count() {
        return count;
    }

    /**
     * The time that this share of the users did not exceed.
     *
     * @param percent 1 to 100; 50 is the median, 100 the longest
     * @return 0 if there are none
     */
    public synchronized int percentile(int percent) {
        if (count == 0) {
            return 0;
        }
        int[] sorted = Arrays.copyOf(times, count);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) ((long) count * percent + 99) / 100 - 1)];
    }
}
