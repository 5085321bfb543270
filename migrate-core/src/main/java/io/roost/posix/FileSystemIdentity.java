package io.roost.posix;

import java.util.concurrent.atomic.AtomicReference;

/**
 * File access as another user, for root: a thread of its own takes the user's ids for everything that concerns files and gives
 * up root's rights over them, as an NFS server does too. Other threads are not touched, and the thread ends with the work.
 *
 * @param uid user id, or -1 for that of this process
 * @param gid group id, or -1 for that of this process
 */
public record FileSystemIdentity(int uid, int gid) {
    /** What is to be done as that user. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws PosixException;
    }

    /** Whether this process may act as that user, or is that user. */
    public boolean isPossible() {
        return OpenDirectory.effectiveUid() == 0 || isProcess();
    }

    private boolean isProcess() {
        return (uid < 0 || uid == OpenDirectory.effectiveUid()) && (gid < 0 || gid == OpenDirectory.effectiveGid());
    }

    /**
     * Does something as this user, without further groups.
     *
     * @throws PosixException       what the work threw
     * @throws InterruptedException if the caller is interrupted meanwhile
     */
    public <T> T run(Work<T> work) throws PosixException, InterruptedException {
        if (isProcess()) {
            return work.run();
        }
        if (!isPossible()) {
            throw new PosixException("become user " + uid + " for", "", PosixException.EPERM);
        }
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                become();
                result.set(work.run());
            } catch (PosixException | RuntimeException | Error e) {
                failure.set(e);
            }
        }, "as-user-" + uid);
        thread.setDaemon(true);
        thread.start();
        thread.join();
        if (failure.get() != null) {
            throw rethrown(failure.get());
        }
        return result.get();
    }

    private static PosixException rethrown(Throwable thrown) {
        if (thrown instanceof PosixException e) {
            return e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        throw (RuntimeException) thrown;
    }

    private void become() throws PosixException {
        Call.ofLong("drop the groups for", "", () -> Libc.C.syscall(Libc.SYS_SETGROUPS, 0L, new byte[1]));
        if (gid >= 0) {
            Libc.C.setfsgid(gid);
        }
        if (uid >= 0) {
            Libc.C.setfsuid(uid);
            // setfsuid tells no errors: what is set is asked for by setting nothing
            if (Libc.C.setfsuid(-1) != uid) {
                throw new PosixException("become user " + uid + " for", "", PosixException.EPERM);
            }
        }
    }

    /**
     * Whether a path may be used, asked of the file system itself, the NFS server included. Follows symbolic links.
     *
     * @param path byte string
     * @param mode 4 to read, 2 to write, 1 to search, or their sum
     * @throws PosixException what stands in the way; ENOSYS (38) before Linux 5.8
     */
    public static void requireAccess(String path, int mode) throws PosixException {
        byte[] c = ByteString.terminated(path);
        Call.ofLong((mode & 2) != 0 ? "write to" : "read", path, () -> Libc.C.syscall(Libc.SYS_FACCESSAT2, Libc.AT_FDCWD, c,
                mode, Libc.AT_EACCESS));
    }
}
