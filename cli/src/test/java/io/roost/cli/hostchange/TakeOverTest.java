package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.hostchange.PostLoginSite.By;
import io.roost.hostchange.HostChange.Outcome;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;

/** What the post-login script does by itself has to be what Roost would have done. */
class TakeOverTest {
    private static final int PROGRAMS = 6;

    @TempDir
    private Path temp;
    private PostLoginSite site;
    private Path listIndex;

    @BeforeEach
    void site() throws IOException {
        site = new PostLoginSite(temp);
        listIndex = site.memory.resolve("dovecot.list.index.log");
    }

    private void stale() throws IOException {
        site.check("be1");
        Files.writeString(listIndex, "stale");
        Files.writeString(site.memory.resolve("dovecot.list.index"), "stale");
        site.check("be2");
        // which shares the memory in this test
        Files.copy(temp.resolve("seen"), site.seen, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(listIndex, "stale");
    }

    @BeforeEach
    void seenOfAnEarlierTime() throws IOException {
        site.check("be1");
        Files.copy(site.seen, temp.resolve("seen"));
    }

    @Test
    void roostAndTheScriptAgree() throws Exception {
        stale();
        Files.writeString(site.memory.resolve("dovecot.index"), "not ours");
        assertEquals(By.SCRIPT, site.loginBy());
        assertEquals("", site.said);
        assertEquals(List.of(".lasthost", "dovecot.index"), names(site.memory));
        assertEquals(List.of(".lasthost"), names(site.index));
        assertEquals(Outcome.FRESH, site.check("be1"), "Roost takes what the script wrote");
        Files.writeString(listIndex, "fresh");
        assertEquals(By.NOBODY, site.loginBy());
        assertEquals("fresh", Files.readString(listIndex));
        assertEquals("rw-------", mode(site.record));
        assertEquals("rw-------", mode(site.seen));
    }

    @Test
    void firstLoginAfterABoot() throws Exception {
        Files.delete(site.seen);
        Files.delete(site.memory);
        Files.delete(site.memory.getParent());
        Files.setPosixFilePermissions(site.index, PosixFilePermissions.fromString("rwxr-x---"));
        assertEquals(By.SCRIPT, site.loginBy());
        assertEquals("rwx------", mode(site.memory.getParent()), "as the directory above");
        assertEquals("rwxr-x---", mode(site.memory), "as INDEX");
        assertEquals(Outcome.FRESH, site.check("be1"));
        Files.delete(site.seen);
        Files.delete(site.memory);
        Files.delete(site.memory.getParent());
        Files.delete(site.memory.getParent().getParent());
        assertEquals(By.ROOST, site.loginBy(), "not more than that");
    }

    /** Programs that end the script instead of doing their work, one after another: what is left is never taken for fresh. */
    @Test
    void crashBeforeEachStep() throws Exception {
        List<Integer> survived = new ArrayList<>();
        for (int crash = 1; crash <= PROGRAMS + 1; crash++) {
            for (boolean after : new boolean[] {false, true}) {
                stale();
                Process process = site.start(Map.of("PATH", crashing(crash, after) + ":" + System.getenv("PATH")));
                boolean in = new String(process.getInputStream().readAllBytes()).equals("let in\n");
                process.waitFor();
                if (in) {
                    assertFalse(Files.exists(listIndex), "let in");
                    survived.add(crash);
                }
                boolean left = Files.exists(listIndex);
                if (left) {
                    assertTrue(site.check("be1") != Outcome.FRESH, "crash " + crash + ": stale, and believed");
                }
                assertEquals(By.NOBODY, left ? site.loginBy() : By.NOBODY);
                assertTrue(!Files.exists(listIndex), "crash " + crash);
                assertTrue(site.login());
                assertEquals(Outcome.FRESH, site.check("be1"));
            }
        }
        assertEquals(List.of(PROGRAMS + 1, PROGRAMS + 1), survived, "each program was a crash once");
    }

    /** @param after whether the program does its work before */
    private Path crashing(int number, boolean after) throws IOException {
        Path bin = Files.createDirectories(temp.resolve("bin"));
        Files.writeString(bin.resolve("count"), "0\n");
        for (String program : List.of("stat", "flock", "rm", "sync", "mv", "mkdir")) {
            Files.writeString(bin.resolve(program), """
                    #!/bin/sh
                    PATH=${PATH#*:}
                    read -r count <%1$s/count
                    echo $((count + 1)) >%1$s/count
                    [ $((count + 1)) -ne %2$d ] || {
                        [ %3$s = no ] || %4$s "$@"
                        kill -9 "$(cat %1$s/script)" $PPID $$
                    }
                    exec %4$s "$@"
                    """.formatted(bin, number, after ? "yes" : "no", program));
            Files.setPosixFilePermissions(bin.resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        String script = Files.readString(site.script);
        if (!script.contains("/script\n")) {
            Files.writeString(site.script, script.replace("#!/bin/sh\n", "#!/bin/sh\necho $$ >" + bin + "/script\n"));
        }
        return bin;
    }

    /** The lock is one and the same. */
    @Test
    void waitsForRoost() throws Exception {
        stale();
        Process process;
        try (OpenDirectory directory = OpenDirectory.open(site.memory.toString());
                OpenFile file = directory.openOrCreate(".lasthost", 0600)) {
            assertTrue(file.tryLock());
            process = site.start(Map.of());
            assertFalse(process.waitFor(1, TimeUnit.SECONDS));
            assertTrue(Files.exists(listIndex));
        }
        assertEquals(0, process.waitFor());
        assertFalse(Files.exists(listIndex));
    }

    /** Logins at once, by the script and by Roost: one of them takes the user, and nobody deletes what came after. */
    @Test
    void manyAtOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            stale();
            List<Process> logins = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                logins.add(site.start(Map.of()));
            }
            Outcome own = site.check("be1");
            assertFalse(Files.exists(listIndex));
            Files.writeString(listIndex, "of the first session");
            for (Process login : logins) {
                assertEquals("let in\n", new String(login.getInputStream().readAllBytes()));
                assertEquals("", new String(login.getErrorStream().readAllBytes()));
            }
            assertEquals("of the first session", Files.readString(listIndex), own::toString);
            assertEquals(Outcome.FRESH, site.check("be1"));
        }
        assertEquals(List.of(), Launcher.runs(site.roost));
    }

    /** Whatever is a link, or is not there, is for Roost, and nothing behind it is touched. */
    @Test
    void followsNoLinks() throws Exception {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("dovecot.list.index"), "precious");
        Files.writeString(outside.resolve(".lasthost"), "be2\n");
        for (Path link : List.of(site.memory, site.index, site.record, site.seen)) {
            stale();
            Path away = Files.move(link, temp.resolve("away"));
            Files.createSymbolicLink(link, link.endsWith(".lasthost") ? outside.resolve(".lasthost") : outside);
            assertEquals(By.ROOST, site.loginBy(), link::toString);
            Files.delete(link);
            Files.move(away, link);
        }
        assertEquals("precious", Files.readString(outside.resolve("dovecot.list.index")));
        assertEquals("be2\n", Files.readString(outside.resolve(".lasthost")));
        assertEquals(2, names(outside).size());
        Files.move(site.index, temp.resolve("away"));
        assertEquals(By.ROOST, site.loginBy(), "a missing mount");
    }

    /** As root nothing of anybody else's is touched but by Roost, which looks more closely. */
    @Test
    @Requires(Ability.ROOT)
    void takesOnlyWhatIsTheUsersOwn() throws Exception {
        stale();
        Files.setAttribute(site.index, "unix:uid", 8);
        assertEquals(By.ROOST, site.loginBy());
        Files.setAttribute(site.index, "unix:uid", 0);
        Files.setAttribute(site.memory, "unix:uid", 8);
        assertEquals(By.ROOST, site.loginBy());
        assertTrue(Files.exists(listIndex));
    }

    /** As script-login -d has it: each user makes what is missing, in a directory that is everybody's. */
    @Test
    @Requires(Ability.ROOT)
    void inADirectoryOfEverybody() throws Exception {
        Path root = site.memory.getParent().getParent();
        Files.delete(site.seen);
        Files.delete(site.memory);
        Files.delete(site.memory.getParent());
        Files.setAttribute(root, "unix:uid", 8);
        assertEquals(By.ROOST, site.loginBy(), "not into a directory of somebody else");
        Files.setAttribute(root, "unix:mode", 01777);
        assertEquals(By.SCRIPT, site.loginBy(), () -> site.said);
        assertEquals(01777, (Integer) Files.getAttribute(site.memory.getParent(), "unix:mode") & 07777);
    }

    private static List<String> names(Path directory) throws IOException {
        try (var all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
