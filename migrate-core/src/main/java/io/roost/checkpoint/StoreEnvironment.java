package io.roost.checkpoint;

import java.io.File;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Opens the LMDB environment in the state directory where that is safe, or says why it is not and what to do. LMDB maps its
 * files into memory: a missing page, a disk that is full when one is first touched, or another machine that changes one would
 * not be an error but the end of the process.
 */
final class StoreEnvironment {
    private static final String DATA = "data.mdb";
    /** Address space, not disk: the file grows as it is filled. */
    private static final long MAP_SIZE = 64L << 30;
    private static final int MAX_READERS = 1024;
    /** What the lock file and the first pages take. */
    private static final long MIN_FREE = 512 * 1024;
    private static final int META_PAGES = 8192;

    private StoreEnvironment() {
    }

    /** Opens or creates it. The directory is created with mode 0700. */
    static Env<ByteBuffer> open(String directory) {
        String bytes = ByteString.ofText(directory);
        try {
            createDirectories(bytes);
            try (OpenDirectory dir = OpenDirectory.open(bytes)) {
                requireLocal(dir.fileSystem(), directory);
                requireSpace(dir.fileSystem(), directory);
                return environment(dir, directory, true);
            }
        } catch (PosixException e) {
            throw unusable(e);
        }
    }

    /** Opens an existing one beside others; empty if there is none. */
    static Optional<Env<ByteBuffer>> openReadOnly(String directory) {
        String bytes = ByteString.ofText(directory);
        try {
            if (OpenDirectory.statusOf(bytes + "/" + DATA).isEmpty()) {
                return Optional.empty();
            }
            try (OpenDirectory dir = OpenDirectory.open(bytes)) {
                requireLocal(dir.fileSystem(), directory);
                return Optional.of(environment(dir, directory, false));
            }
        } catch (PosixException e) {
            throw unusable(e);
        }
    }

    private static void createDirectories(String path) throws PosixException {
        if (OpenDirectory.statusOf(path).isPresent()) {
            return;
        }
        int slash = path.lastIndexOf('/');
        String parent = slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
        createDirectories(parent);
        try (OpenDirectory dir = OpenDirectory.open(parent)) {
            requireLocal(dir.fileSystem(), ByteString.toText(path));
            dir.makeDirectory(path.substring(slash + 1), 0700);
        } catch (PosixException e) {
            if (e.errno() != PosixException.EEXIST) {
                throw e;
            }
            // Another process was faster.
        }
    }

    static void requireLocal(FileSystemStatus fileSystem, String directory) {
        if (fileSystem.isNetwork()) {
            throw new CheckpointException("the state directory " + directory + " lies on " + fileSystem.typeName()
                    + ", a network file system, where LMDB is not safe: name a directory on a local disk with --state");
        }
    }

    static void requireSpace(FileSystemStatus fileSystem, String directory) {
        if (fileSystem.freeBytes() < MIN_FREE) {
            throw CheckpointException.noSpace("the file system of the state directory " + directory + " has " + fileSystem.freeBytes()
                    + " bytes left, expected at least " + MIN_FREE + ": free some, or name another directory with --state", null);
        }
    }

    private static Env<ByteBuffer> environment(OpenDirectory dir, String directory, boolean writable) throws PosixException {
        Optional<FileStatus> data = dir.status(DATA);
        if (data.isPresent() && (!data.get().isFile() || data.get().size() > 0 && data.get().size() < META_PAGES)) {
            throw damaged(directory, "expected an LMDB file, found " + (data.get().isFile() ? data.get().size() + " bytes"
                    : "a " + data.get().kind().name().toLowerCase(Locale.ROOT)));
        }
        EnvFlags[] flags = {EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOMETASYNC, EnvFlags.MDB_RDONLY_ENV};
        Env<ByteBuffer> env;
        try {
            env = Env.create().setMapSize(MAP_SIZE).setMaxDbs(8).setMaxReaders(MAX_READERS)
                    .open(new File(directory), 0600, writable ? Arrays.copyOf(flags, 2) : flags);
        } catch (LmdbException e) {
            throw cannotOpen(directory, e);
        }
        try {
            if (writable) {
                // Killed readers would keep old pages from being used again.
                env.readerCheck();
            }
            requireWhole(env, dir, directory);
            return env;
        } catch (LmdbException e) {
            env.close();
            throw cannotOpen(directory, e);
        } catch (PosixException | RuntimeException e) {
            env.close();
            throw e;
        }
    }

    private static void requireWhole(Env<ByteBuffer> env, OpenDirectory dir, String directory) throws PosixException {
        try (Txn<ByteBuffer> txn = env.txnRead(); OpenFile file = dir.openFile(DATA)) {
            int pageSize = env.stat().pageSize;
            long needed = (env.info().lastPageNumber + 1) * pageSize;
            if (file.status().size() >= needed) {
                return;
            }
            Optional<String> problem = LmdbFile.problem(file, pageSize, txn.getId());
            if (problem.isPresent()) {
                throw damaged(directory, problem.get());
            }
        }
    }

    private static CheckpointException damaged(String directory, String why) {
        return new CheckpointException(directory + "/" + DATA + " is damaged: " + why
                + "; move the directory away and start again (mails already published are not touched)");
    }

    private static CheckpointException unusable(PosixException e) {
        String message = "the state directory cannot be used: " + e.getMessage();
        return e.isNoSpace() ? CheckpointException.noSpace(message, e) : new CheckpointException(message, e);
    }

    static CheckpointException cannotOpen(String directory, LmdbException e) {
        return CheckpointException.of("the checkpoint store in " + directory + " cannot be opened", e,
                "; if it is damaged, move the directory away and start again (mails already published are not touched)");
    }
}
