package io.roost.gate;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * A file of Dovecot's configuration that is replaced as a whole while Dovecot reads it. Readers see the old content or the new,
 * never a part: the new one is written beside it, synced, and renamed over it. Owner, mode, access control list and SELinux label
 * stay.
 *
 * <p>Dovecot looks at a passwd-file at most once in a second, when a user is looked up, and takes it for changed only if its size
 * or the second of its modification time differ from those it read. So each new version has a modification time that is at least
 * one second after that of the version before, if need be in the future: no two versions look the same.
 *
 * <p>Writers exclude each other by {@code flock} on the file itself, and look afterwards whether it is still the one of that name:
 * {@code flock FILE COMMAND} makes a script of the administrator's wait too. Who writes without the lock is noticed just before
 * the rename, and the change is made again on what they wrote. Immutable and thread-safe.
 *
 * <p>A full disk has no room for a new version. Single bytes can be overwritten even then, where a file system writes to the place
 * that a file has: ext4, XFS, tmpfs, NFS. A reader sees the old byte or the new one.
 */
final class RewrittenFile {
    /** A userdb of a million users with long lines. */
    private static final long MAX_SIZE = 512L << 20;
    private static final int MAX_ATTEMPTS = 20;
    private static final long LOCK_POLL_MILLIS = 5;

    private final String name;
    private final Duration patience;

    /** What to make of a file's content. */
    @FunctionalInterface
    interface Change {
        /** @return the new content; the same bytes, or the same array, to leave the file alone */
        byte[] apply(byte[] content) throws IOException;
    }

    /**
     * @param file     as the administrator named it; symbolic links are followed to the file itself
     * @param patience for the lock
     */
    RewrittenFile(String file, Duration patience) {
        this.name = file;
        this.patience = patience;
    }

    /** As the administrator named it. */
    String name() {
        return name;
    }

    /** The whole content, of one version. */
    byte[] read() throws IOException {
        Path file = realPath();
        try (OpenDirectory directory = OpenDirectory.open(bytes(file.getParent()));
                OpenFile open = directory.openFile(bytes(file.getFileName()))) {
            return read(open);
        }
    }

    /**
     * Makes a change, under the lock.
     *
     * @return whether there was anything to change
     * @throws GateException if the lock is not to be had, or others keep writing
     */
    boolean rewrite(Change change) throws IOException {
        Path file = realPath();
        String base = bytes(file.getFileName());
        try (OpenDirectory directory = OpenDirectory.open(bytes(file.getParent()))) {
            long deadline = System.nanoTime() + patience.toNanos();
            for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
                try (OpenFile old = lock(directory, base, deadline)) {
                    FileStatus before = old.status();
                    if (before.links() > 1) {
                        throw new GateException(name + " has " + before.links() + " names (hard links), and replacing it would part"
                                + " them: remove the others, or make them symbolic links");
                    }
                    byte[] content = read(old);
                    byte[] changed = change.apply(content);
                    if (Arrays.equals(content, changed)) {
                        return false;
                    }
                    if (replace(directory, base, old, before, changed)) {
                        return true;
                    }
                }
            }
        }
        throw busy();
    }

    /** Which bytes to overwrite in a file's content. */
    @FunctionalInterface
    interface Places {
        /** @return offsets; empty to leave the file alone */
        List<Long> of(byte[] content) throws IOException;
    }

    /**
     * Overwrites single bytes under the lock, without replacing the file.
     *
     * @param value what each of them becomes
     * @throws GateException if the lock is not to be had, or others keep replacing the file
     */
    void overwrite(Places places, byte value) throws IOException {
        Path file = realPath();
        String base = bytes(file.getFileName());
        try (OpenDirectory directory = OpenDirectory.open(bytes(file.getParent()))) {
            long deadline = System.nanoTime() + patience.toNanos();
            for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
                try (OpenFile open = lock(directory, base, deadline)) {
                    FileStatus before = open.status();
                    List<Long> offsets = places.of(read(open));
                    if (offsets.isEmpty()) {
                        return;
                    }
                    // Who writes without the lock makes a file of another size, or replaces it.
                    if (directory.status(base).filter(now -> now.unchangedSince(before)).isEmpty()) {
                        continue;
                    }
                    for (long offset : offsets) {
                        open.pwrite(ByteBuffer.allocateDirect(1).put(value).flip(), offset);
                    }
                    // Neither the second of the version before, nor that in which the bytes were written: a reader may have come between.
                    open.setModified(Math.max(open.status().mtime(), before.mtime()) + 1);
                    open.sync();
                    if (directory.status(base).filter(now -> now.sameFile(before)).isPresent()) {
                        return;
                    }
                }
            }
        }
        throw busy();
    }

    private GateException busy() {
        return new GateException(name + " was changed by somebody else each time Roost wanted to; make them use flock on it");
    }

    /** @return false, having changed nothing, if somebody else wrote to the file since {@code before} */
    private boolean replace(OpenDirectory directory, String base, OpenFile old, FileStatus before, byte[] content)
            throws IOException {
        String temporary = "." + base + ".roost-new";
        // of a run that was killed; nobody else makes one while we hold the lock
        directory.removeFile(temporary);
        boolean renamed = false;
        try (OpenFile file = directory.create(temporary, 0600)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
            for (int at = 0; at < content.length; at += buffer.limit()) {
                buffer.clear();
                buffer.put(content, at, Math.min(buffer.remaining(), content.length - at)).flip();
                file.write(buffer);
            }
            FileStatus made = file.status();
            if (made.uid() != before.uid() || made.gid() != before.gid()) {
                file.chown(before.uid(), before.gid());
            }
            file.chmod(before.mode());
            old.copyAccessTo(file);
            file.setModified(Math.max(System.currentTimeMillis() / 1000, before.mtime() + 1));
            file.sync();
            Optional<FileStatus> now = directory.status(base);
            if (now.isEmpty() || !now.get().unchangedSince(before)) {
                return false;
            }
            directory.rename(temporary, directory, base);
            renamed = true;
        } finally {
            if (!renamed) {
                directory.removeFile(temporary);
            }
        }
        directory.sync();
        return true;
    }

    private OpenFile lock(OpenDirectory directory, String base, long deadline) throws IOException {
        while (true) {
            OpenFile file = directory.openForUpdate(base);
            try {
                if (file.tryLock()) {
                    // it may have been replaced between opening and locking
                    Optional<FileStatus> now = directory.status(base);
                    if (now.isPresent() && now.get().sameFile(file.status())) {
                        OpenFile locked = file;
                        file = null;
                        return locked;
                    }
                } else if (System.nanoTime() > deadline) {
                    throw new GateException("somebody else has held the lock of " + name + " for " + patience.toSeconds()
                            + " s: see who with \"fuser " + name + "\"");
                } else {
                    Pause.uninterrupted(LOCK_POLL_MILLIS);
                }
            } finally {
                if (file != null) {
                    file.close();
                }
            }
        }
    }

    private byte[] read(OpenFile file) throws IOException {
        FileStatus status = file.status();
        if (!status.isFile() || status.size() > MAX_SIZE) {
            throw new GateException(name + " is no file of at most " + MAX_SIZE + " bytes");
        }
        // one more, to see it grow
        byte[] content = new byte[(int) status.size() + 1];
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        int length = 0;
        while (length < content.length) {
            buffer.clear().limit(Math.min(buffer.capacity(), content.length - length));
            int n = file.pread(buffer, length);
            if (n == 0) {
                break;
            }
            buffer.flip().get(content, length, n);
            length += n;
        }
        if (length == content.length) {
            throw new GateException(name + " grew while it was read: somebody writes to it without replacing it; try again");
        }
        return Arrays.copyOf(content, length);
    }

    /** Renaming over a symbolic link would replace the link. */
    private Path realPath() throws IOException {
        if (name.indexOf(0) >= 0 || !name.startsWith("/")) {
            throw new GateException("not an absolute path: " + ByteString.toText(ByteString.ofText(name)));
        }
        Path path = new File(name).toPath();
        try {
            return path.toRealPath();
        } catch (NoSuchFileException e) {
            throw new PosixException("open", ByteString.ofText(name), PosixException.ENOENT);
        }
    }

    private static String bytes(Path path) {
        return ByteString.ofText(path.toString());
    }
}
