package io.roost.engine;

import java.time.Duration;

/**
 * How often and when a user is tried again after a {@link FailureClass#TRANSIENT} failure: each pause is twice the one before.
 *
 * @param retries further attempts after the first, 0 for none
 * @param first   pause before the second attempt
 * @param longest no pause is longer
 */
public record RetryPolicy(int retries, Duration first, Duration longest) {
    public static final RetryPolicy NONE = new RetryPolicy(0, Duration.ZERO, Duration.ZERO);
    /** 30 s, 1, 2, 4 and 8 minutes. */
    public static final RetryPolicy USUAL = new RetryPolicy(5, Duration.ofSeconds(30), Duration.ofMinutes(10));

    public RetryPolicy {
        if (retries < 0 || first.isNegative() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("retries " + retries + ", first " + first + ", longest " + longest);
        }
    }

    /** Milliseconds to wait after this many failed attempts, at least 1 of them; -1 if there is to be no other. */
    public long delayMillis(int attempts) {
        if (attempts > retries) {
            return -1;
        }
        int doublings = Math.min(attempts - 1, 30);
        long millis = first.toMillis();
        return millis > longest.toMillis() >> doublings ? longest.toMillis() : millis << doublings;
    }
}
