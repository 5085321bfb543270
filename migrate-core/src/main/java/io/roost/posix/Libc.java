package io.roost.posix;

import java.nio.ByteBuffer;

import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;

/**
 * The C library, with C's own names; nobody outside this package calls it. Numbers are Linux's and the same on x86-64
 * and aarch64 unless a method says otherwise. {@code statx} is used for all stats because its layout is the same
 * everywhere and it works on glibc from 2.28. Public only because the generated implementation lies in another class loader.
 */
public interface Libc {
    Libc C = LibraryLoader.create(Libc.class).option(LibraryOption.SaveError, true).load("c");
    Runtime RUNTIME = Runtime.getRuntime(C);

    int AT_FDCWD = -100;
    int AT_SYMLINK_NOFOLLOW = 0x100;
    int AT_REMOVEDIR = 0x200;
    int AT_EMPTY_PATH = 0x1000;

    int O_RDONLY = 0;
    int O_WRONLY = 1;
    int O_RDWR = 2;
    int O_CREAT = 0100;
    int O_EXCL = 0200;
    int O_TRUNC = 01000;
    int O_NONBLOCK = 04000;
    int O_NOATIME = 01000000;
    int O_CLOEXEC = 02000000;
    /** Differs between architectures. */
    int O_DIRECTORY = Arch.ARM64 ? 040000 : 0200000;
    /** Differs between architectures. */
    int O_NOFOLLOW = Arch.ARM64 ? 0100000 : 0400000;

    /** Differs between architectures. */
    int O_DIRECT = Arch.ARM64 ? 0200000 : 040000;

    /** Differs between architectures. */
    int SYS_GETDENTS64 = Arch.ARM64 ? 61 : 217;

    int AT_EACCESS = 0x200;
    /** What the client has in its cache will do: no call to a file server. */
    int AT_STATX_DONT_SYNC = 0x4000;

    /** The same on all architectures, as all system calls since 2019. */
    int SYS_OPEN_TREE = 428;
    /** The same on all architectures. */
    int SYS_FACCESSAT2 = 439;
    /** Differs between architectures. */
    int SYS_SETGROUPS = Arch.ARM64 ? 159 : 116;

    int OPEN_TREE_CLONE = 1;

    int STATX_BASIC_STATS = 0x7ff;
    int STATX_MNT_ID = 0x1000;

    long UTIME_OMIT = (1L << 30) - 2;
    long UTIME_NOW = (1L << 30) - 1;

    int LOCK_EX = 2;
    int LOCK_NB = 4;

    /** Sets an open file description's record lock without waiting. */
    int F_OFD_SETLK = 37;
    short F_WRLCK = 1;

    int AF_UNIX = 1;
    /** The same on both architectures, as are the socket flags. */
    int SOCK_DGRAM = 2;
    int SOCK_CLOEXEC = 02000000;

    int openat(int dirfd, @In byte[] path, int flags, int mode);

    int close(int fd);

    int statx(int dirfd, @In byte[] path, int flags, int mask, @Out ByteBuffer status);

    long read(int fd, ByteBuffer buffer, long count);

    long pread(int fd, ByteBuffer buffer, long count, long offset);

    long write(int fd, ByteBuffer buffer, long count);

    long pwrite(int fd, ByteBuffer buffer, long count, long offset);

    int fsync(int fd);

    int fdatasync(int fd);

    int syncfs(int fd);

    int ftruncate(int fd, long length);

    int fchown(int fd, int uid, int gid);

    int fchmod(int fd, int mode);

    int futimens(int fd, @In ByteBuffer times);

    long fgetxattr(int fd, @In byte[] name, ByteBuffer value, long size);

    int fsetxattr(int fd, @In byte[] name, ByteBuffer value, long size, int flags);

    int mkdirat(int dirfd, @In byte[] path, int mode);

    int renameat(int fromDir, @In byte[] from, int toDir, @In byte[] to);

    int unlinkat(int dirfd, @In byte[] path, int flags);

    int symlinkat(@In byte[] target, int dirfd, @In byte[] path);

    long readlinkat(int dirfd, @In byte[] path, @Out byte[] target, long size);

    int flock(int fd, int operation);

    /** Variadic in C; with one pointer the calling conventions of both architectures are those of an ordinary function. */
    int fcntl(int fd, int command, @In ByteBuffer lock);

    int socket(int domain, int type, int protocol);

    long sendto(int fd, @In byte[] data, long length, int flags, @In byte[] address, int addressLength);

    int fstatfs(int fd, @Out ByteBuffer status);

    /** For getdents64, which has a wrapper only since glibc 2.30. */
    long syscall(long number, int fd, @Out ByteBuffer entries, long count);

    /** For open_tree, which has no wrapper before glibc 2.36. */
    long syscall(long number, int dirfd, @In byte[] path, int flags);

    /** For faccessat2: glibc's faccessat guesses from the mode where the kernel lacks it. */
    long syscall(long number, int dirfd, @In byte[] path, int mode, int flags);

    /** For setgroups of one thread: glibc's changes all threads. */
    long syscall(long number, long size, @In byte[] list);

    /** Of the calling thread alone; returns the one before. */
    int setfsuid(int uid);

    /** Of the calling thread alone; returns the one before. */
    int setfsgid(int gid);

    int adjtimex(@Out ByteBuffer timex);

    int madvise(long address, long length, int advice);

    int kill(int pid, int signal);

    int geteuid();

    int getegid();

    int umask(int mask);

    /** The machine's architecture, for the few numbers that differ. */
    final class Arch {
        static final boolean ARM64 = "aarch64".equals(System.getProperty("os.arch"));

        private Arch() {
        }
    }
}
