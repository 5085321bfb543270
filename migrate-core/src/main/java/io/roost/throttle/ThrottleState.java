package io.roost.throttle;

/**
 * What holds reading back now.
 *
 * @param limitBytesPerSecond the lowest that any source asks for, or {@link Bandwidth#UNLIMITED}
 * @param limitMailsPerSecond likewise
 * @param held                whether nothing may be read at all
 * @param source              identifier of the source that asks for it: the one that holds, else the one of the bytes' limit,
 *                            else the one of the mails' limit; empty if nothing holds back
 * @param reason              for people: the reasons of all that take part, joined by "; "; empty if nothing holds back
 */
public record ThrottleState(long limitBytesPerSecond, long limitMailsPerSecond, boolean held, String source, String reason) {
    /** Nothing holds back. */
    public static final ThrottleState OPEN = new ThrottleState(Bandwidth.UNLIMITED, Bandwidth.UNLIMITED, false, "", "");

    public boolean isOpen() {
        return source.isEmpty();
    }
}
