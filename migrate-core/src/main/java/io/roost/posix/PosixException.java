package io.roost.posix;

import java.io.IOException;

/**
 * A system call that failed. The message reads as {@code cannot <what> <path>: <reason>}, and the number of the error is
 * kept so that callers can tell the few they handle from the rest.
 */
public class PosixException extends IOException {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int EOPNOTSUPP = 95;
    public static final int ETIMEDOUT = 110;
    public static final int ESTALE = 116;
    public static final int EDQUOT = 122;

    private final int errno;
    private final String path;

    public PosixException(String what, String path, int errno) {
        super("cannot " + what + " " + ByteString.toText(path) + ": " + describe(errno));
        this.errno = errno;
        this.path = path;
    }

    /**
     * An exception without a stack trace if the file is just not there: that is an answer rather than a failure in most cases,
     * and the trace would cost more than the question.
     */
    static PosixException of(String what, String path, int errno) {
        return errno == ENOENT ? new NotFound(what, path) : new PosixException(what, path, errno);
    }

    private static final class NotFound extends PosixException {
        NotFound(String what, String path) {
            super(what, path, ENOENT);
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    /** The error number of the C library. */
    public int errno() {
        return errno;
    }

    /** The path concerned, a byte string. */
    public String path() {
        return path;
    }

    /** Whether the file or directory is not there. */
    public boolean isNotFound() {
        return errno == ENOENT;
    }

    /** Whether the file system or the quota is full. */
    public boolean isNoSpace() {
        return errno == ENOSPC || errno == EDQUOT;
    }

    private static String describe(int errno) {
        return switch (errno) {
            case EPERM -> "Operation not permitted";
            case ENOENT -> "No such file or directory";
            case EIO -> "Input/output error";
            case EAGAIN -> "Resource temporarily unavailable";
            case EACCES -> "Permission denied";
            case EEXIST -> "File exists";
            case EXDEV -> "Not on the same file system";
            case ENOTDIR -> "Not a directory";
            case EISDIR -> "Is a directory";
            case EINVAL -> "Invalid argument";
            case EMFILE -> "Too many open files";
            case EFBIG -> "File too large";
            case ENOSPC -> "No space left on device";
            case EROFS -> "Read-only file system";
            case ENAMETOOLONG -> "File name too long";
            case ENOTEMPTY -> "Directory not empty";
            case ELOOP -> "Is a symbolic link, and Roost follows none";
            case ENODATA -> "No such attribute";
            case EOPNOTSUPP -> "Not supported by the file system";
            case ETIMEDOUT -> "Timed out";
            case ESTALE -> "Stale file handle";
            case EDQUOT -> "Disk quota exceeded";
            default -> "error " + errno;
        };
    }
}
