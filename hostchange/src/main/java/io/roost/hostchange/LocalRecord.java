package io.roost.hostchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * {@code LISTINDEX/.lasthost} of a user, locked: an exclusive {@code flock} on the file itself keeps logins, flushes, purges
 * and sweeps of one user on one host apart. See {@link LastSeen} for the content. The lock goes when this is closed, or the
 * process ends.
 */
final class LocalRecord implements Closeable {
    private static final int ATTEMPTS = 100;

    private final OpenDirectory directory;
    private final OpenFile file;

    private LocalRecord(OpenDirectory directory, OpenFile file) {
        this.directory = directory;
        this.file = file;
    }

    /** Somebody else holds the lock for too long. */
    static final class Locked extends IOException {
        Locked(String path, Duration patience) {
            super(ByteString.toText(path) + " is locked for more than " + patience.toSeconds()
                    + " seconds: another login, flush or sweep of this user hangs, perhaps on shared storage");
        }
    }

    /** The directory of the user was removed while the lock was waited for. */
    static final class Vanished extends IOException {
        Vanished(String path) {
            super(ByteString.toText(path) + " was removed meanwhile");
        }
    }

    /**
     * Creates the file if there is none, and waits for its lock.
     *
     * @throws Locked   if somebody holds the lock for longer than {@code patience}
     * @throws Vanished if the directory was removed meanwhile: open it again
     */
    static LocalRecord lock(OpenDirectory directory, Ownership ownership, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (int i = 0; i < ATTEMPTS; i++) {
            OpenFile file;
            try {
                file = open(directory, ownership);
            } catch (PosixException e) {
                if (e.isNotFound()) {
                    throw new Vanished(directory.path());
                }
                throw e;
            }
            try {
                waitForLock(file, patience, deadline);
                Optional<FileStatus> named = directory.status(LastHost.FILE);
                // whoever had the lock before may have removed the file
                if (named.isPresent() && named.get().sameFile(file.status())) {
                    return new LocalRecord(directory, file);
                }
                file.close();
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        }
        throw new IOException(ByteString.toText(directory.pathOf(LastHost.FILE)) + " is removed and made again all the time");
    }

    private static OpenFile open(OpenDirectory directory, Ownership ownership) throws PosixException {
        Optional<FileStatus> status = directory.status(LastHost.FILE);
        if (status.isPresent() && !status.get().isFile()) {
            // a symbolic link, a pipe: not ours, and in the place of ours. A directory stays, and stops us
            directory.removeFile(LastHost.FILE);
            status = Optional.empty();
        }
        if (status.isEmpty()) {
            try {
                return ownership.createFile(directory, LastHost.FILE);
            } catch (PosixException e) {
                if (e.errno() != PosixException.EEXIST) {
                    throw e;
                }
            }
        }
        return directory.openOrCreate(LastHost.FILE, ownership.fileMode());
    }

    private static void waitForLock(OpenFile file, Duration patience, long deadline) throws IOException {
        for (long pause = 1; !file.tryLock(); pause = Math.min(50, pause * 2)) {
            if (System.nanoTime() > deadline) {
                throw new Locked(file.path(), patience);
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the lock of " + ByteString.toText(file.path()), e);
            }
        }
    }

    /** Empty if nothing is known. */
    Optional<LastSeen> read(Notes notes) throws PosixException {
        String content = HostFile.content(file, LastSeen.MAX_SIZE);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LastSeen.read(content, file.path()));
        } catch (CorruptFileException e) {
            notes.warning(e.getMessage() + "; the list index beside it is taken for stale");
            return Optional.empty();
        }
    }

    /** From here on nothing is known of what lies beside it. */
    void clear() throws PosixException {
        file.truncate(0);
    }

    void write(LastSeen seen) throws PosixException {
        byte[] content = ByteString.toBytes(seen.write());
        file.truncate(0);
        file.pwrite(ByteBuffer.allocateDirect(content.length).put(content).flip(), 0);
    }

    /** Deletes the file. Whoever waits for its lock notices, and makes another. */
    void remove() throws PosixException {
        directory.removeFile(LastHost.FILE);
    }

    FileStatus status() throws PosixException {
        return file.status();
    }

    @Override
    public void close() {
        file.close();
    }
}
