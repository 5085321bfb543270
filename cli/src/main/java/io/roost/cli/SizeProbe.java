package io.roost.cli;

import java.io.IOException;
import java.util.List;

import io.roost.engine.Engine;
import io.roost.migrate.SourceSize;

/**
 * Finds out ahead of the workers which users are big, so that these are begun early: one that is begun last would end the night
 * alone. In a thread of its own, one user at a time.
 */
final class SizeProbe implements AutoCloseable {
    private final Thread thread;

    SizeProbe(Site site, List<String> users, Engine engine) {
        thread = new Thread(() -> look(site, users, engine), "roost-sizes");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.start();
    }

    private static void look(Site site, List<String> users, Engine engine) {
        for (String user : users) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            try {
                long size = SourceSize.guess(site.account(user).source());
                if (size >= SourceSize.BIG) {
                    engine.big(user, size);
                }
            } catch (IOException | CommandException | RuntimeException e) {
                // Whoever migrates the user says what is wrong.
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
