package io.roost.checkpoint;

import java.io.Closeable;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The right of one process to work on one user of a store. It goes with the process: a killed one leaves nothing behind but
 * an unlocked file.
 */
public final class UserLock implements Closeable {
    private final OpenFile file;

    private UserLock(OpenFile file) {
        this.file = file;
    }

    /** @return empty if another process holds it */
    public static Optional<UserLock> tryAcquire(CheckpointStore store, UserRecord user) throws PosixException {
        try (OpenDirectory state = OpenDirectory.open(ByteString.ofText(store.path()))) {
            if (state.status("locks").isEmpty()) {
                try {
                    state.makeDirectory("locks", 0700);
                } catch (PosixException e) {
                    if (e.errno() != PosixException.EEXIST) {
                        throw e;
                    }
                }
            }
            try (OpenDirectory locks = state.openDirectory("locks")) {
                OpenFile file = locks.openOrCreate(Integer.toUnsignedString(user.number()), 0600);
                boolean locked = false;
                try {
                    locked = file.tryLock();
                    return locked ? Optional.of(new UserLock(file)) : Optional.empty();
                } finally {
                    if (!locked) {
                        file.close();
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
