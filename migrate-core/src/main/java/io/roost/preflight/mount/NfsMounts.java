package io.roost.preflight.mount;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.Mount;
import io.roost.preflight.Topology;

/** The options of each mount that mail, indexes or control files of the sample lie on. One set of findings a mount. */
public final class NfsMounts implements Check {
    private static final int SECONDS = 60;

    @Override
    public List<String> ids() {
        return List.of("mount-type", "nfs-version", "nfs-attribute-cache", "nfs-nordirplus", "nfs-noatime", "nfs-locks",
                "nfs-hard");
    }

    @Override
    public List<Finding> look(Backend backend) {
        SharedMounts shared = SharedMounts.of(backend);
        Question ofSample = new Question("mount-type", "mounts of the sample", "NFS, or a local disk on a single backend",
                "how a file system is mounted decides whether mail on it is safe");
        if (backend.users().isEmpty()) {
            return List.of(backend.nobody(ofSample));
        }
        List<Finding> findings = new ArrayList<>();
        shared.unknown().ifPresent(reason -> findings.add(ofSample.unknown(reason, "run as the mail user or root")));
        for (Map.Entry<Mount, List<String>> entry : shared.mounts().entrySet()) {
            Mount mount = entry.getKey();
            String at = ByteString.toText(mount.mountPoint()) + " (" + ByteString.toText(mount.source()) + ")";
            findings.add(type(at, mount, backend.topology()));
            if (mount.isNfs()) {
                NfsOptions options = NfsOptions.of(mount);
                findings.add(version(at, options));
                findings.add(attributeCache(at, mount, options, backend.topology()));
                if (!options.version().startsWith("4")) {
                    findings.add(readdirplus(at, mount, options));
                }
                findings.add(atime(at, mount));
                findings.add(locks(at, mount, options, shared.indexesOnly(mount), backend.topology()));
                findings.add(hard(at, mount, options));
            }
        }
        return findings;
    }

    private static Finding type(String at, Mount mount, Topology topology) {
        Question question = new Question("mount-type", at, "NFS, or a local disk on a single backend",
                "other backends do not see a local disk; of other network file systems nobody knows whether they keep Dovecot's rules");
        if (mount.isNfs()) {
            return question.ok(mount.type());
        }
        if (mount.isMemory()) {
            return question.unsafe(mount.type(), "mount the disk that mail belongs on: this is memory, and gone at the next "
                    + "start");
        }
        if (mount.isNetwork()) {
            return question.unknown(mount.type() + " is a network file system that Roost is not checked on",
                    "try one account first, and look at the locks: roost check --only locks-fcntl,locks-dotlock");
        }
        return topology == Topology.SINGLE_BACKEND ? question.ok(mount.type()) : question.advice(mount.type()
                + ", which other backends do not share",
                "look whether the mount is missing that belongs here: findmnt, /etc/fstab; if there "
                + "are no other backends, say --single-backend");
    }

    private static Finding version(String at, NfsOptions options) {
        Question question = new Question("nfs-version", at, "version 3 or 4",
                "version 2 has no O_EXCL and no files above 2 GiB");
        if (options.version().isEmpty()) {
            return question.unknown("the kernel does not show it", "look at nfsstat -m");
        }
        return options.version().startsWith("2") ? question.unsafe("version " + options.version(),
                "mount with vers=3 or vers=4.1").with(fstab("vers=4.1")) : question.ok("version " + options.version());
    }

    private static Finding attributeCache(String at, Mount mount, NfsOptions options, Topology topology) {
        Question question = new Question("nfs-attribute-cache", at, "actimeo=60 or more behind a director; noac or actimeo=0 "
                + "without one",
                "behind a director nobody else changes a user's files, and each expired attribute is a call; without one, "
                + "what is cached is what another backend has changed since");
        if (topology == Topology.NO_DIRECTOR) {
            return options.most() == 0 ? question.ok(options.shownCache()) : question.unsafe(options.shownCache(),
                    "mount with actimeo=0").with(fstab(mount, "actimeo=0"));
        }
        if (topology == Topology.UNKNOWN) {
            return question.unknown("it is " + options.shownCache() + "; whether a director stands before this backend was "
                    + "not said", "say --director, --without-director or --single-backend");
        }
        return options.least() >= SECONDS ? question.ok(options.shownCache()) : question.slow(options.shownCache(),
                "mount with actimeo=60").with(fstab(mount, "actimeo=60"));
    }

    private static Finding readdirplus(String at, Mount mount, NfsOptions options) {
        Question question = new Question("nfs-nordirplus", at, "nordirplus",
                "listing a Maildir of many mails fetches the attributes of each, which nobody asks for");
        return options.readdirplus() ? question.slow("not set", "mount with nordirplus").with(fstab(mount, "nordirplus"))
                : question.ok("nordirplus");
    }

    private static Finding atime(String at, Mount mount) {
        Question question = new Question("nfs-noatime", at, "noatime",
                "nothing of Dovecot wants access times, and a cached one is asked for "
                + "again after a read");
        return mount.has("noatime") ? question.ok("noatime") : question.advice(mount.options(), "mount with noatime")
                .with(fstab(mount, "noatime"));
    }

    private static Finding locks(String at, Mount mount, NfsOptions options, boolean indexesOnly, Topology topology) {
        Question question = new Question("nfs-locks", at, "locks that other machines see: no nolock, local_lock=none",
                "Dovecot locks with fcntl; a local lock does not keep another backend, a delivery or a Roost there from "
                + "writing at the same "
                        + "time. It saves calls where a mount has nothing but indexes and a director stands before it");
        if (options.localLocks().equals("none") || options.localLocks().equals("flock")) {
            return question.ok("local_lock=" + options.localLocks());
        }
        String found = mount.has("nolock") ? "nolock" : "local_lock=" + options.localLocks();
        if (indexesOnly && topology == Topology.DIRECTOR) {
            return question.ok(found + ", on a mount with nothing but indexes");
        }
        return topology == Topology.SINGLE_BACKEND ? question.advice(found, "mount without it when a second backend comes")
                : question.unsafe(found, "mount without it; for version 3 rpc.statd has to run on both ends");
    }

    private static Finding hard(String at, Mount mount, NfsOptions options) {
        Question question = new Question("nfs-hard", at, "hard", "with soft a slow server's answer is an error, and a write "
                + "that was reported as done is lost");
        return options.hard() ? question.ok("hard") : question.unsafe("soft", "mount with hard").with(fstab(mount, "hard"));
    }

    private static Hint fstab(Mount mount, String option) {
        return new Hint(Hint.FSTAB, "# " + ByteString.toText(mount.mountPoint()) + ": add to its options\n" + option);
    }

    private static Hint fstab(String option) {
        return new Hint(Hint.FSTAB, option);
    }
}
