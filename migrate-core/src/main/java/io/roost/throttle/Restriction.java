package io.roost.throttle;

/**
 * What one source asks for at a moment.
 *
 * @param source         the source's identifier
 * @param bytesPerSecond at least 1, or {@link Bandwidth#UNLIMITED}
 * @param mailsPerSecond at least 1, or {@link Bandwidth#UNLIMITED}
 * @param held           whether nothing may be read at all
 * @param reason         a clause for people, without full stop; empty if nothing is asked for
 */
public record Restriction(String source, long bytesPerSecond, long mailsPerSecond, boolean held, String reason) {
    /** Nothing is asked for. */
    public static Restriction none(String source) {
        return new Restriction(source, Bandwidth.UNLIMITED, Bandwidth.UNLIMITED, false, "");
    }

    public static Restriction hold(String source, String reason) {
        return new Restriction(source, Bandwidth.UNLIMITED, Bandwidth.UNLIMITED, true, reason);
    }

    public static Restriction limit(String source, RateLimit limit, String reason) {
        return limit.isFull() ? none(source)
                : new Restriction(source, limit.bandwidth().bytesPerSecond(), limit.mailsPerSecond(), false, reason);
    }

    public boolean isNone() {
        return !held && bytesPerSecond == Bandwidth.UNLIMITED && mailsPerSecond == Bandwidth.UNLIMITED;
    }
}
