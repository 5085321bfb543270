package io.roost.cli;

import java.util.ArrayDeque;

/** How fast mails and bytes went through during the last ten seconds or so. */
final class Rate {
    private static final long WINDOW_NANOS = 10_000_000_000L;
    private static final long STEP_NANOS = 200_000_000L;

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();

    private record Sample(long nanos, long mails, long bytes) { }

    /** At time {@code nanos} so much was done; both only grow. */
    void at(long nanos, long mails, long bytes) {
        Sample now = new Sample(nanos, mails, bytes);
        if (samples.size() > 1 && nanos - secondLast().nanos() < STEP_NANOS) {
            samples.removeLast();
        }
        samples.addLast(now);
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    private Sample secondLast() {
        Sample last = samples.removeLast();
        Sample before = samples.getLast();
        samples.addLast(last);
        return before;
    }

    /** 0 before anything can be said. */
    double mailsPerSecond() {
        return samples.isEmpty() ? 0 : perSecond(samples.getLast().mails() - samples.getFirst().mails());
    }

    double bytesPerSecond() {
        return samples.isEmpty() ? 0 : perSecond(samples.getLast().bytes() - samples.getFirst().bytes());
    }

    /** Seconds until the rest is done, by bytes if their total is known; -1 before anything can be said. */
    double secondsLeft(long mailsLeft, long bytesLeft) {
        double byBytes = bytesLeft > 0 && bytesPerSecond() > 0 ? bytesLeft / bytesPerSecond() : -1;
        double byMails = mailsPerSecond() > 0 ? mailsLeft / mailsPerSecond() : -1;
        return Math.max(byBytes, byMails);
    }

    private double perSecond(long amount) {
        long nanos = samples.getLast().nanos() - samples.getFirst().nanos();
        return nanos < STEP_NANOS ? 0 : amount * 1e9 / nanos;
    }
}
