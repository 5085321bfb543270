package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.hostchange.HostChange.Outcome;
import io.roost.hostchange.HostChange.Step;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.SmallFileSystem;

/** Full disks, files that cannot be deleted, another host at the very moment. */
class TroubleTest {
    @TempDir
    private Path temp;
    private TestSite site;

    @BeforeEach
    void site() throws IOException {
        site = new TestSite(temp.resolve("site"));
    }

    private Outcome login(String host) throws IOException {
        return site.host(host).check(site.paths(host));
    }

    @Test
    void anotherHostAtTheSameMoment() throws IOException {
        login("be1");
        site.listIndex(site.local("be1"), "stale");
        login("be2");
        Outcome outcome = site.host("be1", false, step -> {
            if (step == Step.HOST_WRITTEN) {
                assertEquals(Outcome.TAKEN, login("be2"));
                // by a session that nobody asked about
                site.listIndex(site.local("be1"), "of unknown age");
            }
        }).check(site.paths("be1"));
        assertEquals(Outcome.UNRECORDED, outcome);
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        assertTrue(site.warnings.toString().contains("another host took the user at the same time"), site.warnings::toString);
        assertEquals(Outcome.FRESH, login("be2"), "it was the last one");
        assertEquals(Outcome.TAKEN, login("be1"));
    }

    /** No room for the record on shared storage: then it goes, and no host believes anything until there is room. */
    @Test
    @Requires(Ability.MOUNT)
    void fullSharedStorage() throws IOException {
        try (SmallFileSystem full = SmallFileSystem.ofInodes(temp.resolve("full"), 12)) {
            Path index = Files.createDirectories(full.directory().resolve("anna/mdbox"));
            UserPaths be1 = new UserPaths(TestSite.USER, TestSite.bytes(index), site.paths("be1").listIndex());
            UserPaths be2 = new UserPaths(TestSite.USER, TestSite.bytes(index), site.paths("be2").listIndex());
            site.host("be1").check(be1);
            site.listIndex(site.local("be1"), "be1's");
            full.fill();
            assertEquals(Outcome.FRESH, site.host("be1").check(be1), "that needs no room");
            assertEquals(Outcome.UNRECORDED, site.host("be2").check(be2));
            assertFalse(Files.exists(index.resolve(".lasthost")));
            assertNotEquals(Outcome.FRESH, site.host("be1").check(be1));
            assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
            assertTrue(site.warnings.toString().contains("until there is room, each login deletes the list index"),
                    site.warnings::toString);
        }
    }

    /** No room for the record in memory: the list index is deleted all the same, at a login and at a flush. */
    @Test
    @Requires(Ability.MOUNT)
    void fullMemory() throws IOException {
        for (boolean flush : new boolean[] {false, true}) {
            try (SmallFileSystem full = SmallFileSystem.ofInodes(temp.resolve("memory" + flush), 12)) {
                Path local = full.directory().resolve("anna");
                site.listIndex(local, "from before host change");
                noInodesLeft(full.directory());
                LocalPath path = new LocalPath(TestSite.bytes(full.directory()), List.of("anna"));
                if (flush) {
                    assertEquals(3, new Purge(site).now(path).files());
                    assertTrue(site.warnings.toString().contains("deleting without lock, which makes room"),
                            site.warnings::toString);
                } else {
                    assertEquals(Outcome.UNRECORDED,
                            site.host("be1").check(new UserPaths(TestSite.USER, TestSite.bytes(site.index()), path)));
                }
                assertEquals(List.of(), TestSite.names(local));
            }
        }
    }

    /** A flush or sweep that fails between two files has made all of them worthless before. */
    @Test
    @Requires(Ability.MOUNT)
    void deletionsThatFailHalfway() throws Exception {
        for (boolean entirely : new boolean[] {false, true}) {
            login("be1");
            site.listIndex(site.local("be1"), "x");
            assertEquals(Outcome.FRESH, login("be1"));
            Path busy = site.local("be1").resolve("dovecot.list.index.log");
            run("mount", "--bind", "/etc/hostname", busy.toString());
            try (OpenDirectory parent = OpenDirectory.open(TestSite.bytes(site.local("be1").getParent()))) {
                PosixException e = assertThrows(PosixException.class, () -> {
                    if (entirely) {
                        new Purge(site).entirely(parent, TestSite.USER, contents -> true);
                    } else {
                        new Purge(site).now(site.paths("be1").listIndex());
                    }
                });
                assertTrue(e.getMessage().contains("dovecot.list.index.log"), e.getMessage());
                IOException refused = assertThrows(IOException.class, () -> login("be1"));
                assertTrue(refused.getMessage().contains("must not be let in on be1"), refused.getMessage());
            } finally {
                run("umount", busy.toString());
            }
            assertEquals(Outcome.TAKEN, login("be1"));
            assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        }
    }

    private static void noInodesLeft(Path directory) throws IOException {
        assertThrows(IOException.class, () -> {
            for (int i = 0; i < 100; i++) {
                Files.createFile(directory.resolve("ballast" + i));
            }
        });
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);
    }
}
