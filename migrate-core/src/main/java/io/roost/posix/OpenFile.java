package io.roost.posix;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A file held open by its descriptor. Not thread-safe, except that {@link #pread} and {@link #sync} may run beside others.
 * Buffers must be direct. Closing twice does nothing.
 */
public final class OpenFile implements Closeable {
    private static final List<String> ACCESS_ATTRIBUTES =
            List.of("security.selinux", "system.posix_acl_access", "system.nfs4_acl");
    private static final int MAX_ATTRIBUTE = 64 << 10;

    private int fd;
    private final String path;

    OpenFile(int fd, String path) {
        this.fd = fd;
        this.path = path;
    }

    /** The path it was opened by, a byte string, for messages. */
    public String path() {
        return path;
    }

    public FileStatus status() throws PosixException {
        return OpenDirectory.status(fd(), "", Libc.AT_EMPTY_PATH, path);
    }

    /**
     * Reads up to {@code buffer.remaining()} bytes and advances the position.
     *
     * @return the number of bytes, 0 at the end of the file
     */
    public int read(ByteBuffer buffer) throws PosixException {
        long n;
        do {
            n = Libc.C.read(fd(), buffer, buffer.remaining());
        } while (Call.isInterrupted(n));
        Call.checked("read", path, n);
        buffer.position(buffer.position() + (int) n);
        return (int) n;
    }

    /** As {@link #read}, from {@code offset}, leaving the file position alone. */
    public int pread(ByteBuffer buffer, long offset) throws PosixException {
        long n;
        do {
            n = Libc.C.pread(fd(), buffer, buffer.remaining(), offset);
        } while (Call.isInterrupted(n));
        Call.checked("read", path, n);
        buffer.position(buffer.position() + (int) n);
        return (int) n;
    }

    /** Reads from {@code offset} until the buffer is full or the file ends; the buffer's position tells how much came. */
    public void preadFully(ByteBuffer buffer, long offset) throws PosixException {
        long at = offset;
        while (buffer.hasRemaining()) {
            int n = pread(buffer, at);
            if (n == 0) {
                return;
            }
            at += n;
        }
    }

    /** Writes all that remains in the buffer at the file position. */
    public void write(ByteBuffer buffer) throws PosixException {
        while (buffer.hasRemaining()) {
            long n;
            do {
                n = Libc.C.write(fd(), buffer, buffer.remaining());
            } while (Call.isInterrupted(n));
            Call.checked("write", path, n);
            buffer.position(buffer.position() + (int) n);
        }
    }

    /** Writes all that remains in the buffer at {@code offset}. */
    public void pwrite(ByteBuffer buffer, long offset) throws PosixException {
        long at = offset;
        while (buffer.hasRemaining()) {
            long n;
            do {
                n = Libc.C.pwrite(fd(), buffer, buffer.remaining(), at);
            } while (Call.isInterrupted(n));
            Call.checked("write", path, n);
            buffer.position(buffer.position() + (int) n);
            at += n;
        }
    }

    /** Waits until content and length are on disk. */
    public void sync() throws PosixException {
        Call.of("sync", path, () -> Libc.C.fdatasync(fd()));
    }

    public void truncate(long length) throws PosixException {
        Call.of("truncate", path, () -> Libc.C.ftruncate(fd(), length));
    }

    public void chown(int uid, int gid) throws PosixException {
        Call.of("change the owner of", path, () -> Libc.C.fchown(fd(), uid, gid));
    }

    public void chmod(int mode) throws PosixException {
        Call.of("change the mode of", path, () -> Libc.C.fchmod(fd(), mode));
    }

    /** Sets the modification time to the start of a second, in Unix time, and leaves the access time alone. */
    public void setModified(long seconds) throws PosixException {
        setModified(seconds, 0);
    }

    /** Sets the modification time to now, by the clock that writes to this file go by: on a network file system the server's. */
    public void setModifiedNow() throws PosixException {
        setModified(0, Libc.UTIME_NOW);
    }

    private void setModified(long seconds, long nanos) throws PosixException {
        ByteBuffer times = ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder());
        times.putLong(0).putLong(Libc.UTIME_OMIT).putLong(seconds).putLong(nanos).flip();
        Call.of("change the time of", path, () -> Libc.C.futimens(fd(), times));
    }

    /**
     * Gives another file this one's SELinux label and access control list, where it has them: what mode and owner do not say
     * of who may read it.
     */
    public void copyAccessTo(OpenFile other) throws PosixException {
        for (String attribute : ACCESS_ATTRIBUTES) {
            byte[] name = ByteString.terminated(attribute);
            ByteBuffer value = ByteBuffer.allocateDirect(MAX_ATTRIBUTE);
            long size;
            try {
                size = Call.ofLong("read " + attribute + " of", path,
                        () -> Libc.C.fgetxattr(fd(), name, value, MAX_ATTRIBUTE));
            } catch (PosixException e) {
                if (e.errno() == PosixException.ENODATA || e.errno() == PosixException.EOPNOTSUPP) {
                    continue;
                }
                throw e;
            }
            Call.of("set " + attribute + " of", other.path, () -> Libc.C.fsetxattr(other.fd(), name, value, size, 0));
        }
    }

    /**
     * Takes the exclusive {@code flock} without waiting; it goes with this descriptor.
     *
     * @return false if somebody else holds it
     */
    public boolean tryLock() throws PosixException {
        try {
            Call.of("lock", path, () -> Libc.C.flock(fd(), Libc.LOCK_EX | Libc.LOCK_NB));
            return true;
        } catch (PosixException e) {
            if (e.errno() == PosixException.EAGAIN) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Takes the write lock on one byte without waiting, whether or not the file is that long: a {@code fcntl} lock, which keeps out
     * other processes and other descriptors of this one. It goes with this descriptor.
     *
     * @return false if somebody else holds a lock on the byte
     */
    public boolean tryLock(long offset) throws PosixException {
        // struct flock of 64-bit Linux: type, whence (both 16 bits), start at 8, length at 16, pid at 24
        ByteBuffer lock = Call.struct();
        lock.putLong(0, 0).putLong(8, offset).putLong(16, 1).putLong(24, 0);
        lock.putShort(0, Libc.F_WRLCK);
        try {
            Call.of("lock", path, () -> Libc.C.fcntl(fd(), Libc.F_OFD_SETLK, lock));
            return true;
        } catch (PosixException e) {
            if (e.errno() == PosixException.EAGAIN || e.errno() == PosixException.EACCES) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Closes the file. On NFS, data that could not be written may be reported only here; whoever has written calls
     * {@link #sync} before.
     */
    @Override
    public void close() {
        if (fd >= 0) {
            Libc.C.close(fd);
            fd = -1;
        }
    }

    private int fd() {
        if (fd < 0) {
            throw new IllegalStateException("closed: " + ByteString.toText(path));
        }
        return fd;
    }
}
