package io.roost.hostchange;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Deletes users' list indexes from this host's memory, under the lock. {@link #now} leaves the user's directory and an empty
 * record, for users who are about to come; {@link #entirely} leaves nothing, for users who have gone. Immutable and
 * thread-safe, also between processes.
 */
public final class Purge {
    private static final int ATTEMPTS = 20;

    private final Notes notes;
    private final Duration patience;

    /**
     * What was deleted.
     *
     * @param files of the list index
     * @param bytes their sizes
     */
    public record Deleted(int files, long bytes) {
        static final Deleted NOTHING = new Deleted(0, 0);
    }

    public Purge(Notes notes) {
        this(notes, HostChange.PATIENCE);
    }

    Purge(Notes notes, Duration patience) {
        this.notes = notes;
        this.patience = patience;
    }

    /** Deletes the list index of a user who may be there, or about to come. */
    public Deleted now(LocalPath path) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Optional<OpenDirectory> local = LocalDirectory.open(path);
            if (local.isEmpty()) {
                return Deleted.NOTHING;
            }
            try (OpenDirectory directory = local.get(); Lock lock = lock(directory)) {
                if (lock.record != null) {
                    lock.record.clear();
                }
                return delete(directory);
            } catch (LocalRecord.Vanished e) {
                // by a sweep
            }
        }
        return Deleted.NOTHING;
    }

    /**
     * Deletes a user's directory, if {@code condition} holds under the lock. What else lies in it is left alone, and then so is
     * the directory.
     *
     * @param parent    where the directory is
     * @param name      of the directory
     * @param condition of what is there
     * @return empty if the condition did not hold or the directory is not there
     */
    Optional<Deleted> entirely(OpenDirectory parent, String name, Predicate<Contents> condition) throws IOException {
        try (OpenDirectory directory = parent.openDirectory(name); Lock lock = lock(directory)) {
            if (!condition.test(contents(directory))) {
                return Optional.empty();
            }
            if (lock.record != null) {
                lock.record.clear();
            }
            Deleted deleted = delete(directory);
            directory.removeFile(LastHost.FILE);
            try {
                parent.removeDirectory(name);
            } catch (PosixException e) {
                if (e.errno() != PosixException.ENOTEMPTY && e.errno() != PosixException.EEXIST) {
                    throw e;
                }
            }
            return Optional.of(deleted);
        } catch (LocalRecord.Vanished e) {
            return Optional.empty();
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * What a user's directory holds.
     *
     * @param size   of the list index
     * @param newest latest access or modification of any of it, the record included, Unix seconds
     */
    record Contents(ListIndexFiles.Size size, long newest) { }

    static Contents contents(OpenDirectory directory) throws PosixException {
        ListIndexFiles.Size size = ListIndexFiles.size(directory);
        long newest = size.newest();
        Optional<FileStatus> record = directory.status(LastHost.FILE);
        if (record.isPresent() && record.get().size() > 0) {
            newest = Math.max(newest, Math.max(record.get().mtime(), record.get().atime()));
        }
        return new Contents(size, newest == 0 ? directory.status().mtime() : newest);
    }

    private static Deleted delete(OpenDirectory directory) throws PosixException {
        return ListIndexFiles.deleteCounted(directory);
    }

    /** A lock, or none where memory is so full that it has no room for the file that is locked. */
    private record Lock(LocalRecord record) implements AutoCloseable {
        @Override
        public void close() {
            if (record != null) {
                record.close();
            }
        }
    }

    private Lock lock(OpenDirectory directory) throws IOException {
        try {
            return new Lock(LocalRecord.lock(directory, LocalDirectory.ownershipAs(directory.status()), patience));
        } catch (PosixException e) {
            if (!e.isNoSpace()) {
                throw e;
            }
            notes.warning(e.getMessage() + "; deleting without lock, which makes room");
            return new Lock(null);
        }
    }
}
