package io.roost.preflight.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.MailLocation;
import io.roost.posix.OpenDirectory;
import io.roost.preflight.Backend;
import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.MountTable;
import io.roost.preflight.Mounted;
import io.roost.preflight.SampleUser;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.testing.CheckSides;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** On real mounts of three kinds, looked at while they are in force. */
@RequiresDovecot
@CheckSides.Shown
@Requires({Ability.ROOT, Ability.MOUNT})
class UnderMountPointTest {
    private static final UnderMountPoint CHECK = new UnderMountPoint();

    @TempDir
    private Path temp;

    private Finding look(Path point) throws Exception {
        return Configured.by("").userAt(point.resolve("anna")).finding(CHECK, "under-mount-point");
    }

    private Path point(int uid, String mode) throws IOException {
        Path point = Files.createDirectory(temp.resolve("mail"));
        Files.setAttribute(point, "unix:uid", uid);
        Files.setAttribute(point, "unix:gid", uid);
        Files.setPosixFilePermissions(point, PosixFilePermissions.fromString(mode));
        return point;
    }

    @Test
    void aDirectoryOfTheMailUserUnderATmpfs() throws Exception {
        Path point = point(5000, "rwx------");
        try (Mounted mail = Mounted.tmpfs(point, "size=1m,mode=0755")) {
            assertEquals(0, OpenDirectory.statusOf(point.toString()).orElseThrow().uid(), "what is mounted belongs to root");
            Finding finding = look(point);
            assertEquals(Severity.UNSAFE, finding.severity());
            assertEquals("owner 5000, group 5000, mode 0700", finding.found());
            assertTrue(finding.hint().orElseThrow().text().contains("chattr +i " + point), finding.toString());
        }
    }

    @Test
    void aDirectoryOfRootUnderOneOfTheMailUser() throws Exception {
        Path point = point(0, "r-xr-xr-x");
        try (Mounted mail = Mounted.tmpfs(point, "size=1m,mode=0777,uid=5000")) {
            assertEquals(Severity.OK, look(point).severity());
        }
    }

    @Test
    void whoeverMayWrite() throws Exception {
        Path point = point(0, "rwxrwxrwx");
        try (Mounted mail = Mounted.tmpfs(point, "size=1m")) {
            assertEquals(Severity.UNSAFE, look(point).severity());
        }
        Files.setAttribute(point, "unix:gid", 5000);
        Files.setPosixFilePermissions(point, PosixFilePermissions.fromString("rwxrwx---"));
        try (Mounted mail = Mounted.tmpfs(point, "size=1m")) {
            assertEquals(Severity.UNSAFE, look(point).severity());
        }
    }

    @Test
    void anImmutableDirectoryIsSafeWhoeverItBelongsTo() throws Exception {
        Path point = point(5000, "rwx------");
        try {
            Mounted.run("chattr", "+i", point.toString());
            try (Mounted mail = Mounted.tmpfs(point, "size=1m")) {
                Finding finding = look(point);
                assertEquals(Severity.OK, finding.severity(), finding::toString);
                assertTrue(finding.found().endsWith("immutable"), finding.found());
            }
        } finally {
            Mounted.run("chattr", "-i", point.toString());
        }
    }

    @Test
    void underABindMountAndUnderTwo() throws Exception {
        Path point = point(5000, "rwx------");
        Path other = Files.createDirectory(temp.resolve("other"));
        try (Mounted first = Mounted.bind(other, point); Mounted second = Mounted.tmpfs(point, "size=1m")) {
            assertEquals("owner 5000, group 5000, mode 0700", look(point).found());
        }
    }

    @Test
    void underALoopMountThatLiesOnAnother() throws Exception {
        try (Mounted outer = Mounted.tmpfs(temp.resolve("outer"), "size=1m")) {
            Path point = Files.createDirectory(outer.point().resolve("mail"));
            Files.setAttribute(point, "unix:uid", 5000);
            try (Mounted mail = Mounted.loop(temp.resolve("image"), point)) {
                assertEquals(Severity.UNSAFE, look(point).severity());
            }
        }
    }

    @Test
    void whoMayNotLookSaysSo() throws Exception {
        Path parent = Files.createDirectory(temp.resolve("srv"));
        Path point = Files.createDirectory(parent.resolve("mail"));
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Mounted mail = Mounted.tmpfs(point, "size=1m")) {
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
            assertEquals("UNKNOWN", lookWithoutRights(point));
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertEquals("UNSAFE", lookWithoutRights(point));
        }
    }

    /** In a process without root's right to look. */
    private static String lookWithoutRights(Path point) throws Exception {
        Process process = new ProcessBuilder("setpriv", "--bounding-set", "-sys_admin",
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp", System.getProperty("java.class.path"),
                "-XX:TieredStopAtLevel=1", Look.class.getName(), point.toString())
                .redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.strip();
    }

    /** Prints the severity. */
    static final class Look {
        public static void main(String[] args) throws Exception {
            Backend backend = new Backend(DovecotSettings.parse(""), Topology.DIRECTOR, List.of(new SampleUser("anna", args[0],
                    5000, 5000,
                    Optional.of(MailLocation.parse("maildir:" + args[0], args[0])), Optional.empty())), MountTable.ofProcess());
            System.out.println(CHECK.look(backend).get(0).severity());
        }
    }
}
