package io.roost.posix;

import java.nio.ByteBuffer;

/**
 * What {@code stat} tells of a file. Times are Unix seconds with nanoseconds; the mode holds permission bits only.
 *
 * @param kind     what it is
 * @param mode     permission bits with setuid, setgid and sticky, 0 to 07777
 * @param uid      owner
 * @param gid      group
 * @param links    number of hard links
 * @param device   file system identity
 * @param inode    inode number
 * @param size     bytes
 * @param mtime    modification time, seconds (may be negative)
 * @param mtimeNanos its nanoseconds
 * @param ctime    inode change time, seconds
 * @param ctimeNanos its nanoseconds
 * @param atime    access time, seconds; file systems differ in how often they move it
 */
public record FileStatus(Kind kind, int mode, int uid, int gid, int links, long device, long inode, long size, long mtime,
        int mtimeNanos, long ctime, int ctimeNanos, long atime) {

    /** The types of file that matter here. */
    public enum Kind { FILE, DIRECTORY, SYMLINK, OTHER, UNKNOWN }

    /** Bytes of {@code struct statx}. */
    static final int STRUCT_SIZE = 256;

    /** Reads a {@code struct statx} in native byte order. */
    static FileStatus of(ByteBuffer s) {
        int mode = Short.toUnsignedInt(s.getShort(28));
        return new FileStatus(kindOfMode(mode), mode & 07777, s.getInt(20), s.getInt(24), s.getInt(16),
                (long) s.getInt(136) << 32 | Integer.toUnsignedLong(s.getInt(140)), s.getLong(32), s.getLong(40),
                s.getLong(112), s.getInt(120), s.getLong(96), s.getInt(104), s.getLong(64));
    }

    private static Kind kindOfMode(int mode) {
        return switch (mode & 0170000) {
            case 0100000 -> Kind.FILE;
            case 0040000 -> Kind.DIRECTORY;
            case 0120000 -> Kind.SYMLINK;
            default -> Kind.OTHER;
        };
    }

    /** Of a directory entry's {@code d_type}. */
    static Kind kindOfEntry(int type) {
        return switch (type) {
            case 0 -> Kind.UNKNOWN;
            case 4 -> Kind.DIRECTORY;
            case 8 -> Kind.FILE;
            case 10 -> Kind.SYMLINK;
            default -> Kind.OTHER;
        };
    }

    public boolean isFile() {
        return kind == Kind.FILE;
    }

    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /** Whether both are the same file, whatever its name. */
    public boolean sameFile(FileStatus other) {
        return device == other.device && inode == other.inode;
    }

    /** Whether neither content nor inode seem to have changed since {@code other} was taken of the same path. */
    public boolean unchangedSince(FileStatus other) {
        return sameFile(other) && size == other.size && mtime == other.mtime && mtimeNanos == other.mtimeNanos
                && ctime == other.ctime && ctimeNanos == other.ctimeNanos;
    }
}
