package io.roost.posix;

import java.nio.ByteBuffer;

/**
 * Which mount a path lies on, by two numbers that are cheap to ask for. Both are equal as long as nothing was mounted,
 * unmounted or mounted anew over the path or a directory above it.
 *
 * @param device  file system identity, as {@link FileStatus#device}
 * @param mountId the number in {@code /proc/self/mountinfo}; 0 before Linux 5.8, which does not tell
 */
public record MountIdentity(long device, long mountId) {
    /**
     * Asks for the mount of a path, following symbolic links. One system call; a file server is not asked for attributes,
     * though it may be for names that the client has forgotten. An automounter mounts what it has unmounted.
     *
     * @param path byte string
     * @throws PosixException if the path is not there, or cannot be reached
     */
    public static MountIdentity of(String path) throws PosixException {
        ByteBuffer s = Call.struct();
        byte[] c = ByteString.terminated(path);
        Call.of("stat", path, () -> Libc.C.statx(Libc.AT_FDCWD, c, Libc.AT_STATX_DONT_SYNC,
                Libc.STATX_BASIC_STATS | Libc.STATX_MNT_ID, s));
        boolean told = (s.getInt(0) & Libc.STATX_MNT_ID) != 0;
        return new MountIdentity((long) s.getInt(136) << 32 | Integer.toUnsignedLong(s.getInt(140)), told ? s.getLong(144) : 0);
    }

    /** Written out because it is asked for again and again, from the start on. */
    @Override
    public boolean equals(Object other) {
        return other instanceof MountIdentity that && device == that.device && mountId == that.mountId;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(device) * 31 + Long.hashCode(mountId);
    }
}
