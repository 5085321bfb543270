package io.roost.cutover;

import java.io.IOException;
import java.util.List;

import io.roost.director.Director;
import io.roost.director.MailHost;
import io.roost.director.RingMember;

/**
 * What the director says of its backends, for whoever looks at it again and again: asked at most every other second, in a thread
 * of its own, so that nobody waits for a director that does not answer. Thread-safe.
 */
public final class DirectorView {
    private static final long FRESH_NANOS = 2_000_000_000L;

    private final Director director;
    private final String here;
    private Snapshot last = new Snapshot(0, "", List.of(), List.of());
    private long asked;
    private boolean asking;

    /**
     * The last answer.
     *
     * @param time    when it came, Unix milliseconds; 0 if none has yet
     * @param trouble why there is no newer one; empty if there is
     */
    public record Snapshot(long time, String trouble, List<MailHost> hosts, List<RingMember> ring) {
    }

    /** @param here IP address of this backend, as the director has it */
    public DirectorView(Director director, String here) {
        this.director = director;
        this.here = here;
    }

    public boolean isSingleBackend() {
        return director.isSingleBackend();
    }

    /** IP address of this backend; empty without a director. */
    public String here() {
        return here;
    }

    /** The last answer; begins to ask for another if it is old. Waits for the first one, so many milliseconds at the most. */
    public synchronized Snapshot snapshot(long patienceMillis) throws InterruptedException {
        if (director.isSingleBackend()) {
            return last;
        }
        if (!asking && (asked == 0 || System.nanoTime() - asked > FRESH_NANOS)) {
            asking = true;
            Thread thread = new Thread(this::ask, "roost-director-view");
            thread.setDaemon(true);
            thread.start();
        }
        long until = System.nanoTime() + patienceMillis * 1_000_000;
        for (long left = patienceMillis; last.time() == 0 && asking && left > 0; left = (until - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return last;
    }

    private void ask() {
        Snapshot now;
        try {
            now = new Snapshot(System.currentTimeMillis(), "", director.hosts(), director.ring());
        } catch (IOException | RuntimeException e) {
            now = null;
            trouble(String.valueOf(e.getMessage()));
        }
        synchronized (this) {
            last = now == null ? last : now;
            asked = System.nanoTime();
            asking = false;
            notifyAll();
        }
    }

    private synchronized void trouble(String why) {
        last = new Snapshot(last.time(), why, last.hosts(), last.ring());
    }
}
