package io.roost.checkpoint;

import java.io.Closeable;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The right of one process to work on one user of a store: a lock on the byte of {@code users.lock} whose offset is the user's number.
 * It goes with the process, and a million users leave one empty file.
 */
public final class UserLock implements Closeable {
    private static final String FILE = "users.lock";

    private final OpenFile file;

    private UserLock(OpenFile file) {
        this.file = file;
    }

    /** @return empty if another process holds it, or another thread of this one */
    public static Optional<UserLock> tryAcquire(CheckpointStore store, UserRecord user) throws PosixException {
        try (OpenDirectory state = OpenDirectory.open(ByteString.ofText(store.path()))) {
            OpenFile file = state.openOrCreate(FILE, 0600);
            boolean locked = false;
            try {
                locked = file.tryLock(Integer.toUnsignedLong(user.number()));
                return locked ? Optional.of(new UserLock(file)) : Optional.empty();
            } finally {
                if (!locked) {
                    file.close();
                }
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
