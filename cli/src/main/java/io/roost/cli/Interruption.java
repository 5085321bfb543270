package io.roost.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.roost.cli.screen.Screen;

/**
 * Ends the work of the current thread softly when the process gets SIGINT, SIGTERM or SIGHUP: the thread is interrupted, and
 * the process waits for it to close, within bounds. Java then exits with 128 and the number of the signal.
 */
final class Interruption implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread worker = Thread.currentThread();
    private final Thread hook;
    private volatile boolean requested;

    Interruption(Screen screen) {
        hook = new Thread(() -> {
            requested = true;
            screen.message("roost: stopping at the next safe point");
            worker.interrupt();
            try {
                if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    screen.message("roost: no end within " + PATIENCE_SECONDS
                            + " seconds, leaving as it is: nothing is lost, and the next run goes on from what is recorded");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            screen.clearProgress();
        }, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the process was told to stop. */
    boolean isRequested() {
        return requested || worker.isInterrupted();
    }

    /** The work has ended, and all that it has to say is said. */
    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending already, and the hook is what ends it
        }
    }
}
