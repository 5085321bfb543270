package io.roost.gate;

import java.io.IOException;

/** Takes back what was done half. Stateless. */
final class Undo {
    private Undo() {
    }

    /** What is to be done. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /**
     * Does it also when this thread is to end: nobody else would let the user in before the expiry.
     *
     * @param why it is done; gets what fails here
     */
    static void after(Exception why, Action action) {
        boolean interrupted = Thread.interrupted();
        try {
            action.run();
        } catch (IOException | RuntimeException e) {
            why.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
