package io.roost.cli.tui;

import java.util.concurrent.TimeUnit;

/**
 * When a frame is drawn: never more than ten within a second. What comes from the run is drawn four times a second. A key that
 * comes by itself is drawn at once, one that is held down every tenth of a second. If the screen lacks rows that have been
 * asked for, the frame waits for them, so that the key is answered by one frame that has them; but not for long: then it is
 * drawn without, and again as soon as they are there. Times are those of {@link System#nanoTime}. For one thread.
 */
final class FrameRate {
    static final int A_SECOND = 10;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long STEP = SECOND / A_SECOND;
    /** Between keys that come by themselves. */
    private static final long ISOLATED = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long NEWS = TimeUnit.MILLISECONDS.toNanos(250);
    /** How long a frame waits for rows. */
    static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(30);
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long IDLE = TimeUnit.MILLISECONDS.toNanos(20);

    /** The last frames, the next one in place of the oldest. */
    private final long[] frames = new long[A_SECOND];
    private int next;
    private long drawn;
    private long pressed;
    /** Something has to be drawn, and since when. */
    private boolean due = true;
    private long dueSince;
    private boolean atOnce = true;
    private boolean answered;
    private boolean fresh;
    private long freshSince;

    FrameRate(long now) {
        for (int i = 0; i < A_SECOND; i++) {
            frames[i] = now - SECOND;
        }
        drawn = now - SECOND;
        pressed = now - SECOND;
        dueSince = now - PATIENCE;
    }

    /** A key came. */
    void key(long now) {
        atOnce |= now - pressed >= ISOLATED;
        pressed = now;
        due(now);
    }

    /** The terminal has another size. */
    void resized(long now) {
        atOnce = true;
        due(now);
    }

    /** Something that was asked for has come. */
    void answered(long now) {
        answered = true;
        due(now);
    }

    /** Something else is to be seen, such as that a message is gone. */
    void due(long now) {
        dueSince = due ? dueSince : now;
        due = true;
    }

    /** The run has something new. */
    void news(long now) {
        freshSince = fresh ? freshSince : now;
        fresh = true;
    }

    /** @param lacking whether rows would be missing that have been asked for */
    boolean isTime(long now, boolean lacking) {
        if (within(now) >= A_SECOND || isWaiting(now, lacking)) {
            return false;
        }
        long since = now - drawn;
        // answers leave room for keys
        return due && (atOnce || since >= STEP || answered && within(now) < A_SECOND / 2) || fresh && since >= NEWS;
    }

    private boolean isWaiting(long now, boolean lacking) {
        return lacking && (due || fresh) && now - (due ? dueSince : freshSince) < PATIENCE;
    }

    /** Frames of the last second. */
    private int within(long now) {
        int count = 0;
        for (long frame : frames) {
            count += now - frame < SECOND ? 1 : 0;
        }
        return count;
    }

    /** A frame has been drawn. */
    void drawn(long now) {
        frames[next] = now;
        next = (next + 1) % A_SECOND;
        drawn = now;
        due = false;
        atOnce = false;
        answered = false;
        fresh = false;
    }

    /** How long a key may be waited for before it is looked again, nanoseconds. */
    long pause(long now, boolean lacking) {
        return isWaiting(now, lacking) ? LOOK : due ? Math.max(LOOK, Math.min(IDLE, STEP - (now - drawn))) : IDLE;
    }
}
