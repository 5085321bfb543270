package io.roost.preflight.mount;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.posix.UnderlyingDirectory;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.Mount;
import io.roost.preflight.SampleUser;

/**
 * The directory under each mount point, into which everything would be written while the mount is missing. Root looks under the
 * mount; others see the permissions of the directory above alone, and say so.
 */
public final class UnderMountPoint implements Check {
    private static final int ENOSYS = 38;

    @Override
    public List<String> ids() {
        return List.of("under-mount-point");
    }

    @Override
    public List<Finding> look(Backend backend) {
        SharedMounts shared = SharedMounts.of(backend);
        Set<List<Integer>> owners = new LinkedHashSet<>();
        for (SampleUser user : backend.users()) {
            owners.add(List.of(user.uid(), user.gid()));
        }
        if (backend.users().isEmpty()) {
            return List.of(backend.nobody(question("mounts of the sample")));
        }
        List<Finding> findings = new ArrayList<>();
        shared.unknown().ifPresent(reason -> findings.add(question("mounts of the sample").unknown(reason,
                "run as root")));
        for (Mount mount : shared.mounts().keySet()) {
            String at = ByteString.toText(mount.mountPoint());
            if (mount.mountPoint().equals("/")) {
                findings.add(question(at).ok("the root file system has nothing under it"));
            } else {
                findings.add(look(mount, owners));
            }
        }
        return findings;
    }

    private static Question question(String at) {
        return new Question("under-mount-point", "the directory under " + at, "not writable to the mail user",
                "while the mount is missing, Dovecot would begin an empty mailbox there, and mail that arrives vanishes under "
                + "the mount when it is back");
    }

    private static Finding look(Mount mount, Set<List<Integer>> owners) {
        String at = ByteString.toText(mount.mountPoint());
        Question question = question(at);
        try {
            Optional<UnderlyingDirectory> under = UnderlyingDirectory.of(mount.mountPoint());
            if (under.isEmpty()) {
                return question.ok("there is none");
            }
            FileStatus status = under.get().status();
            String found = String.format("owner %d, group %d, mode %04o", status.uid(), status.gid(), status.mode())
                    + (under.get().immutable() ? ", immutable" : "");
            boolean writable = !under.get().immutable() && owners.stream().anyMatch(o -> isWritable(status, o.get(0),
                    o.get(1)));
            return writable ? question.unsafe(found, "unmount it once, and give the directory to root: chown root:root " + at
                    + " && chmod 0555 " + at + " && chattr +i " + at).with(new Hint(Hint.SHELL, "umount " + at
                            + "\nchown root:root " + at + " && chmod 0555 " + at + " && chattr +i " + at + "\nmount " + at))
                    : question.ok(found);
        } catch (PosixException e) {
            return fromAbove(mount, owners, question, e);
        }
    }

    /**
     * Who may write to the directory above may make the mount point themselves; who may not says nothing about what is
     * under it.
     */
    private static Finding fromAbove(Mount mount, Set<List<Integer>> owners, Question question, PosixException why) {
        String parent = mount.mountPoint().substring(0, Math.max(1, mount.mountPoint().lastIndexOf('/')));
        try {
            FileStatus status = OpenDirectory.statusOf(parent).orElseThrow(() -> why);
            if (owners.stream().anyMatch(o -> isWritable(status, o.get(0), o.get(1)))) {
                return question.unsafe(ByteString.toText(parent) + " above it is writable to the mail user",
                        "chown root:root " + ByteString.toText(parent) + " && chmod 0755 " + ByteString.toText(parent));
            }
        } catch (PosixException e) {
            return question.unknown(e.getMessage(), "run as root");
        }
        boolean old = why.errno() == ENOSYS;
        return question.unknown(old ? "this kernel cannot show it (Linux 5.2 can); the directory above is not writable"
                : "only root (CAP_SYS_ADMIN) can look there; the directory above is not writable", old
                ? "look once yourself: unshare -m sh -c 'umount -l "
                        + ByteString.toText(mount.mountPoint()) + " && ls -ld " + ByteString.toText(mount.mountPoint()) + "'"
                        : "run as root");
    }

    /** As the mode says; further groups and ACLs are not looked at. An owner of -1 is not known, and counts as everybody. */
    private static boolean isWritable(FileStatus status, int uid, int gid) {
        if (uid == 0) {
            // root writes where it likes, and is kept off by what Roost checks before it writes
            return false;
        }
        int mode = status.mode();
        if (uid == status.uid()) {
            return (mode & 0300) == 0300;
        }
        if (gid == status.gid()) {
            return (mode & 0030) == 0030;
        }
        return (mode & 0003) == 0003 || uid < 0 && status.uid() != 0;
    }
}
