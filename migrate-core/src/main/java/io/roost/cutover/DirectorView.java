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
    private Snapshot last = Snapshot.NONE;
    private long asked;
    private long asking;

    /**
     * The last answer.
     *
     * @param time    when it came, Unix milliseconds; 0 if none has yet
     * @param asking  since when another one is being waited for, 0 if that is not so
     * @param trouble why there is no newer one; empty if there is
     */
    public record Snapshot(long time, long asking, String trouble, List<MailHost> hosts, List<RingMember> ring) {
        /** Of a site without a director. */
        public static final Snapshot NONE = new Snapshot(0, 0, "", List.of(), List.of());
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
        if (asking == 0 && (asked == 0 || System.nanoTime() - asked > FRESH_NANOS)) {
            asking = System.currentTimeMillis();
            Thread thread = new Thread(this::ask, "roost-director-view");
            thread.setDaemon(true);
            thread.start();
        }
        long until = System.nanoTime() + patienceMillis * 1_000_000;
        for (long left = patienceMillis; last.time() == 0 && asking > 0 && left > 0; left = (until - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return new Snapshot(last.time(), asking, last.trouble(), last.hosts(), last.ring());
    }

    private void ask() {
        try {
            List<MailHost> hosts = director.hosts();
            answered(new Snapshot(System.currentTimeMillis(), 0, "", hosts, director.ring()));
        } catch (IOException | RuntimeException e) {
            Snapshot before;
            synchronized (this) {
                before = last;
            }
            answered(new Snapshot(before.time(), 0, String.valueOf(e.getMessage()), before.hosts(), before.ring()));
        }
    }

    private synchronized void answered(Snapshot now) {
        last = now;
        asked = System.nanoTime();
        asking = 0;
        notifyAll();
    }
}
