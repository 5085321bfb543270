package io.roost.throttle;

/** Limits that somebody set: on the command line, and then perhaps by an operator, whose word replaces it. Thread-safe. */
public final class LimitSource implements ThrottleSource {
    private volatile Restriction current;

    /** @param by who set it, as the end of "set by ..." */
    public LimitSource(RateLimit limit, String by) {
        set(limit, by);
    }

    /** Replaces the limits. */
    public void set(RateLimit limit, String by) {
        current = Restriction.limit(name(), limit, "limited to " + limit + " by " + by);
    }

    @Override
    public String name() {
        return "limit";
    }

    @Override
    public Restriction restriction(ThrottleClock clock) {
        return current;
    }
}
