package io.roost.throttle;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Time as the throttle needs it, so that tests have their own. Thread-safe. */
public interface ThrottleClock {
    /** The machine's clock. */
    ThrottleClock SYSTEM = new ThrottleClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    };

    /** As {@link System#nanoTime}. */
    long nanoTime();

    /** The time of day. It may jump. */
    Instant now();

    void sleep(long nanos) throws InterruptedException;
}
