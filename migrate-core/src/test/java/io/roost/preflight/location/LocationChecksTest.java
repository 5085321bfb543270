package io.roost.preflight.location;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.preflight.Check;
import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.MountTable;
import io.roost.preflight.Mounted;
import io.roost.preflight.Recorded;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.testing.CheckSides;
import io.roost.testing.DovecotInstance;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

@RequiresDovecot
@CheckSides.Shown
class LocationChecksTest {
    private static final Check TMPFS = new TmpfsDirectories();
    private static final Check LOCATIONS = new MailLocations();
    private static final Check JOBS = new MaintenanceJobs();

    @TempDir
    private Path temp;

    private static Configured nfs(String location) throws Exception {
        return Configured.by("").mounts(Recorded.overRoot("nfs", "rw", "rw,vers=3")).user("anna", "/no-such-home", 5000,
                location.contains("mdbox") ? "" : location, location.contains("mdbox") ? location : "");
    }

    @Test
    @Requires(Ability.MOUNT)
    void tmpfsThatIsTmpfsAndHasRoom() throws Exception {
        try (Mounted memory = Mounted.tmpfs(temp.resolve("memory"), "size=200m,nr_inodes=1000")) {
            String keys = ":VOLATILEDIR=" + memory.point() + "/a/anna:LISTINDEX=" + memory.point()
                    + "/a/anna/dovecot.list.index";
            assertEquals(List.of("OK volatiledir", "OK listindex", "OK tmpfs-room", "UNKNOWN listindex-hostchange"),
                    nfs("mdbox:~/mdbox" + keys).root(rootWithProcess(List.of())).look(TMPFS));
            Mounted.run("mount", "-o", "remount,size=32m", memory.point().toString());
            Finding small = nfs("mdbox:~/mdbox" + keys).mounts(MountTable.ofProcess()).finding(TMPFS, "tmpfs-room");
            assertEquals(Severity.UNSAFE, small.severity());
            assertEquals("mount -o remount,size=1024m " + memory.point(), small.hint().orElseThrow().text());
            Mounted.run(small.hint().orElseThrow().text().split(" "));
            assertEquals(Severity.OK, nfs("mdbox:~/mdbox" + keys).severity(TMPFS, "tmpfs-room"), "mended by what it said");
            for (int i = 0; i < 950; i++) {
                Files.createFile(memory.point().resolve("f" + i));
            }
            Finding inodes = nfs("mdbox:~/mdbox" + keys).mounts(MountTable.ofProcess()).finding(TMPFS, "tmpfs-room");
            assertEquals(Severity.UNSAFE, inodes.severity(), "inodes");
            Mounted.run(inodes.hint().orElseThrow().text().split(" "));
            assertEquals(Severity.OK, nfs("mdbox:~/mdbox" + keys).severity(TMPFS, "tmpfs-room"), "mended by what it said");
        }
    }

    @Test
    void noTmpfs() throws Exception {
        // not in /tmp, which lies in memory on many a machine
        Path disk = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "disk");
        String keys = ":VOLATILEDIR=" + disk + "/volatile:LISTINDEX=" + disk + "/list/dovecot.list.index";
        assertEquals(List.of("SLOW volatiledir", "SLOW listindex"), nfs("maildir:~/Maildir" + keys).look(TMPFS));
        assertEquals(List.of("SLOW volatiledir", "SLOW listindex"), nfs("maildir:~/Maildir").look(TMPFS));
        assertEquals(List.of("OK volatiledir", "OK listindex"), Configured.by("").userAt(disk).look(TMPFS),
                "mail is on a local disk");
        assertEquals(List.of("UNKNOWN volatiledir"), Configured.by("").look(TMPFS));
    }

    private Path rootWithProcess(List<String> words) throws Exception {
        Path root = Files.createTempDirectory(temp, "root");
        Path process = Files.createDirectories(root.resolve("proc/17"));
        Files.writeString(process.resolve("comm"), "java\n");
        Files.writeString(process.resolve("cmdline"), String.join("\0", words) + "\0");
        return root;
    }

    @Test
    void hostChangeIsSeenAsAServiceOrAProcess() throws Exception {
        String location = "mdbox:~/mdbox:LISTINDEX=/dev/shm/roost-test/anna/dovecot.list.index";
        assertEquals(Severity.UNKNOWN, nfs(location).root(rootWithProcess(List.of("java", "io.roost.cli.Roost", "migrate")))
                .severity(TMPFS, "listindex-hostchange"));
        assertEquals(Severity.OK, nfs(location).root(rootWithProcess(List.of("java", "io.roost.cli.Roost", "hostchange",
                "serve"))).severity(TMPFS, "listindex-hostchange"));
        Path script = Files.writeString(temp.resolve("postlogin.sh"), "#!/bin/sh\nexec \"$@\"\n");
        Configured service = Configured.by("service imap-postlogin {\n  executable = script-login " + script + "\n}\n")
                .mounts(Recorded.overRoot("nfs", "rw", "rw,vers=3")).root(rootWithProcess(List.of()))
                .user("anna", "/no-such-home", 5000, "", location);
        assertEquals(Severity.UNKNOWN, service.severity(TMPFS, "listindex-hostchange"));
        Files.writeString(script, "#!/bin/sh\n/usr/local/bin/roost hostchange login ... || exit\nexec \"$@\"\n");
        assertEquals(Severity.OK, service.severity(TMPFS, "listindex-hostchange"));
        assertTrue(nfs(location).topology(Topology.SINGLE_BACKEND)
                .look(TMPFS).stream().noneMatch(f -> f.contains("hostchange")));
    }

    @Test
    void wordsThatDovecotRefuses() throws Exception {
        Finding finding = Configured.by("mail_location = mdbox:~/mdbox:ALT=/alt/%u:NOALTCHECK\n").finding(LOCATIONS,
                "mail-location");
        assertEquals(Severity.UNSAFE, finding.severity());
        assertEquals("write ALTNOCHECK", finding.remedy());
        assertEquals(Severity.OK, Configured.by("mail_location = mdbox:~/mdbox:ALT=/alt/%u:ALTNOCHECK\n")
                .severity(LOCATIONS, "mail-location"));
        assertEquals(Severity.UNSAFE, Configured.by("mail_location = mdbox:~/mdbox:NONSENSE=1\n").severity(LOCATIONS,
                "mail-location"));
        assertEquals(Severity.OK, Configured.by("mail_location = mdbox:/mail/%2.256Nu/%d/%n/mdbox\n").severity(LOCATIONS,
                "mail-location"));
        assertEquals(Severity.UNKNOWN, Configured.by("").severity(LOCATIONS, "mail-location"));
    }

    /** What the remedy rests on. */
    @Test
    void dovecotItselfRefusesTheGuidesWord() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox:ALT=~/alt").users("anna", "bert").start()) {
            dovecot.setMail("anna", "mdbox:~/mdbox:ALT=~/alt:NOALTCHECK");
            assertTrue(dovecot.doveadm("mailbox", "list", "-u", "anna").exit() != 0);
            dovecot.setMail("anna", "mdbox:~/mdbox:ALT=~/alt:ALTNOCHECK");
            assertEquals(0, dovecot.doveadm("mailbox", "list", "-u", "anna").exit());
        }
    }

    @Test
    void indexAndAlt() throws Exception {
        assertEquals(Severity.SLOW, nfs("mdbox:~/mdbox:INDEX=/proc/index").severity(LOCATIONS, "index-iterindex"));
        assertEquals(Severity.OK, nfs("mdbox:~/mdbox:INDEX=/proc/index:ITERINDEX").severity(LOCATIONS, "index-iterindex"));
        assertEquals(Severity.ADVICE, nfs("mdbox:~/mdbox:INDEX=/no-such-index").severity(LOCATIONS, "index-iterindex"));
        assertEquals(Severity.SLOW, nfs("mdbox:~/mdbox:ALT=/alt").severity(LOCATIONS, "alt-nocheck"));
        assertEquals(Severity.OK, nfs("mdbox:~/mdbox:ALT=/alt:ALTNOCHECK").severity(LOCATIONS, "alt-nocheck"));
        assertEquals(Severity.UNKNOWN, Configured.by("").unresolved("nobody", "unknown").severity(LOCATIONS, "user-resolved"));
    }

    /** That it is so, and that clients see the same: CarriedCachesTest. */
    @Test
    void cachesThatAreNotCarriedOver() throws Exception {
        Configured elsewhere = Configured.by("").user("anna", "/home", 5000, "maildir:~/Maildir", "mdbox:~/mdbox:INDEXCACHE=/caches/anna");
        assertEquals(Severity.SLOW, elsewhere.severity(LOCATIONS, "index-cache"));
        assertEquals(Severity.OK, Configured.by("").userAt(temp).severity(LOCATIONS, "index-cache"));
        assertTrue(nfs("mdbox:~/mdbox:INDEXCACHE=/caches/anna").look(LOCATIONS).stream().noneMatch(f -> f.endsWith(" index-cache")),
                "moved already");
    }

    @Test
    void oneHashInAllKeys() throws Exception {
        String one = "mail_location = maildir:~/Maildir:LISTINDEX=/dev/shm/%2.256Nu/%u/l:VOLATILEDIR=/dev/shm/%2.256Nu/%u\n";
        assertEquals(Severity.OK, Configured.by(one).severity(LOCATIONS, "hashed-directories"));
        Finding two = Configured.by(one.replace("VOLATILEDIR=/dev/shm/%2.256Nu", "VOLATILEDIR=/dev/shm/%2.256Nn"))
                .finding(LOCATIONS, "hashed-directories");
        assertEquals(Severity.ADVICE, two.severity());
        assertTrue(two.found().contains("%2.256Nn") && two.found().contains("%2.256Nu"), two.found());
        assertEquals(Severity.ADVICE, Configured.by(one + "protocol lda {\n  mail_location = maildir:/x/%1.16Hu/%u\n}\n")
                .severity(LOCATIONS, "hashed-directories"));
    }

    @Test
    void nightlyJobs() throws Exception {
        Path cron = Files.createDirectories(temp.resolve("etc/cron.d"));
        Path units = Files.createDirectories(temp.resolve("etc/systemd/system"));
        Configured single = Configured.by("mail_location = mdbox:~/mdbox:ALT=/alt/%u\n").topology(Topology.SINGLE_BACKEND)
                .root(temp);
        assertEquals(List.of("SLOW purge-job", "SLOW altmove-job"), single.look(JOBS));
        Path job = Files.writeString(cron.resolve("dovecot"), "#17 2 * * * root doveadm purge -A\n");
        assertEquals(List.of("SLOW purge-job", "SLOW altmove-job"), single.look(JOBS), "a comment");
        Files.writeString(job, "17 2 * * * root doveadm purge -A\n");
        Files.writeString(units.resolve("altmove.service"), "[Service]\nExecStart=/usr/bin/doveadm altmove -A \\\n  "
                + "savedbefore 30d\n");
        assertEquals(List.of("OK purge-job", "OK altmove-job"), single.look(JOBS));
        assertEquals(List.of("SLOW purge-job"), Configured.by("").topology(Topology.SINGLE_BACKEND).root(temp.resolve("etc"))
                .look(JOBS));
    }

    @Test
    void behindADirectorAJobForAllUsersIsUnsafe() throws Exception {
        Path cron = Files.createDirectories(temp.resolve("etc/cron.d"));
        Configured backend = Configured.by("").root(temp);
        assertEquals(List.of("UNKNOWN purge-job"), backend.look(JOBS));
        Path job = Files.writeString(cron.resolve("dovecot"), "17 2 * * * root doveadm purge -A\n");
        assertEquals(List.of("UNSAFE purge-job"), backend.look(JOBS));
        Files.writeString(job, "17 2 * * * root doveadm purge -S director:24245 -A\n");
        assertEquals(List.of("OK purge-job"), backend.look(JOBS));
        Files.writeString(job, "17 2 * * * root roost maintain\n");
        assertEquals(List.of("OK purge-job"), backend.look(JOBS));
    }
}
