package io.roost.throttle;

/**
 * A quantity that flows at a rate. Whoever comes while it is not in debt may take any amount, and those after wait until the
 * debt is paid: a mail larger than a second's allowance passes, and the average holds. What was not used is kept for a quarter
 * of a second only, so that no burst follows a pause. Not thread-safe.
 */
final class TokenBucket {
    private static final double BURST_SECONDS = 0.25;

    private long rate = Bandwidth.UNLIMITED;
    private double level;
    private long at;

    /** Changes the rate from now on. A debt keeps the time that it takes to pay. */
    void rate(long perSecond, long nanoTime) {
        if (perSecond == rate) {
            return;
        }
        refill(nanoTime);
        if (perSecond == Bandwidth.UNLIMITED || rate == Bandwidth.UNLIMITED) {
            level = 0;
        } else if (level < 0) {
            level *= (double) perSecond / rate;
        }
        rate = perSecond;
        level = Math.min(level, burst());
        at = nanoTime;
    }

    /** How long until somebody may take from it, 0 for now. */
    long nanosUntilOpen(long nanoTime) {
        refill(nanoTime);
        return level >= 0 || rate == Bandwidth.UNLIMITED ? 0 : (long) Math.ceil(-level * 1e9 / rate);
    }

    void take(long amount) {
        level -= amount;
    }

    private void refill(long nanoTime) {
        level = rate == Bandwidth.UNLIMITED ? 0 : Math.min(burst(), level + rate * ((nanoTime - at) / 1e9));
        at = nanoTime;
    }

    private double burst() {
        return rate == Bandwidth.UNLIMITED ? 0 : rate * BURST_SECONDS;
    }
}
