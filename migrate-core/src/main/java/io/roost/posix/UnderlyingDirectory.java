package io.roost.posix;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The directory <em>under</em> a mount point, looked at while the mount is in force. The mount that holds the mount point is
 * cloned without those on top of it ({@code open_tree}), into no name space and to no path, so that nothing changes for
 * anybody; the clone goes with its descriptor. Needs root and Linux 5.2.
 *
 * @param status    of the directory
 * @param immutable whether it carries the attribute that {@code chattr +i} sets: even root writes nothing into it
 */
public record UnderlyingDirectory(FileStatus status, boolean immutable) {
    private static final int STATX_ATTR_IMMUTABLE = 0x10;

    /**
     * Looks under a mount point.
     *
     * @param mountPoint absolute byte string, as {@code /proc/self/mountinfo} has it
     * @return empty if there is no directory of that name under the mount
     * @throws PosixException EPERM for others than root, ENOSYS (38) on older kernels
     */
    public static Optional<UnderlyingDirectory> of(String mountPoint) throws PosixException {
        int slash = mountPoint.lastIndexOf('/');
        String parent = slash <= 0 ? "/" : mountPoint.substring(0, slash);
        byte[] parentPath = ByteString.terminated(parent);
        byte[] name = ByteString.terminated(mountPoint.substring(slash + 1));
        int tree = (int) Call.ofLong("look under the mounts of", parent, () -> Libc.C.syscall(Libc.SYS_OPEN_TREE, Libc.AT_FDCWD,
                parentPath, Libc.OPEN_TREE_CLONE | Libc.O_CLOEXEC));
        try {
            ByteBuffer s = Call.struct();
            Call.of("stat under the mounts", mountPoint, () -> Libc.C.statx(tree, name, Libc.AT_SYMLINK_NOFOLLOW,
                    Libc.STATX_BASIC_STATS, s));
            return Optional.of(new UnderlyingDirectory(FileStatus.of(s), (s.getLong(8) & STATX_ATTR_IMMUTABLE) != 0));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        } finally {
            Libc.C.close(tree);
        }
    }
}
