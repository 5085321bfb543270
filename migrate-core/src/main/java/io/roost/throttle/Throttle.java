package io.roost.throttle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * The one gate that every reader of every user passes before it reads a mail. Each of its sources may hold it back: the lowest
 * rate counts, and one that holds, holds all. They are asked every {@link #LOOK_NANOS}, by whichever reader comes by, so that a
 * change counts from then on, for those who wait already, too.
 *
 * <p>Readers are let through in the order in which they came. While nothing holds back they pay for a look at the clock and
 * take no lock. Thread-safe.
 */
public final class Throttle {
    /** How long a change may go unnoticed. */
    static final long LOOK_NANOS = 250_000_000L;

    private final ThrottleClock clock;
    private final List<ThrottleSource> sources;
    private final ThrottleSource[] observers;
    private final Map<String, LongAdder> waited = new LinkedHashMap<>();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long lookAt;
    private volatile Decision decision;
    /** Held by the reader that is next; the others queue for it. Guards the buckets. */
    private final ReentrantLock turn = new ReentrantLock(true);
    private final TokenBucket bytesBucket = new TokenBucket();
    private final TokenBucket mailsBucket = new TokenBucket();

    private record Decision(ThrottleState state, List<Restriction> all, String bytesSource, String mailsSource) { }

    /** @param sources in the order in which they are named when several hold; their names differ */
    public Throttle(ThrottleClock clock, List<? extends ThrottleSource> sources) {
        this.clock = clock;
        this.sources = List.copyOf(sources);
        observers = this.sources.stream().filter(ThrottleSource::observes).toArray(ThrottleSource[]::new);
        for (ThrottleSource source : this.sources) {
            if (waited.put(source.name(), new LongAdder()) != null) {
                throw new IllegalArgumentException("two sources are called " + source.name());
            }
        }
        decide();
    }

    /** One that never holds anything back. */
    public static Throttle unlimited() {
        return new Throttle(ThrottleClock.SYSTEM, List.of());
    }

    /**
     * Waits until so much may be read.
     *
     * @param mails at least 0
     * @param bytes at least 0; 0 if their size is not known, see {@link #charge}
     */
    public void acquire(int mails, long bytes) throws InterruptedException {
        if (look().state().isOpen()) {
            return;
        }
        turn.lockInterruptibly();
        try {
            for (Decision now; !(now = look()).state().isOpen();) {
                long wait = toWait(now);
                if (wait == 0) {
                    bytesBucket.take(bytes);
                    mailsBucket.take(mails);
                    return;
                }
                sleep(Math.min(wait, LOOK_NANOS), now);
            }
        } finally {
            turn.unlock();
        }
    }

    /** Counts bytes that were not known when they were acquired; those who come next wait for them. */
    public void charge(long bytes) {
        if (bytes <= 0 || look().state().isOpen()) {
            return;
        }
        turn.lock();
        try {
            bytesBucket.take(bytes);
        } finally {
            turn.unlock();
        }
    }

    /**
     * A mail was read.
     *
     * @param bytes its size, at least 0
     * @param nanos what opening and reading it took, without our own work on it
     */
    public void observed(long bytes, long nanos) {
        for (ThrottleSource source : observers) {
            source.observed(bytes, nanos);
        }
    }

    /** What holds back now, at most {@link #LOOK_NANOS} ago. */
    public ThrottleState state() {
        return look().state();
    }

    /** What each source asks for, in their order, those that ask for nothing included. */
    public List<Restriction> restrictions() {
        return look().all();
    }

    /** Seconds of this run during which the reader that was next had to wait, by the source that made it wait. */
    public Map<String, Double> waitedSeconds() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        waited.forEach((source, nanos) -> seconds.put(source, nanos.sum() / 1e9));
        return seconds;
    }

    /** Asks the sources at once: one of them was changed. */
    public void changed() {
        lookAt = clock.nanoTime();
        look();
    }

    private Decision look() {
        if (!sources.isEmpty() && clock.nanoTime() - lookAt >= 0 && looking.compareAndSet(false, true)) {
            // one at a time: the others go on by what is known
            try {
                decide();
            } finally {
                looking.set(false);
            }
        }
        return decision;
    }

    private void decide() {
        lookAt = clock.nanoTime() + LOOK_NANOS;
        List<Restriction> all = new ArrayList<>(sources.size());
        for (ThrottleSource source : sources) {
            all.add(source.restriction(clock));
        }
        decision = decision(List.copyOf(all));
    }

    private static Decision decision(List<Restriction> all) {
        List<Restriction> holding = all.stream().filter(Restriction::held).toList();
        Restriction bytes = lowest(all, Restriction::bytesPerSecond);
        Restriction mails = lowest(all, Restriction::mailsPerSecond);
        List<Restriction> parts = new ArrayList<>(holding);
        if (holding.isEmpty() && bytes != null) {
            parts.add(bytes);
        }
        if (holding.isEmpty() && mails != null && mails != bytes) {
            parts.add(mails);
        }
        if (parts.isEmpty()) {
            return new Decision(ThrottleState.OPEN, all, "", "");
        }
        String reason = String.join("; ", parts.stream().map(Restriction::reason).toList());
        ThrottleState state = new ThrottleState(bytes == null ? Bandwidth.UNLIMITED : bytes.bytesPerSecond(),
                mails == null ? Bandwidth.UNLIMITED : mails.mailsPerSecond(), !holding.isEmpty(), parts.get(0).source(),
                reason);
        return new Decision(state, all, bytes == null ? "" : bytes.source(), mails == null ? "" : mails.source());
    }

    /** The one with the lowest limit, null if there is no limit. */
    private static Restriction lowest(List<Restriction> all, ToLongFunction<Restriction> limit) {
        Restriction lowest = null;
        for (Restriction restriction : all) {
            if (limit.applyAsLong(restriction) < (lowest == null ? Bandwidth.UNLIMITED : limit.applyAsLong(lowest))) {
                lowest = restriction;
            }
        }
        return lowest;
    }

    private long toWait(Decision now) {
        long nanoTime = clock.nanoTime();
        bytesBucket.rate(now.state().limitBytesPerSecond(), nanoTime);
        mailsBucket.rate(now.state().limitMailsPerSecond(), nanoTime);
        return now.state().held() ? LOOK_NANOS
                : Math.max(bytesBucket.nanosUntilOpen(nanoTime), mailsBucket.nanosUntilOpen(nanoTime));
    }

    private void sleep(long nanos, Decision now) throws InterruptedException {
        long before = clock.nanoTime();
        // Time has gone on since it was decided to wait: both may be open now, and only one of the limits be there.
        boolean forMails = now.bytesSource().isEmpty()
                || !now.mailsSource().isEmpty() && mailsBucket.nanosUntilOpen(before) > bytesBucket.nanosUntilOpen(before);
        String source = now.state().held() ? now.state().source() : forMails ? now.mailsSource() : now.bytesSource();
        try {
            clock.sleep(nanos);
        } finally {
            waited.get(source).add(clock.nanoTime() - before);
        }
    }
}
