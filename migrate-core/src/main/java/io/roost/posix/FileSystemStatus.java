package io.roost.posix;

import java.nio.ByteBuffer;

/**
 * What {@code statfs} tells of the file system that a directory lies on.
 *
 * @param type       magic number of the type, see {@code statfs(2)}
 * @param freeBytes  bytes that an ordinary user may still write
 * @param totalBytes size in bytes
 * @param freeInodes files that may still be created; 0 with {@code totalInodes} 0 where the file system does not count them
 * @param totalInodes number of inodes, 0 where not counted
 */
public record FileSystemStatus(long type, long freeBytes, long totalBytes, long freeInodes, long totalInodes) {
    static final int STRUCT_SIZE = 256;
    /** Before, {@code syncfs} kept to itself that something could not be written. */
    private static final boolean SYNC_TELLS_ERRORS = isLinux(5, 8);

    /** Reads a {@code struct statfs} of a 64-bit Linux in native byte order. */
    static FileSystemStatus of(ByteBuffer s) {
        long block = s.getLong(8);
        return new FileSystemStatus(s.getLong(0) & 0xffffffffL, s.getLong(32) * block, s.getLong(16) * block, s.getLong(48),
                s.getLong(40));
    }

    /** Whether other machines share it: a memory-mapped database is not safe there. */
    public boolean isNetwork() {
        return switch ((int) type) {
            case 0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x00c36400, 0x5346414f, 0x6b414653, 0x01021997, 0x0bd00bd0,
                    0x73757245, 0x7461636f, 0x01161970, 0x47504653, 0x19830326, 0xaad7aaea -> true;
            default -> false;
        };
    }

    /** Whether it is NFS. */
    public boolean isNfs() {
        return type == 0x6969L;
    }

    /** A name for people. */
    public String typeName() {
        return switch ((int) type) {
            case 0x6969 -> "nfs";
            case 0x517b, 0xfe534d42, 0xff534d42 -> "smb";
            case 0x00c36400 -> "ceph";
            case 0x5346414f, 0x6b414653 -> "afs";
            case 0x01021997 -> "9p";
            case 0x0bd00bd0 -> "lustre";
            case 0x7461636f -> "ocfs2";
            case 0x01161970 -> "gfs2";
            case 0x47504653 -> "gpfs";
            case 0x01021994 -> "tmpfs";
            case 0xef53 -> "ext4";
            case 0x58465342 -> "xfs";
            case 0x9123683e -> "btrfs";
            case 0x2fc12fc1 -> "zfs";
            case 0x65735546 -> "fuse";
            case 0x794c7630 -> "overlay";
            default -> "type 0x" + Long.toHexString(type);
        };
    }

    /**
     * Whether {@link OpenDirectory#syncFileSystem} makes everything last and tells of every failure: on a disk of this machine
     * alone, and from Linux 5.8 on. A network file system writes out what it has when a file is closed, in any case.
     */
    public boolean syncsAsWhole() {
        return SYNC_TELLS_ERRORS && switch ((int) type) {
            case 0xef53, 0x58465342, 0x9123683e, 0x01021994 -> true;
            default -> false;
        };
    }

    private static boolean isLinux(int major, int minor) {
        String[] version = System.getProperty("os.version", "").split("[^0-9]+");
        try {
            int found = Integer.parseInt(version[0]);
            return found > major || found == major && Integer.parseInt(version[1]) >= minor;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return false;
        }
    }

    /** Whether it lies in memory. */
    public boolean isMemory() {
        return type == 0x01021994L || type == 0x858458f6L;
    }
}
