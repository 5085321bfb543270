package io.roost.hostchange;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Predicate;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * {@code INDEX/.lasthost} of a user, on shared storage. It is always opened before it is looked at: an open makes an NFS client
 * ask the server, a mere {@code stat} is answered from the attribute cache for up to a minute. See {@link LastHost} for the
 * content.
 */
final class HostFile implements Closeable {
    private final OpenDirectory index;

    /** What was found. */
    sealed interface Found { }

    /** The file as one reader saw it. */
    record Present(FileStatus status, LastHost host) implements Found { }

    /** There is none. */
    record Absent() implements Found { }

    /** It cannot be read or understood; the reason is for people. */
    record Unreadable(String reason) implements Found { }

    private HostFile(OpenDirectory index) {
        this.index = index;
    }

    /** Of a user's INDEX; empty if that directory is not there. A symbolic link is none. */
    static Optional<HostFile> open(String indexPath) throws PosixException {
        try {
            return Optional.of(new HostFile(OpenDirectory.openNoFollow(indexPath)));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Makes an NFS client ask the server about names that it remembers as missing: a change of the directory's owner, to the
     * one it has, refreshes what it knows of the directory.
     *
     * @param path of the name that seems to be missing
     * @return whether asking again may give another answer
     */
    static boolean lookAgain(String path) {
        int slash = path.lastIndexOf('/');
        try (OpenDirectory parent = OpenDirectory.open(slash <= 0 ? "/" : path.substring(0, slash))) {
            if (!parent.fileSystem().isNetwork()) {
                return false;
            }
            parent.chown(parent.status().uid(), -1);
            return true;
        } catch (PosixException e) {
            return false;
        }
    }

    /**
     * Makes the INDEX of a new user, which Dovecot would make in a moment, so that there is a place for the file: without it a
     * second session of the user would delete the list index of the first. Only in a directory that is there, on shared
     * storage, and not root's: a mount point whose file system is missing is neither.
     *
     * @param shared which file systems are shared storage
     * @return whether it was made
     */
    static boolean create(String path, Predicate<FileSystemStatus> shared) {
        int slash = path.lastIndexOf('/');
        try (OpenDirectory parent = OpenDirectory.openNoFollow(slash <= 0 ? "/" : path.substring(0, slash))) {
            FileStatus status = parent.status();
            if (status.uid() == 0 || !shared.test(parent.fileSystem())) {
                return false;
            }
            LocalDirectory.ownershipAs(status).createDirectory(parent, path.substring(slash + 1)).close();
            return true;
        } catch (PosixException e) {
            return false;
        }
    }

    OpenDirectory directory() {
        return index;
    }

    Found read() {
        String path = index.pathOf(LastHost.FILE);
        try (OpenFile file = index.openFile(LastHost.FILE)) {
            FileStatus status = file.status();
            if (!status.isFile()) {
                return new Unreadable(ByteString.toText(path) + " is no regular file");
            }
            return new Present(status, LastHost.read(content(file, LastHost.MAX_SIZE), path));
        } catch (PosixException e) {
            return e.isNotFound() ? new Absent() : new Unreadable(e.getMessage());
        } catch (CorruptFileException e) {
            return new Unreadable(e.getMessage());
        }
    }

    /** The first bytes of a file, one more than {@code most} if there are so many. */
    static String content(OpenFile file, int most) throws PosixException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(most + 1);
        file.preadFully(buffer, 0);
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return ByteString.of(bytes, 0, bytes.length);
    }

    /**
     * Replaces the file by rename, so that every reader sees the old or the new one, and waits until it is on the server's
     * disk. What a crash leaves is at most one {@code .lasthost.new.HOST} for each host, which the next one replaces.
     *
     * @param ownership of the new file
     */
    void replace(LastHost host, Ownership ownership) throws IOException {
        String temporary = LastHost.FILE + ".new." + host.host();
        if (temporary.length() > 255) {
            temporary = temporary.substring(0, 255);
        }
        index.removeFile(temporary);
        try (OpenFile file = ownership.createFile(index, temporary)) {
            byte[] content = ByteString.toBytes(host.write());
            file.write(ByteBuffer.allocateDirect(content.length).put(content).flip());
            file.sync();
        }
        index.rename(temporary, index, LastHost.FILE);
        index.sync();
    }

    @Override
    public void close() {
        index.close();
    }
}
