package io.roost.cli.report;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.report.RunSummary.Sample;

/**
 * How much went through over time. When there are too many samples, two neighbours become one, and from then on so much time
 * goes into each: a night and a minute take the same room. Not thread-safe.
 */
final class ThroughputHistory {
    /** Samples at most. */
    static final int MAX = 720;

    private final List<Sample> samples = new ArrayList<>();
    /** Shortest time of a sample. */
    private long millis = 1_000;
    private boolean begun;
    private long lastAt;
    private long lastMails;
    private long lastBytes;
    private boolean slowed;

    /** So much had gone through in all at a moment. */
    void add(long at, long mails, long bytes, boolean heldBack) {
        slowed |= heldBack;
        if (!begun) {
            begun = true;
        } else if (at - lastAt < millis) {
            return;
        } else {
            samples.add(new Sample(lastAt, at, Math.max(0, mails - lastMails), Math.max(0, bytes - lastBytes), slowed));
            slowed = heldBack;
        }
        lastAt = at;
        lastMails = mails;
        lastBytes = bytes;
        if (samples.size() == MAX) {
            thin();
        }
    }

    private void thin() {
        for (int i = 0; i < MAX / 2; i++) {
            Sample a = samples.get(2 * i);
            Sample b = samples.get(2 * i + 1);
            samples.set(i, new Sample(a.from(), b.to(), a.mails() + b.mails(), a.bytes() + b.bytes(), a.slowed()
                    || b.slowed()));
        }
        samples.subList(MAX / 2, MAX).clear();
        millis *= 2;
    }

    List<Sample> samples() {
        return List.copyOf(samples);
    }
}
