package io.roost.hostchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * The files of a mailbox list index in one directory: {@code dovecot.list.index}, {@code .log}, {@code .log.2}, and whatever
 * else begins with that name (lock files, temporary files). Directories and files of other names are never touched; a symbolic
 * link of such a name is removed itself.
 */
final class ListIndexFiles {
    static final String LOG = UserPaths.PREFIX + ".log";
    private static final String LOG_2 = LOG + ".2";
    private static final String TEMPORARY = UserPaths.PREFIX + ".moving.";
    /** List indexes of ten thousand mailboxes have a few megabytes. */
    private static final long MAX_MOVED = 256L << 20;
    /** Offset of {@code prev_file_seq}, u32 in native order, in the header of a transaction log. */
    private static final int PREVIOUS_LOG = 12;
    private static final int BUFFER = 256 * 1024;

    private ListIndexFiles() {
    }

    /**
     * What is there.
     *
     * @param files  number of files
     * @param bytes  their sizes
     * @param newest latest access or modification of any, Unix seconds; 0 without files
     */
    record Size(int files, long bytes, long newest) { }

    static Size size(OpenDirectory directory) throws PosixException {
        int files = 0;
        long bytes = 0;
        long newest = 0;
        for (String name : names(directory)) {
            Optional<FileStatus> status = directory.status(name);
            if (status.isPresent()) {
                files++;
                bytes += status.get().size();
                newest = Math.max(newest, Math.max(status.get().mtime(), status.get().atime()));
            }
        }
        return new Size(files, bytes, newest);
    }

    /** Names that may be files, the log first: without it Dovecot makes nothing of the others. */
    private static List<String> candidates(OpenDirectory directory) throws PosixException {
        List<String> names = new ArrayList<>();
        directory.list((name, kind) -> {
            if (name.startsWith(UserPaths.PREFIX) && kind != FileStatus.Kind.DIRECTORY) {
                names.add(name.equals(LOG) ? 0 : names.size(), name);
            }
        });
        return names;
    }

    /** Names of the files. */
    private static List<String> names(OpenDirectory directory) throws PosixException {
        List<String> names = candidates(directory);
        // some file systems do not tell what a name is
        for (int i = names.size() - 1; i >= 0; i--) {
            Optional<FileStatus> status = directory.status(names.get(i));
            if (status.isEmpty() || status.get().isDirectory()) {
                names.remove(i);
            }
        }
        return names;
    }

    /** Deletes all of them and returns how many there were. */
    static int delete(OpenDirectory directory) throws PosixException {
        return deleteCounted(directory).files();
    }

    /** Deletes all of them and returns what there was. */
    static Purge.Deleted deleteCounted(OpenDirectory directory) throws PosixException {
        int files = 0;
        long bytes = 0;
        for (String name : candidates(directory)) {
            Optional<FileStatus> status = directory.status(name);
            if (status.isPresent() && !status.get().isDirectory()) {
                directory.removeFile(name);
                files++;
                bytes += status.get().size();
            }
        }
        return new Purge.Deleted(files, bytes);
    }

    /**
     * Moves the files of a list index that lies on shared storage into memory, to where none is. At no time can the copy be
     * used while the original is there, or the other way round: the copies bear their names only when the originals are
     * gone. The log goes last from shared storage, so that a move which was cut off there is seen and not taken for
     * complete.
     *
     * @return whether the list index is in {@code memory} now; if not, it is in neither
     */
    static boolean move(OpenDirectory shared, OpenDirectory memory, Ownership ownership, Notes notes) throws PosixException {
        List<String> copied = new ArrayList<>();
        if (isComplete(shared)) {
            try {
                for (String name : List.of(UserPaths.PREFIX, LOG_2, LOG)) {
                    if (copy(shared, memory, name, ownership)) {
                        copied.add(name);
                    }
                }
            } catch (PosixException e) {
                notes.warning("the list index of shared storage is not moved into memory but dropped: " + e.getMessage());
                copied.clear();
            }
        }
        drop(shared);
        if (!copied.contains(LOG)) {
            delete(memory);
            return false;
        }
        for (String name : copied) {
            memory.rename(TEMPORARY + name, memory, name);
        }
        return true;
    }

    /**
     * Deletes the list index of shared storage. The index goes first, so that what a crash leaves is not taken for complete,
     * and the log last, so that it is seen.
     *
     * @return false, as nothing was moved
     */
    static boolean drop(OpenDirectory shared) throws PosixException {
        List<String> names = names(shared);
        names.remove(LOG);
        shared.removeFile(UserPaths.PREFIX);
        shared.sync();
        for (String name : names) {
            shared.removeFile(name);
        }
        shared.sync();
        shared.removeFile(LOG);
        shared.sync();
        return false;
    }

    /** A log that goes on from an earlier one needs the index that holds what came before. */
    private static boolean isComplete(OpenDirectory shared) throws PosixException {
        if (isFile(shared, UserPaths.PREFIX)) {
            return isFile(shared, LOG);
        }
        if (!isFile(shared, LOG)) {
            return false;
        }
        try (OpenFile log = shared.openFile(LOG)) {
            ByteBuffer header = ByteBuffer.allocateDirect(PREVIOUS_LOG + 4).order(ByteOrder.nativeOrder());
            log.preadFully(header, 0);
            return !header.hasRemaining() && header.getInt(PREVIOUS_LOG) == 0;
        }
    }

    private static boolean isFile(OpenDirectory directory, String name) throws PosixException {
        return directory.status(name).filter(FileStatus::isFile).isPresent();
    }

    private static boolean copy(OpenDirectory from, OpenDirectory to, String name, Ownership ownership) throws PosixException {
        if (!isFile(from, name)) {
            return false;
        }
        to.removeFile(TEMPORARY + name);
        try (OpenFile in = from.openFile(name); OpenFile out = ownership.createFile(to, TEMPORARY + name)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            long total = 0;
            while (in.read(buffer.clear()) > 0) {
                total += buffer.position();
                if (total > MAX_MOVED) {
                    throw new PosixException("move " + ByteString.toText(in.path()) + " to", to.path(), PosixException.EFBIG);
                }
                out.write(buffer.flip());
            }
            return true;
        }
    }
}
