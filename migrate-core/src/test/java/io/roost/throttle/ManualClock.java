package io.roost.throttle;

import java.time.Duration;
import java.time.Instant;

/** A clock that goes on only when somebody sleeps or the test says so. */
final class ManualClock implements ThrottleClock {
    private Instant now;
    private long nanos = Long.MAX_VALUE - 5_000_000_000L; // runs over on the way, as it may
    private long slept;
    private Runnable whenSleeping = () -> { };

    ManualClock(String now) {
        this.now = Instant.parse(now);
    }

    ManualClock() {
        this("2026-11-23T12:00:00Z");
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Runnable hook;
        synchronized (this) {
            slept += nanos;
            advance(Duration.ofNanos(nanos));
            hook = whenSleeping;
        }
        hook.run();
    }

    synchronized void advance(Duration by) {
        now = now.plus(by);
        nanos += by.toNanos();
    }

    synchronized double sleptSeconds() {
        return slept / 1e9;
    }

    /** Something that happens whenever somebody has slept. */
    synchronized void whenSleeping(Runnable hook) {
        whenSleeping = hook;
    }
}
