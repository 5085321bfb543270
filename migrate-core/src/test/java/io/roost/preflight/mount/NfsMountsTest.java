package io.roost.preflight.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.Mount;
import io.roost.preflight.MountTable;
import io.roost.preflight.Mounted;
import io.roost.preflight.Recorded;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.testing.CheckSides;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/**
 * Options as Linux 6.1 shows them: the lines were taken from real NFS mounts (samples/check/on-nfs.sh), and are laid over
 * this process's own root mount, so that any path finds them.
 */
@RequiresDovecot
@CheckSides.Shown
class NfsMountsTest {
    private static final String GOOD_3 = "rw,vers=3,rsize=524288,wsize=524288,namlen=255,acregmin=60,acdirmin=60,hard,"
            + "nordirplus,proto=tcp,timeo=600,retrans=2,sec=sys,mountaddr=10.77.0.1,mountvers=3,mountport=47381,mountproto=udp,"
            + "local_lock=none,addr=10.77.0.1";
    private static final String GOOD_4 = "rw,vers=4.2,rsize=524288,wsize=524288,namlen=255,acregmin=60,acdirmin=60,hard,"
            + "proto=tcp,timeo=600,retrans=2,sec=sys,clientaddr=10.77.0.11,local_lock=none,addr=10.77.0.1";
    private static final String BAD_3 = "rw,vers=3,rsize=524288,wsize=524288,namlen=255,acregmax=3,acdirmin=3,acdirmax=3,"
            + "soft,nolock,proto=tcp,timeo=600,retrans=2,sec=sys,mountaddr=10.77.0.1,mountvers=3,mountport=58814,mountproto=udp,"
            + "local_lock=all,addr=10.77.0.1";

    private static List<Finding> look(Topology topology, String type, String options, String superOptions) throws Exception {
        MountTable table = Recorded.overRoot(type, options, superOptions);
        Configured configured = Configured.by("").mounts(table).topology(topology).userAt(Path.of("/no-such-home"));
        NfsMounts check = new NfsMounts();
        configured.look(check);
        return check.look(configured.backend());
    }

    private static String severities(List<Finding> findings) {
        return findings.stream().filter(f -> f.severity() != Severity.OK).map(f -> f.severity() + " " + f.id())
                .collect(Collectors.joining(", "));
    }

    private static String found(Topology topology, String superOptions) throws Exception {
        return severities(look(topology, superOptions.contains("vers=4") ? "nfs4" : "nfs", "rw,noatime", superOptions));
    }

    @Test
    void mountsAsTheGuideWantsThem() throws Exception {
        assertEquals("", found(Topology.DIRECTOR, GOOD_3));
        assertEquals("", found(Topology.DIRECTOR, GOOD_4));
        assertEquals(7, look(Topology.DIRECTOR, "nfs", "rw,noatime", GOOD_3).size());
        assertEquals(6, look(Topology.DIRECTOR, "nfs4", "rw,noatime", GOOD_4).size(), "nordirplus is for version 3");
    }

    @Test
    void aMountWithSoftNolockAndActimeo3() throws Exception {
        assertEquals("SLOW nfs-attribute-cache, SLOW nfs-nordirplus, ADVICE nfs-noatime, UNSAFE nfs-locks, UNSAFE nfs-hard",
                severities(look(Topology.DIRECTOR, "nfs", "rw,relatime", BAD_3)));
    }

    @Test
    void eachOptionByItself() throws Exception {
        assertEquals("SLOW nfs-attribute-cache", found(Topology.DIRECTOR, GOOD_3.replace("acregmin=60,", "")));
        assertEquals("SLOW nfs-attribute-cache", found(Topology.DIRECTOR, GOOD_3.replace("acregmin=60",
                "acregmin=60,acregmax=30")));
        assertEquals("SLOW nfs-attribute-cache", found(Topology.DIRECTOR, GOOD_3.replace("acregmin=60,acdirmin=60", "noac")));
        assertEquals("SLOW nfs-nordirplus", found(Topology.DIRECTOR, GOOD_3.replace("nordirplus,", "")));
        assertEquals("UNSAFE nfs-hard", found(Topology.DIRECTOR, GOOD_3.replace("hard", "soft")));
        assertEquals("UNSAFE nfs-hard", found(Topology.DIRECTOR, GOOD_4.replace("hard", "softerr")));
        assertEquals("UNSAFE nfs-locks", found(Topology.DIRECTOR, GOOD_3.replace("local_lock=none", "nolock,local_lock=all")));
        assertEquals("UNSAFE nfs-locks", found(Topology.DIRECTOR, GOOD_3.replace("local_lock=none", "local_lock=posix")));
        assertEquals("", found(Topology.DIRECTOR, GOOD_3.replace("local_lock=none", "local_lock=flock")));
        assertEquals("ADVICE nfs-locks", found(Topology.SINGLE_BACKEND, GOOD_3.replace("local_lock=none",
                "nolock,local_lock=all")));
        assertEquals("UNSAFE nfs-version", found(Topology.DIRECTOR, GOOD_3.replace("vers=3,", "vers=2,")));
        assertEquals("UNKNOWN nfs-version", found(Topology.DIRECTOR, GOOD_3.replace("vers=3,", "")));
        assertEquals("ADVICE nfs-noatime", severities(look(Topology.DIRECTOR, "nfs", "rw,relatime", GOOD_3)));
    }

    @Test
    void withoutADirectorNothingMayBeCached() throws Exception {
        assertEquals("UNSAFE nfs-attribute-cache", found(Topology.NO_DIRECTOR, GOOD_3));
        String none = GOOD_3.replace("acregmin=60,acdirmin=60", "acregmin=0,acregmax=0,acdirmin=0,acdirmax=0");
        assertEquals("", found(Topology.NO_DIRECTOR, none));
        assertEquals("", found(Topology.NO_DIRECTOR, none.replace("rw,", "rw,noac,")));
        assertEquals("UNKNOWN nfs-attribute-cache", found(Topology.UNKNOWN, GOOD_3));
    }

    @Test
    void localLocksOnAMountOfIndexesAlone(@TempDir Path temp) throws Exception {
        MountTable table = Recorded.overRoot("nfs", "rw,noatime", GOOD_3.replace("local_lock=none", "nolock,local_lock=all"));
        Configured indexes = Configured.by("").mounts(table).user("anna", "/home", 5000,
                "maildir:/proc/x:INDEX=/no-such-index", "");
        assertEquals(Severity.OK, indexes.severity(new NfsMounts(), "nfs-locks"));
    }

    @Test
    void whatIsNoNfs() throws Exception {
        assertEquals("ADVICE mount-type", severities(look(Topology.DIRECTOR, "ext4", "rw", "rw")));
        assertEquals("", severities(look(Topology.SINGLE_BACKEND, "ext4", "rw", "rw")));
        assertEquals("UNKNOWN mount-type", severities(look(Topology.DIRECTOR, "cifs", "rw", "rw")));
        assertEquals("UNKNOWN mount-type", severities(new NfsMounts().look(Configured.by("").backend())));
    }

    @Test
    @Requires(Ability.MOUNT)
    void mailInMemory(@TempDir Path temp) throws Exception {
        try (Mounted memory = Mounted.tmpfs(temp.resolve("mail"), "size=1m")) {
            Finding finding = Configured.by("").userAt(memory.point()).finding(new NfsMounts(), "mount-type");
            assertEquals(Severity.UNSAFE, finding.severity());
            assertTrue(finding.lookedAt().contains(memory.point().toString()), finding.lookedAt());
        }
    }

    @Test
    @Requires(Ability.MOUNT)
    void separateMounts(@TempDir Path temp) throws Exception {
        SeparateMounts check = new SeparateMounts();
        assertEquals(Severity.OK, Configured.by("").userAt(temp).severity(check, "index-mount"), "local");
        assertEquals(Severity.UNKNOWN, Configured.by("").severity(check, "index-mount"));
        MountTable table = Recorded.overRoot("nfs", "rw", GOOD_3);
        assertEquals(Severity.ADVICE, Configured.by("").mounts(table).userAt(Path.of("/no-such-home")).severity(check,
                "index-mount"));
        String location = "mdbox:/no-such-home/mdbox:INDEX=";
        assertEquals(Severity.ADVICE, Configured.by("").mounts(table).user("anna", "/", 1, location + "/no-such-index", "")
                .severity(check, "index-mount"));
        assertEquals(Severity.OK, Configured.by("").mounts(table).user("anna", "/", 1, location + "/proc/index", "")
                .severity(check, "index-mount"));
        assertEquals(1, table.all().stream().filter(Mount::isNfs).count());
    }
}
