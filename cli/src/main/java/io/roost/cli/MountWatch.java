package io.roost.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

import io.roost.migrate.Account;
import io.roost.posix.PosixException;
import io.roost.preflight.MailPaths;
import io.roost.preflight.MountGuard;
import io.roost.preflight.SampleUser;

/**
 * Looks once a second whether the mounts that users' mail lies on are where they were. Users in flight hold their directories open
 * and cannot write elsewhere; the next ones would. Thread-safe.
 */
final class MountWatch implements AutoCloseable {
    private static final long LOOK_MILLIS = 1000;

    private final MountGuard guard = new MountGuard();
    private final Consumer<String> vanished;
    private final Thread thread;

    /** @param vanished told by any thread, perhaps more than once */
    MountWatch(Consumer<String> vanished) {
        this.vanished = vanished;
        thread = new Thread(this::look, "roost-mounts");
        thread.setDaemon(true);
        thread.start();
    }

    private void look() {
        try {
            while (true) {
                Thread.sleep(LOOK_MILLIS);
                try {
                    guard.check();
                } catch (MountGuard.VanishedMountException e) {
                    vanished.accept(e.getMessage());
                    return;
                } catch (IOException e) {
                    // A server that does not answer now: users' own operations tell of it, and are tried again.
                }
            }
        } catch (InterruptedException e) {
            // The run is over.
        }
    }

    /**
     * Watches the mounts of a user's mail from now on.
     *
     * @throws IOException if one that was watched is gone
     */
    void watch(Account account) throws IOException {
        guard.watch(MailPaths.of(new SampleUser(account.user(), account.home(), account.uid(), account.gid(), Optional.of(account.source()),
                Optional.of(account.target()))).shared());
        try {
            guard.check();
        } catch (PosixException e) {
            // As above.
        }
    }

    /** Stops the run and this thread's user if a mount that was watched is gone. */
    void interruptIfVanished() {
        try {
            guard.check();
        } catch (MountGuard.VanishedMountException e) {
            vanished.accept(e.getMessage());
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // As above.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
