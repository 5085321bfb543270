package io.roost.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is copied, and how much of it in each of the last seconds. Counting is thread-safe and takes no lock. */
final class Throughput {
    /** Seconds that the rate is taken over. */
    private static final int RECENT = 10;

    private final AtomicLong mails = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final long[] mailsAt = new long[EngineStatus.HISTORY + 1];
    private final long[] bytesAt = new long[EngineStatus.HISTORY + 1];
    private int samples;

    void mails(long count) {
        mails.addAndGet(count);
    }

    void bytes(long count) {
        bytes.addAndGet(count);
    }

    long mails() {
        return mails.get();
    }

    long bytes() {
        return bytes.get();
    }

    /** To be called once a second. */
    synchronized void tick() {
        int at = samples++ % mailsAt.length;
        mailsAt[at] = mails.get();
        bytesAt[at] = bytes.get();
    }

    synchronized double mailsPerSecond() {
        return perSecond(mailsAt);
    }

    synchronized double bytesPerSecond() {
        return perSecond(bytesAt);
    }

    private double perSecond(long[] at) {
        int seconds = Math.min(RECENT, samples - 1);
        return seconds <= 0 ? 0 : (double) (value(at, samples - 1) - value(at, samples - 1 - seconds)) / seconds;
    }

    /** Bytes in each of the last seconds, oldest first. */
    synchronized List<Long> history() {
        List<Long> out = new ArrayList<>();
        for (int i = Math.max(1, samples - EngineStatus.HISTORY); i < samples; i++) {
            out.add(value(bytesAt, i) - value(bytesAt, i - 1));
        }
        return out;
    }

    private static long value(long[] at, int sample) {
        return at[sample % at.length];
    }
}
