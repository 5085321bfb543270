package io.roost.migrate;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Work that another thread does, as the thread sees it that needs it done. */
final class Awaited {
    private Awaited() {
    }

    /** Waits until the work is done; returns what it gave, or fails with what it failed with. */
    static <T> T await(Future<T> work) throws IOException, InterruptedException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
