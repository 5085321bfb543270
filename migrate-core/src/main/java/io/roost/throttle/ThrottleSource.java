package io.roost.throttle;

/**
 * Something that may hold reading back. It looks at one thing and says what it asks for; the {@link Throttle} does the rest.
 * All methods may be called from any thread.
 */
public interface ThrottleSource {
    /** Stable identifier, part of JSON and metrics: lower case, digits and underscores. */
    String name();

    /**
     * What is asked for now. Called several times a second, one call at a time; it should not take long. It throws nothing: a
     * source that cannot tell holds, and says why.
     */
    Restriction restriction(ThrottleClock clock);

    /** A mail of {@code bytes} was read, in {@code nanos}. Called for every mail, by many threads at once. */
    default void observed(long bytes, long nanos) {
    }

    /** Whether {@link #observed} does anything. */
    default boolean observes() {
        return false;
    }
}
