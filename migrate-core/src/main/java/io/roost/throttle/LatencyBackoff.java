package io.roost.throttle;

import java.util.Locale;

/**
 * Slows down when the store answers more slowly than it used to, as measured on our own reads, and recovers step by step when
 * it is well again, as TCP does: down by a factor, up by a constant.
 *
 * <p>Reads are gathered in windows of {@link #WINDOW_NANOS}, or longer until there are {@link #WINDOW_MAILS} of them. For each
 * class of sizes ({@link LatencyWindow}) the window's median is compared with what is usual for it ({@link LatencyHistory}: a
 * low percentile of the last four hours' medians). The classes' ratios, weighted by their numbers of mails, make the slow-down.
 * <ul>
 *   <li>Above the factor (3 unless set otherwise) the limits of mails and of bytes become {@link #DECREASE} of what went
 *       through in that window, but no less than {@link #LEAST} of what went through before, so that there is always something
 *       left to measure.
 *   <li>In each other window they rise by {@link #INCREASE} of what went through before. Once they reach it they are lifted.
 * </ul>
 * Two things keep it from seeing ghosts. Usual times count as {@link #FLOOR_NANOS} at least: mails that came from a cache in
 * memory at first do not make a healthy disk look slow. And a slow-down that lasts becomes usual, after nine times as long as
 * the store was seen well before, within four hours in any case: a store that is slower for good does not stop the night.
 * Thread-safe.
 */
public final class LatencyBackoff implements ThrottleSource {
    /** How much slower than usual is too slow, unless set otherwise. */
    public static final double DEFAULT_FACTOR = 3;

    static final long WINDOW_NANOS = 5_000_000_000L;
    static final int WINDOW_MAILS = 20;
    /** A window that has not enough mails by then is forgotten. */
    static final long LONGEST_WINDOW_NANOS = 30_000_000_000L;
    /** Fewer of a class say nothing. */
    static final int CLASS_MAILS = 5;
    static final double DECREASE = 0.7;
    static final double INCREASE = 0.05;
    static final double LEAST = 0.05;
    static final long FLOOR_NANOS = 2_000_000L;

    private static final long LEAST_BYTES = 64 << 10;
    /** Windows until what went through once counts for half. */
    private static final double MEMORY = Math.pow(0.5, 1 / 60.0);

    private final LatencyHistory[] histories = new LatencyHistory[LatencyWindow.CLASSES];
    private volatile LatencyWindow window = new LatencyWindow();
    private volatile LatencyReading reading = LatencyReading.NONE;
    private volatile double factor;
    private boolean begun;
    private long windowBegan;
    /** The most that went through in windows that were not slow, fading; per second. */
    private double usualMails;
    private double usualBytes;
    private boolean limited;
    private double mails;
    private double bytes;
    private Restriction restriction = Restriction.none(name());

    /** @param factor how much slower than usual is too slow: above 1; infinite: never */
    public LatencyBackoff(double factor) {
        for (int i = 0; i < histories.length; i++) {
            histories[i] = new LatencyHistory();
        }
        factor(factor);
    }

    /** Changes the factor; a limit that stands now is lifted as by windows that are not too slow. */
    public void factor(double other) {
        if (!(other > 1)) {
            throw new IllegalArgumentException("factor: " + other);
        }
        factor = other;
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public boolean observes() {
        return true;
    }

    @Override
    public void observed(long size, long nanos) {
        window.add(Math.max(0, size), Math.max(0, nanos));
    }

    /** What was measured in the last window. */
    public LatencyReading reading() {
        return reading;
    }

    @Override
    public synchronized Restriction restriction(ThrottleClock clock) {
        long now = clock.nanoTime();
        if (!begun) {
            begun = true;
            windowBegan = now;
        }
        long age = now - windowBegan;
        if (age >= WINDOW_NANOS) {
            LatencyWindow full = window;
            if (full.mails() >= WINDOW_MAILS) {
                next(now);
                judge(full, age / 1e9);
            } else if (age >= LONGEST_WINDOW_NANOS) {
                // Something else holds us back, or there is nothing to read.
                next(now);
            }
        }
        return restriction;
    }

    private void next(long now) {
        window = new LatencyWindow();
        windowBegan = now;
    }

    private void judge(LatencyWindow full, double seconds) {
        LatencyReading now = read(full);
        reading = now;
        double mailsNow = full.mails() / seconds;
        double bytesNow = full.bytes() / seconds;
        boolean slow = now.slowdown() > factor;
        if (slow) {
            usualMails = Math.max(usualMails, mailsNow);
            usualBytes = Math.max(usualBytes, bytesNow);
            mails = least(DECREASE * (limited ? Math.min(mails, mailsNow) : mailsNow), LEAST * usualMails, 1);
            bytes = least(DECREASE * (limited ? Math.min(bytes, bytesNow) : bytesNow), LEAST * usualBytes, LEAST_BYTES);
            limited = true;
        } else if (limited) {
            mails += INCREASE * usualMails;
            bytes += INCREASE * usualBytes;
            limited = mails < usualMails || bytes < usualBytes;
        } else {
            usualMails = Math.max(usualMails * MEMORY, mailsNow);
            usualBytes = Math.max(usualBytes * MEMORY, bytesNow);
        }
        restriction = limited ? new Restriction(name(), (long) bytes, (long) Math.max(1, mails), false, reason(now, slow))
                : Restriction.none(name());
    }

    private static double least(double value, double share, double absolute) {
        return Math.max(value, Math.max(share, absolute));
    }

    private LatencyReading read(LatencyWindow full) {
        double logs = 0;
        int weight = 0;
        int most = 0;
        LatencyReading of = LatencyReading.NONE;
        for (int c = 0; c < histories.length; c++) {
            int n = full.count(c);
            if (n < CLASS_MAILS) {
                continue;
            }
            int median = full.medianMicros(c);
            int usual = histories[c].usualMicros();
            histories[c].add(median);
            if (usual > 0) {
                logs += n * Math.log(Math.max(1, median / Math.max(FLOOR_NANOS / 1e3, usual)));
                weight += n;
            }
            if (n > most) {
                most = n;
                of = new LatencyReading(median / 1e6, usual / 1e6, 0);
            }
        }
        return new LatencyReading(of.recentSeconds(), of.usualSeconds(), weight == 0 ? 0 : Math.exp(logs / weight));
    }

    private String reason(LatencyReading now, boolean slow) {
        String what = slow ? "the store is slow" : "the store was slow and is recovering";
        return String.format(Locale.ROOT, "%s: reading a mail takes %s, usual are %s (%.1f times as long over all sizes);"
                + " %,d mails/s and %s for now", what, text(now.recentSeconds()), text(now.usualSeconds()), now.slowdown(),
                (long) Math.max(1, mails), Bandwidth.about((long) bytes));
    }

    private static String text(double seconds) {
        double millis = seconds * 1e3;
        return String.format(Locale.ROOT, millis < 9.95 ? "%.1f ms" : "%.0f ms", millis);
    }
}
