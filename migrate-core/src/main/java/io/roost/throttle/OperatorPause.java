package io.roost.throttle;

/** Holds while an operator wants it. Thread-safe. */
public final class OperatorPause implements ThrottleSource {
    private volatile String why;

    /** @param why a clause for people, such as "paused by an operator at 21:14" */
    public void pause(String why) {
        this.why = why;
    }

    public void resume() {
        why = null;
    }

    public boolean isPaused() {
        return why != null;
    }

    @Override
    public String name() {
        return "pause";
    }

    @Override
    public Restriction restriction(ThrottleClock clock) {
        String now = why;
        return now == null ? Restriction.none(name()) : Restriction.hold(name(), now);
    }
}
