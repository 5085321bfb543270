package io.roost.engine;

import io.roost.migrate.Pace;
import io.roost.throttle.Throttle;

/** Takes the pipeline's reads through the throttle. Thread-safe. */
public final class ThrottledPace implements Pace {
    private final Throttle throttle;
    /** What the thread's read was thought to be. */
    private final ThreadLocal<long[]> announced = ThreadLocal.withInitial(() -> new long[1]);

    public ThrottledPace(Throttle throttle) {
        this.throttle = throttle;
    }

    @Override
    public void beforeRead(long bytes) throws InterruptedException {
        announced.get()[0] = bytes;
        throttle.acquire(1, bytes);
    }

    @Override
    public void afterRead(long bytes, long nanos) {
        throttle.charge(bytes - announced.get()[0]);
        throttle.observed(bytes, nanos);
    }
}
