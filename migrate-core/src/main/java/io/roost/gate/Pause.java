package io.roost.gate;

import java.io.InterruptedIOException;

/** Waiting between two looks at something that somebody else does. */
final class Pause {
    private Pause() {
    }

    /** @param what is waited for, for the message if the thread is interrupted */
    static void millis(long millis, String what) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting for " + what);
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** As {@link #millis}, to its end: an interruption is kept for later. For short waits that hold up others too. */
    static void uninterrupted(long millis) {
        boolean interrupted = Thread.interrupted();
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
