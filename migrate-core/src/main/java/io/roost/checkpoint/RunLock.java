package io.roost.checkpoint;

import java.io.Closeable;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The right of one process to run migrations with a state directory: a lock on its file {@code run.lock}. It goes with the
 * process: a killed one leaves nothing behind but an unlocked file.
 */
public final class RunLock implements Closeable {
    private static final String NAME = "run.lock";

    private final OpenFile file;

    private RunLock(OpenFile file) {
        this.file = file;
    }

    /** @return empty if another process holds it */
    public static Optional<RunLock> tryAcquire(CheckpointStore store) throws PosixException {
        try (OpenDirectory state = OpenDirectory.open(ByteString.ofText(store.path()))) {
            OpenFile file = state.openOrCreate(NAME, 0600);
            boolean locked = false;
            try {
                locked = file.tryLock();
                return locked ? Optional.of(new RunLock(file)) : Optional.empty();
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
