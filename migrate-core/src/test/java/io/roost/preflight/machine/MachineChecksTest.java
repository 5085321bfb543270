package io.roost.preflight.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.DovecotSettings;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.MountTable;
import io.roost.preflight.Mounted;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.testing.CheckSides;
import io.roost.testing.DovecotInstance;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

@RequiresDovecot
@CheckSides.Shown
class MachineChecksTest {
    @TempDir
    private Path temp;

    @BeforeEach
    void everybodyMayPass() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    @Test
    void theStateDirectory() throws Exception {
        // not in /tmp, which lies in memory on many a machine
        Path disk = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "disk");
        Path state = Files.createDirectory(disk.resolve("state"));
        mode(state, "rwx------");
        Configured backend = Configured.by("");
        assertEquals(List.of("OK state-local", "OK state-private"), backend.look(new StateDirectory(state.toString()))
                .subList(0, 2));
        mode(state, "rwxr-x---");
        assertEquals(Severity.ADVICE, backend.severity(new StateDirectory(state.toString()), "state-private"));
        mode(state, "rwxrwxrwx");
        assertEquals(Severity.UNSAFE, backend.severity(new StateDirectory(state.toString()), "state-private"));
        assertEquals(Severity.OK, backend.severity(new StateDirectory(disk + "/new/er"), "state-private"));
        try (Stream<Path> entries = Files.list(disk)) {
            assertEquals(1, entries.count(), "nothing was made");
        }
        assertEquals(3, backend.look(new StateDirectory(Files.createFile(temp.resolve("file")) + "/x")).stream()
                .filter(f -> f.startsWith("UNKNOWN ")).count());
    }

    @Test
    @Requires(Ability.MOUNT)
    void aStateDirectoryInMemory() throws Exception {
        try (Mounted memory = Mounted.tmpfs(temp.resolve("memory"), "size=2m,mode=0700")) {
            StateDirectory check = new StateDirectory(memory.point().toString());
            assertEquals(List.of("UNSAFE state-local", "OK state-private", "ADVICE state-room"), Configured.by("").look(check));
        }
        try (Mounted memory = Mounted.tmpfs(temp.resolve("large"), "size=2g,mode=0700")) {
            StateDirectory check = new StateDirectory(memory.point().toString());
            assertEquals(List.of("UNSAFE state-local", "OK state-private", "OK state-room"), Configured.by("").look(check));
        }
        try (Mounted disk = Mounted.loop(temp.resolve("image"), temp.resolve("disk"))) {
            assertEquals(List.of("OK state-local", "ADVICE state-room"), Configured.by("").look(new StateDirectory(disk.point()
                    + "/state")).stream().filter(f -> !f.contains("private")).toList());
        }
    }

    @Test
    @Requires(Ability.ROOT)
    void aStateDirectoryOfSomebodyElse() throws Exception {
        Path state = Files.createDirectory(temp.resolve("state"));
        Files.setAttribute(state, "unix:uid", 5000);
        assertEquals(Severity.UNSAFE, Configured.by("").severity(new StateDirectory(state.toString()), "state-private"));
    }

    @Test
    @Requires(Ability.MOUNT)
    void nativeLibraries() throws Exception {
        assertEquals(List.of("OK native-libraries", "OK tmpdir-noexec"), Configured.by("").look(new NativeLibraries(temp)));
        try (Stream<Path> entries = Files.list(temp)) {
            assertEquals(List.of(), entries.toList());
        }
        try (Mounted disk = Mounted.tmpfs(temp.resolve("tmp"), "noexec,size=64k")) {
            Check check = new NativeLibraries(disk.point());
            assertEquals(List.of("UNSAFE native-libraries", "ADVICE tmpdir-noexec"), Configured.by("").look(check),
                    "too small for a store");
        }
        assertEquals(Severity.UNKNOWN, Configured.by("").severity(new NativeLibraries(temp.resolve("none")),
                "native-libraries"));
    }

    @Test
    void fileDescriptors() throws Exception {
        FileDescriptors check = new FileDescriptors();
        Path self = Files.createDirectories(temp.resolve("proc/self"));
        String real = Files.readString(Path.of("/proc/self/limits"));
        Configured backend = Configured.by("").root(temp);
        Files.writeString(self.resolve("limits"), real.replaceFirst("(Max open files +)[0-9a-z]+", "$11024"));
        assertEquals(Severity.ADVICE, backend.severity(check, "file-descriptors"));
        Files.writeString(self.resolve("limits"), real.replaceFirst("(Max open files +)[0-9a-z]+", "$165536"));
        assertEquals(Severity.OK, backend.severity(check, "file-descriptors"));
        Files.writeString(self.resolve("limits"), "");
        assertEquals(Severity.UNKNOWN, backend.severity(check, "file-descriptors"));
        assertTrue(Configured.by("").look(check).get(0).endsWith(" file-descriptors"));
    }

    @Test
    void limitsOfARealProcess() throws Exception {
        assertEquals("ADVICE", ofAProcessWith(1024));
        assertEquals("OK", ofAProcessWith(4096));
    }

    private static String ofAProcessWith(int files) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "ulimit -n " + files + " && exec \"$@\"", "sh",
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), Limits.class.getName()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);
        return said.strip();
    }

    /** Prints the severity. */
    static final class Limits {
        public static void main(String[] args) throws Exception {
            System.out.println(new FileDescriptors().look(new Backend(DovecotSettings.parse(""), Topology.SINGLE_BACKEND,
                    List.of(), MountTable.ofProcess())).get(0).severity());
        }
    }

    @Test
    @Requires(Ability.ROOT)
    void whatTheMailUserMayDo() throws Exception {
        UserAccess check = new UserAccess();
        Path home = Files.createDirectories(temp.resolve("anna"));
        Path cur = Files.createDirectories(home.resolve("Maildir/cur"));
        for (Path path : List.of(home, cur.getParent(), cur)) {
            Files.setAttribute(path, "unix:uid", 5000);
            Files.setAttribute(path, "unix:gid", 5000);
            mode(path, "rwx------");
        }
        Configured backend = Configured.by("").userAt(home);
        assertEquals(List.of("OK source-readable", "OK target-writable"), backend.look(check));
        Files.setAttribute(cur, "unix:uid", 0);
        Finding finding = backend.finding(check, "source-readable");
        assertEquals(Severity.UNSAFE, finding.severity());
        assertTrue(finding.found().contains("Maildir/cur: Permission denied"), finding.found());
        mode(cur, "rwxr-x---");
        assertEquals(Severity.OK, backend.severity(check, "source-readable"), "its group may read");
        mode(home, "r-xr-xr-x");
        assertEquals(Severity.UNSAFE, backend.severity(check, "target-writable"));
        Finding missing = Configured.by("").userAt(temp.resolve("nobody")).finding(check, "source-readable");
        assertEquals(Severity.UNKNOWN, missing.severity(), "no mail has come yet, or no mount is there");
        assertTrue(missing.found().startsWith(temp + "/nobody/Maildir is not there"), missing.found());
        Configured both = Configured.by("").userAt(home).userAt(temp.resolve("nobody"));
        mode(home, "rwx------");
        assertEquals("anna; 1 has none yet", both.finding(check, "source-readable").found());
        assertEquals(Severity.OK, both.severity(check, "source-readable"));
        assertEquals(List.of("UNKNOWN source-readable", "UNKNOWN target-writable"), Configured.by("").look(check));
        assertEquals(Severity.UNKNOWN, Configured.by("").user("anna", home.toString(), -1, "maildir:~/Maildir", "")
                .severity(check, "source-readable"), "nobody knows the uid");
        assertTrue(Files.isReadable(cur), "root is root again, or still");
    }

    @Test
    @Requires({Ability.ROOT, Ability.MOUNT})
    void aTargetOnAFileSystemThatIsReadOnly() throws Exception {
        try (Mounted readOnly = Mounted.tmpfs(temp.resolve("mail"), "ro,mode=0777")) {
            assertEquals(Severity.UNSAFE, Configured.by("").userAt(readOnly.point()).severity(new UserAccess(),
                    "target-writable"));
        }
    }

    @Test
    void socketsOfARunningDovecot() throws Exception {
        DovecotSockets check = new DovecotSockets();
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            Configured backend = Configured.of(dovecot.config());
            assertEquals(List.of("OK socket-auth-userdb", "OK socket-anvil", "OK socket-doveadm-server"), backend.look(check));
            dovecot.assertLogClean();
            dovecot.stop();
            assertTrue(backend.look(check).stream().allMatch(f -> f.startsWith("UNSAFE ")), backend.look(check)::toString);
        }
        assertEquals(Severity.UNSAFE, Configured.by("service anvil {\n  unix_listener anvil {\n    mode = 0\n  }\n}\n")
                .severity(check, "socket-anvil"));
    }
}
