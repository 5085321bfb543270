package io.roost.posix;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A directory held open by its descriptor. All work below it is relative to that descriptor and follows no symbolic link in
 * the last component of a name, so that whoever may write to the parent cannot lead Roost elsewhere. Names are byte strings,
 * relative, and may have several components only below a directory that nobody else can write to (Roost's own staging).
 * Thread-safe as long as nobody closes it meanwhile. Closing twice does nothing.
 */
public final class OpenDirectory implements Closeable {
    private static final int ENTRY_BUFFER = 256 * 1024;
    private static final BufferPool ENTRIES = new BufferPool(ENTRY_BUFFER, 16, ENTRY_BUFFER / 8);

    private int fd;
    private final String path;

    private OpenDirectory(int fd, String path) {
        this.fd = fd;
        this.path = path;
    }

    /** What to do with each name in a directory. */
    @FunctionalInterface
    public interface EntryVisitor {
        /** @param name byte string, never {@code .} or {@code ..}; @param kind may be UNKNOWN on some file systems */
        void entry(String name, FileStatus.Kind kind) throws PosixException;
    }

    /** Opens a path that the administrator named; symbolic links in it are followed. */
    public static OpenDirectory open(String path) throws PosixException {
        return new OpenDirectory(openRead(Libc.AT_FDCWD, path, Libc.O_DIRECTORY, path), path);
    }

    /** Opens a path, which may be a symbolic link nowhere in its last component. */
    public static OpenDirectory openNoFollow(String path) throws PosixException {
        return new OpenDirectory(openRead(Libc.AT_FDCWD, path, Libc.O_DIRECTORY | Libc.O_NOFOLLOW, path), path);
    }

    /** Status of a path that the administrator named, following symbolic links; empty if it is not there. */
    public static Optional<FileStatus> statusOf(String path) throws PosixException {
        return optionalStatus(Libc.AT_FDCWD, path, 0, path);
    }

    /** The effective user id of this process. */
    public static int effectiveUid() {
        return Libc.C.geteuid();
    }

    /** The effective group id of this process. */
    public static int effectiveGid() {
        return Libc.C.getegid();
    }

    /** Clears the process's file mode creation mask: Roost always says the exact mode it wants. */
    public static void clearUmask() {
        Libc.C.umask(0);
    }

    /** The path it was opened by, a byte string, for messages. */
    public String path() {
        return path;
    }

    /** The path of a name in here, for messages. */
    public String pathOf(String name) {
        return path.endsWith("/") ? path + name : path + "/" + name;
    }

    /**
     * A path by which this process, and no other, reaches the directory while it is open, whatever its name: short and plain, for
     * what takes neither descriptors nor long names, such as the address of a unix socket.
     */
    public String descriptorPath() {
        return "/proc/self/fd/" + fd();
    }

    /** Opens a directory in here; fails with ELOOP or ENOTDIR if it is a symbolic link or no directory. */
    public OpenDirectory openDirectory(String name) throws PosixException {
        String full = pathOf(name);
        return new OpenDirectory(openRead(fd(), name, Libc.O_DIRECTORY | Libc.O_NOFOLLOW, full), full);
    }

    /** Opens this directory once more; both are closed separately. */
    public OpenDirectory again() throws PosixException {
        return new OpenDirectory(openRead(fd(), ".", Libc.O_DIRECTORY, path), path);
    }

    /**
     * Opens a file for reading. Never blocks on a FIFO, never follows a symbolic link, and leaves the access time alone where
     * the system allows it.
     */
    public OpenFile openFile(String name) throws PosixException {
        String full = pathOf(name);
        return new OpenFile(openRead(fd(), name, Libc.O_NOFOLLOW | Libc.O_NONBLOCK, full), full);
    }

    /**
     * As {@link #openFile}, for a file that is read once, on NFS: past the cache of this machine, and so that an NFS server of
     * version 4 delegates nothing, which would cost another call to give back, and the file's owner a wait when he renames it.
     * Where the file system cannot do that, it is opened as usual.
     */
    public OpenFile openFileUncached(String name) throws PosixException {
        String full = pathOf(name);
        int flags = Libc.O_NOFOLLOW | Libc.O_NONBLOCK;
        try {
            return new OpenFile(openRead(fd(), name, flags | Libc.O_DIRECT, full), full);
        } catch (PosixException e) {
            if (e.errno() != PosixException.EINVAL) {
                throw e;
            }
            return new OpenFile(openRead(fd(), name, flags, full), full);
        }
    }

    /** Opens an existing file for reading and writing. */
    public OpenFile openForUpdate(String name) throws PosixException {
        return openWith(name, Libc.O_RDWR | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, "open");
    }

    /** Creates a file that must not exist, readable and writable, with exactly {@code mode} if the mask is clear. */
    public OpenFile create(String name, int mode) throws PosixException {
        return openWith(name, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, mode, "create");
    }

    /** Opens a file for reading and writing, creating it if it is not there. */
    public OpenFile openOrCreate(String name, int mode) throws PosixException {
        return openWith(name, Libc.O_RDWR | Libc.O_CREAT | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, mode, "open");
    }

    public FileStatus status() throws PosixException {
        return status(fd(), "", Libc.AT_EMPTY_PATH, path);
    }

    /** Status of a name in here, of the link itself if it is one; empty if it is not there. */
    public Optional<FileStatus> status(String name) throws PosixException {
        return optionalStatus(fd(), name, Libc.AT_SYMLINK_NOFOLLOW, pathOf(name));
    }

    public FileSystemStatus fileSystem() throws PosixException {
        ByteBuffer s = Call.struct();
        Call.of("ask for the file system of", path, () -> Libc.C.fstatfs(fd(), s));
        return FileSystemStatus.of(s);
    }

    public void makeDirectory(String name, int mode) throws PosixException {
        byte[] c = ByteString.terminated(name);
        Call.of("create directory", pathOf(name), () -> Libc.C.mkdirat(fd(), c, mode));
    }

    /** Renames a name in here to a name in {@code target}; a directory replaces nothing but an empty directory. */
    public void rename(String name, OpenDirectory target, String newName) throws PosixException {
        byte[] from = ByteString.terminated(name);
        byte[] to = ByteString.terminated(newName);
        Call.of("rename " + ByteString.toText(pathOf(name)) + " to", target.pathOf(newName),
                () -> Libc.C.renameat(fd(), from, target.fd(), to));
    }

    /** Removes a file; it is no error if it is not there. */
    public void removeFile(String name) throws PosixException {
        remove(name, 0);
    }

    /** Removes an empty directory; it is no error if it is not there. */
    public void removeDirectory(String name) throws PosixException {
        remove(name, Libc.AT_REMOVEDIR);
    }

    /** Removes a name in here with all below it, never leaving it through a symbolic link. */
    public void removeTree(String name) throws PosixException {
        Optional<FileStatus> status = status(name);
        if (status.isEmpty()) {
            return;
        }
        if (!status.get().isDirectory()) {
            removeFile(name);
            return;
        }
        try (OpenDirectory below = openDirectory(name)) {
            List<String> names = new ArrayList<>();
            below.list((entry, kind) -> names.add(entry));
            for (String entry : names) {
                below.removeTree(entry);
            }
        }
        removeDirectory(name);
    }

    public void makeSymlink(String target, String name) throws PosixException {
        byte[] to = ByteString.terminated(target);
        byte[] c = ByteString.terminated(name);
        Call.of("create symbolic link", pathOf(name), () -> Libc.C.symlinkat(to, fd(), c));
    }

    /** What a symbolic link in here says, a byte string. */
    public String readSymlink(String name) throws PosixException {
        byte[] c = ByteString.terminated(name);
        byte[] target = new byte[4096];
        long n = Call.ofLong("read symbolic link", pathOf(name), () -> Libc.C.readlinkat(fd(), c, target, target.length));
        return ByteString.of(target, 0, (int) n);
    }

    /** Waits until the names in here are on disk. */
    public void sync() throws PosixException {
        Call.of("sync", path, () -> Libc.C.fsync(fd()));
    }

    /**
     * Waits until everything in the file system is on disk, also what others have written: one wait instead of one for each of
     * many files. Tells of what failed since this directory was opened where {@link FileSystemStatus#syncsAsWhole} says so.
     */
    public void syncFileSystem() throws PosixException {
        Call.of("sync the file system of", path, () -> Libc.C.syncfs(fd()));
    }

    public void chown(int uid, int gid) throws PosixException {
        Call.of("change the owner of", path, () -> Libc.C.fchown(fd(), uid, gid));
    }

    public void chmod(int mode) throws PosixException {
        Call.of("change the mode of", path, () -> Libc.C.fchmod(fd(), mode));
    }

    /** Hands every entry to the visitor, in the file system's order, without holding more than a buffer of them. */
    public void list(EntryVisitor visitor) throws PosixException {
        // A descriptor of its own: the read position of a directory belongs to the descriptor.
        int dir = openRead(fd(), ".", Libc.O_DIRECTORY, path);
        ByteBuffer entries = ENTRIES.take().order(ByteOrder.nativeOrder());
        try {
            while (true) {
                entries.clear();
                int n = (int) Call.checked("list", path, Libc.C.syscall(Libc.SYS_GETDENTS64, dir, entries, entries.capacity()));
                if (n == 0) {
                    return;
                }
                visit(entries, n, visitor);
            }
        } finally {
            Libc.C.close(dir);
            ENTRIES.giveBack(entries);
        }
    }

    /** {@code struct linux_dirent64}: u64 inode, u64 offset, u16 length, u8 type, NUL-terminated name. */
    private static void visit(ByteBuffer entries, int length, EntryVisitor visitor) throws PosixException {
        byte[] name = new byte[256];
        for (int at = 0; at < length;) {
            int size = Short.toUnsignedInt(entries.getShort(at + 16));
            int n = 0;
            for (byte b; n < name.length && (b = entries.get(at + 19 + n)) != 0; n++) {
                name[n] = b;
            }
            boolean self = name[0] == '.' && (n == 1 || n == 2 && name[1] == '.');
            if (!self) {
                visitor.entry(ByteString.of(name, 0, n), FileStatus.kindOfEntry(entries.get(at + 18)));
            }
            at += size;
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Libc.C.close(fd);
            fd = -1;
        }
    }

    static FileStatus status(int dirfd, String name, int flags, String path) throws PosixException {
        ByteBuffer s = Call.struct();
        byte[] c = ByteString.terminated(name);
        int result;
        do {
            result = Libc.C.statx(dirfd, c, flags, Libc.STATX_BASIC_STATS, s);
        } while (Call.isInterrupted(result));
        Call.checked("stat", path, result);
        return FileStatus.of(s);
    }

    private OpenFile openWith(String name, int flags, int mode, String what) throws PosixException {
        String full = pathOf(name);
        byte[] c = ByteString.terminated(name);
        return new OpenFile(open(fd(), c, flags | Libc.O_CLOEXEC, mode, what, full), full);
    }

    private static int openRead(int dirfd, String name, int flags, String path) throws PosixException {
        byte[] c = ByteString.terminated(name);
        int all = Libc.O_RDONLY | Libc.O_CLOEXEC | flags;
        try {
            return open(dirfd, c, all | Libc.O_NOATIME, 0, "open", path);
        } catch (PosixException e) {
            if (e.errno() != PosixException.EPERM) {
                throw e;
            }
            // Files of others that we may read: the kernel keeps O_NOATIME for the owner and root.
            return open(dirfd, c, all, 0, "open", path);
        }
    }

    private static int open(int dirfd, byte[] name, int flags, int mode, String what, String path) throws PosixException {
        int fd;
        do {
            fd = Libc.C.openat(dirfd, name, flags, mode);
        } while (Call.isInterrupted(fd));
        return Call.checked(what, path, fd);
    }

    private void remove(String name, int flags) throws PosixException {
        byte[] c = ByteString.terminated(name);
        try {
            Call.of("remove", pathOf(name), () -> Libc.C.unlinkat(fd(), c, flags));
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private static Optional<FileStatus> optionalStatus(int dirfd, String name, int flags, String path) throws PosixException {
        try {
            return Optional.of(status(dirfd, name, flags, path));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private int fd() {
        if (fd < 0) {
            throw new IllegalStateException("closed: " + ByteString.toText(path));
        }
        return fd;
    }
}
