package io.roost.preflight.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How far another clock is ahead of ours (negative: behind), between two bounds in nanoseconds.
 *
 * @param least lower bound
 * @param most  upper bound, not below {@code least}
 */
record ClockSkew(long least, long most) {
    /** Over this Dovecot gives no guarantee any more. */
    static final long LIMIT = Duration.ofSeconds(1).toNanos();

    /**
     * From one reading.
     *
     * @param before      our clock before the other was asked
     * @param after       our clock after it had answered
     * @param other       what it said
     * @param granularity how much later than said it may have been, nanoseconds: 1 s for a clock that tells whole seconds
     */
    static ClockSkew of(Instant before, Instant after, Instant other, long granularity) {
        return new ClockSkew(Duration.between(after, other).toNanos(), Duration.between(before, other).toNanos() + granularity);
    }

    /** What both readings allow; empty if they contradict each other: a clock was set meanwhile. */
    Optional<ClockSkew> and(ClockSkew reading) {
        ClockSkew both = new ClockSkew(Math.max(least, reading.least), Math.min(most, reading.most));
        return both.least <= both.most ? Optional.of(both) : Optional.empty();
    }

    /** Certainly further off than {@link #LIMIT}. */
    boolean isTooLarge() {
        return least > LIMIT || most < -LIMIT;
    }

    /** Certainly not further off than {@link #LIMIT}. */
    boolean isSmall() {
        return least >= -LIMIT && most <= LIMIT;
    }

    /** {@code +2.341 s to +2.356 s}. */
    @Override
    public String toString() {
        return String.format("%+.3f s to %+.3f s", least / 1e9, most / 1e9);
    }
}
