package io.roost.preflight;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A mount, as a line of {@code /proc/self/mountinfo} tells it. Texts are byte strings.
 *
 * @param id           number, unique among those mounted now
 * @param parent       number of the mount that it is mounted on
 * @param device       {@code major << 32 | minor}, as in {@code FileStatus.device}
 * @param root         the directory of the file system that is mounted: {@code /}, or another for a bind mount
 * @param mountPoint   absolute path
 * @param options      of this mount: {@code rw}, {@code noatime}...
 * @param type         {@code nfs}, {@code nfs4}, {@code ext4}...
 * @param source       {@code server:/path}, a device...
 * @param superOptions of the file system: {@code vers=3}, {@code hard}...
 */
public record Mount(long id, long parent, long device, String root, String mountPoint, String options, String type,
        String source, String superOptions) {
    private static final Set<String> NETWORK = Set.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "9p", "lustre",
            "ocfs2", "gfs2", "gpfs", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.ceph", "beegfs", "davfs", "fuse.s3fs");

    /** NFS of any version. */
    public boolean isNfs() {
        return type.equals("nfs") || type.equals("nfs4");
    }

    /** Whether other machines may share it. */
    public boolean isNetwork() {
        return NETWORK.contains(type.toLowerCase(Locale.ROOT));
    }

    /** Whether it lies in memory. */
    public boolean isMemory() {
        return type.equals("tmpfs") || type.equals("ramfs");
    }

    /** Whether an option is set, on the mount or its file system. */
    public boolean has(String option) {
        return Arrays.asList(options.split(",")).contains(option) || Arrays.asList(superOptions.split(",")).contains(option);
    }

    /** The value of {@code option=value} of the file system. */
    public Optional<String> value(String option) {
        return Arrays.stream(superOptions.split(",")).filter(o -> o.startsWith(option + "="))
                .map(o -> o.substring(option.length() + 1)).findFirst();
    }

    /** Whether it is the same file system at the same place, though perhaps mounted anew. */
    public boolean sameAs(Mount other) {
        return root.equals(other.root) && mountPoint.equals(other.mountPoint) && type.equals(other.type)
                && source.equals(other.source);
    }
}
