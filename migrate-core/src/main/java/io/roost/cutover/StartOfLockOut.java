package io.roost.cutover;

/**
 * When in a second to lock a user out, where the gate acts at once and the userdb is a passwd-file: Dovecot looks at that at the first
 * lookup of each second, so that the gate opens at the beginning of one. Work that ends just behind such a beginning
 * would have the user wait for most of another second; and waiting before the gate closes hurts nobody. Thread-safe.
 */
final class StartOfLockOut {
    private static final int SECOND = 1000;
    /** How much earlier than at the last moment: who begins earlier is locked out for longer than needed. */
    private static final int EARLIER = 300;
    /** Before the second is over everything has to be written. */
    private static final int MARGIN = 100;
    /** What work takes as long as nothing is known of it, in milliseconds. */
    private static final int USUAL_WORK = 300;

    private int expected = USUAL_WORK;

    /** How long the work behind a gate took, in milliseconds: others will take about as long. */
    synchronized void worked(int millis) {
        // Rises faster than it falls: too late costs a second, too early as much as it was too early.
        expected += millis > expected ? (millis - expected + 1) / 2 : (millis - expected) / 8;
    }

    /**
     * How long to wait before the gate is closed.
     *
     * @param now Unix time in milliseconds
     * @return milliseconds, below 1000; 0 also if the work takes too long for that to help
     */
    synchronized int millisToWait(long now) {
        int latest = SECOND - MARGIN - expected;
        int earliest = Math.max(0, latest - EARLIER);
        int at = (int) Math.floorMod(now, (long) SECOND);
        if (latest < 0 || at >= earliest && at <= latest) {
            return 0;
        }
        // The middle, if one has to wait anyway.
        return Math.floorMod((earliest + latest) / 2 - at, SECOND);
    }
}
