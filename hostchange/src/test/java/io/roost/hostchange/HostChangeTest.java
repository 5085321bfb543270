package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.InvalidSettingException;
import io.roost.hostchange.HostChange.Outcome;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

class HostChangeTest {
    private static final List<String> FILES = List.of(".lasthost", "dovecot.list.index", "dovecot.list.index.log",
            "dovecot.list.index.log.2");

    @TempDir
    private Path temp;
    private TestSite site;

    @BeforeEach
    void site() throws IOException {
        site = new TestSite(temp);
    }

    private Outcome login(String host) throws IOException {
        return site.host(host).check(site.paths(host));
    }

    private Path recordOnNfs() {
        return site.index().resolve(".lasthost");
    }

    private String firstLine() throws IOException {
        return Files.readAllLines(recordOnNfs()).get(0);
    }

    @Test
    void followsAUserFromHostToHost() throws IOException {
        assertEquals(Outcome.TAKEN, login("be1"));
        assertEquals("be1", firstLine());
        site.listIndex(site.local("be1"), "first");
        String written = Files.readString(recordOnNfs());
        assertEquals(Outcome.FRESH, login("be1"));
        assertEquals(Outcome.FRESH, login("be1"));
        assertEquals(FILES, TestSite.names(site.local("be1")));
        assertEquals(written, Files.readString(recordOnNfs()), "nothing written without need");

        assertEquals(Outcome.TAKEN, login("be2"));
        assertEquals("be2", firstLine());
        assertEquals(FILES, TestSite.names(site.local("be1")), "that host does not know yet");
        assertEquals(Outcome.TAKEN, login("be1"));
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        assertEquals("be1", firstLine());
        assertTrue(site.infos.toString().contains("the user was on be2; 3 files of the list index deleted"),
                site.infos.toString());
        assertEquals(List.of(), site.warnings);
        assertEquals(List.of(".lasthost"), TestSite.names(site.index()), "no temporary file is left");
    }

    /** What the local file says is what a shell compares. */
    @Test
    void recordsWhatStatPrints() throws Exception {
        login("be1");
        Process stat = new ProcessBuilder("stat", "-c", "%i %.9Y", recordOnNfs().toString()).start();
        assertEquals(new String(stat.getInputStream().readAllBytes()) + Files.readString(recordOnNfs()),
                Files.readString(site.local("be1").resolve(".lasthost")));
    }

    @Test
    void deletesWhatNobodyKnows() throws IOException {
        site.listIndex(site.local("be1"), "from before host change");
        assertEquals(Outcome.TAKEN, login("be1"));
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
    }

    @Test
    void leavesOtherFilesAlone() throws IOException {
        login("be1");
        site.listIndex(site.local("be1"), "x");
        Files.writeString(site.local("be1").resolve("dovecot.index"), "x");
        Files.createDirectory(site.local("be1").resolve("dovecot.list.index.d"));
        Files.createSymbolicLink(site.local("be1").resolve("dovecot.list.index.link"), recordOnNfs());
        login("be2");
        login("be1");
        assertEquals(List.of(".lasthost", "dovecot.index", "dovecot.list.index.d"), TestSite.names(site.local("be1")));
        assertTrue(Files.exists(recordOnNfs()), "the link went, not what it led to");
    }

    @Test
    void whateverIsOddCountsAsAChange() throws IOException {
        List<Odd> odds = List.of(
                () -> Files.delete(recordOnNfs()),
                () -> Files.writeString(recordOnNfs(), ""),
                () -> Files.writeString(recordOnNfs(), "be1"),
                () -> Files.writeString(recordOnNfs(), "\0\1garbage \n\n" + "x".repeat(100_000)),
                () -> Files.setLastModifiedTime(recordOnNfs(), FileTime.fromMillis(0)),
                () -> Files.setLastModifiedTime(recordOnNfs(), FileTime.fromMillis(System.currentTimeMillis() + 1_000_000_000)),
                this::sameContentInAnotherInode,
                this::otherContentInTheSameInodeAtTheSameTime,
                () -> {
                    Files.delete(recordOnNfs());
                    Files.createSymbolicLink(recordOnNfs(), site.local("be1").resolve(".lasthost"));
                },
                () -> Files.writeString(site.local("be1").resolve(".lasthost"), ""),
                () -> Files.writeString(site.local("be1").resolve(".lasthost"), "x"),
                () -> TestSite.append(site.local("be1").resolve(".lasthost"), "x"),
                () -> Files.delete(site.local("be1").resolve(".lasthost")),
                () -> {
                    Files.delete(site.local("be1").resolve(".lasthost"));
                    Files.createSymbolicLink(site.local("be1").resolve(".lasthost"), recordOnNfs());
                });
        for (int i = 0; i < odds.size(); i++) {
            login("be1");
            site.listIndex(site.local("be1"), "x");
            assertEquals(Outcome.FRESH, login("be1"));
            odds.get(i).happen();
            assertEquals(Outcome.TAKEN, login("be1"), "case " + i);
            assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")), "case " + i);
            assertEquals("be1", firstLine());
        }
        assertFalse(site.warnings.isEmpty());
    }

    private interface Odd {
        void happen() throws IOException;
    }

    private void sameContentInAnotherInode() throws IOException {
        FileTime time = Files.getLastModifiedTime(recordOnNfs());
        Path copy = site.root.resolve("copy");
        Files.copy(recordOnNfs(), copy, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(copy, time);
        Files.move(copy, recordOnNfs(), StandardCopyOption.REPLACE_EXISTING);
    }

    /** An inode number that is used again by a clock that was set back. */
    private void otherContentInTheSameInodeAtTheSameTime() throws IOException {
        FileTime time = Files.getLastModifiedTime(recordOnNfs());
        Files.writeString(recordOnNfs(), LastHost.now("be1").write());
        Files.setLastModifiedTime(recordOnNfs(), time);
    }

    /** Two hosts by one name are a mistake, but no reason for a stale list. */
    @Test
    void twoHostsOfOneName() throws IOException {
        UserPaths second = new UserPaths(TestSite.USER, TestSite.bytes(site.index()),
                new LocalPath(TestSite.bytes(temp.resolve("second")), List.of(TestSite.USER)));
        login("be1");
        site.listIndex(site.local("be1"), "x");
        assertEquals(Outcome.TAKEN, site.host("be1").check(second));
        assertEquals(Outcome.TAKEN, login("be1"));
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
    }

    @Test
    void withoutIndexNothingIsBelieved() throws IOException {
        login("be1");
        site.listIndex(site.local("be1"), "x");
        Files.move(site.index(), temp.resolve("elsewhere"));
        assertEquals(Outcome.NO_INDEX, login("be1"));
        assertFalse(Files.exists(site.index()), "nothing is created where a mount may be missing");
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        assertTrue(site.warnings.toString().contains("is a mount missing?"), site.warnings.toString());
        Files.move(temp.resolve("elsewhere"), site.index());
        assertEquals(Outcome.TAKEN, login("be1"));
    }

    @Test
    void aUserWhoseHostCannotBeRecordedIsNotLetIn() throws IOException {
        login("be1");
        site.listIndex(site.local("be1"), "x");
        Files.delete(recordOnNfs());
        Files.createDirectory(recordOnNfs());
        IOException e = assertThrows(IOException.class, () -> login("be1"));
        assertTrue(e.getMessage().startsWith("user anna@example.org must not be let in on be1: cannot rename "),
                e.getMessage());
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));

        Path file = temp.resolve("file");
        Files.writeString(file, "");
        site.listIndex(site.local("be1"), "x");
        UserPaths odd = new UserPaths(TestSite.USER, TestSite.bytes(file) + "/mdbox", site.paths("be1").listIndex());
        e = assertThrows(IOException.class, () -> site.host("be1").check(odd));
        assertTrue(e.getMessage().endsWith("Not a directory; the list index here is deleted"), e.getMessage());
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
    }

    @Test
    void followsNoSymbolicLinkBelowTheRoot() throws IOException {
        Path victim = Files.createDirectories(temp.resolve("victim"));
        site.listIndex(victim, "x");
        Files.createDirectories(site.local("be1").getParent());
        Files.createSymbolicLink(site.local("be1"), victim);
        assertThrows(IOException.class, () -> login("be1"));
        assertThrows(IOException.class, () -> new Purge(site).now(site.paths("be1").listIndex()));
        assertEquals(3, TestSite.names(victim).size());

        Path elsewhere = Files.createDirectories(temp.resolve("elsewhere/mdbox"));
        site.listIndex(elsewhere, "x");
        UserPaths link = new UserPaths("u", TestSite.bytes(Files.createSymbolicLink(temp.resolve("link"), elsewhere)),
                new LocalPath(TestSite.bytes(temp.resolve("be1/shm")), List.of("u")));
        assertThrows(IOException.class, () -> site.host("be1", true, s -> { }).check(link));
        assertEquals(3, TestSite.names(elsewhere).size());
    }

    /** Memory that has no room even for the record: the list index is deleted all the same, and the other host learns of it. */
    @Test
    void withoutLockNothingIsRecorded() throws IOException {
        login("be2");
        site.listIndex(site.local("be2"), "x");
        site.listIndex(site.local("be1"), "x");
        // stands for what cannot be locked
        Files.createDirectory(site.local("be1").resolve(".lasthost"));
        assertEquals(Outcome.UNRECORDED, login("be1"));
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        assertEquals(Outcome.TAKEN, login("be2"));
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be2")));
    }

    @Test
    void aHungLoginDoesNotHoldTheNextForEver() throws IOException {
        login("be1");
        try (OpenDirectory local = OpenDirectory.open(TestSite.bytes(site.local("be1")));
                LocalRecord held = LocalRecord.lock(local, Ownership.PRIVATE, Duration.ofSeconds(1))) {
            site.listIndex(site.local("be1"), "x");
            HostChange impatient = new HostChange("be1", false, Duration.ofMillis(10), site, step -> { });
            assertEquals(Outcome.UNRECORDED, impatient.check(site.paths("be1")));
            assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
            held.clear();
        }
        assertTrue(site.warnings.toString().contains("is locked for more than 0 seconds"), site.warnings.toString());
        assertEquals(Outcome.TAKEN, login("be1"));
    }

    /** Twelve logins at once on each of two hosts: one outcome of each host counts in the end, and no login fails. */
    @Test
    void loginsAtOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(24);
        try {
            for (int round = 0; round < 10; round++) {
                List<Future<Outcome>> logins = new ArrayList<>();
                for (int i = 0; i < 24; i++) {
                    String host = "be" + i % 2;
                    logins.add(pool.submit(() -> login(host)));
                }
                for (Future<Outcome> login : logins) {
                    login.get();
                }
                String last = firstLine();
                assertEquals(List.of(".lasthost"), TestSite.names(site.index()));
                int fresh = 0;
                for (String host : List.of("be0", "be1")) {
                    if (login(host) == Outcome.FRESH) {
                        fresh++;
                        assertEquals(last, host);
                    }
                }
                assertTrue(fresh <= 1);
            }
            List<Future<Outcome>> logins = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                logins.add(pool.submit(() -> login("be7")));
            }
            int taken = 0;
            for (Future<Outcome> login : logins) {
                taken += login.get() == Outcome.TAKEN ? 1 : 0;
            }
            assertEquals(1, taken, "the others find it fresh");
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void indexIsTheMailRoot() throws IOException {
        site.listIndex(site.index(), "not looked at without migration");
        Files.createDirectories(site.index().resolve("mailboxes"));
        assertEquals(Outcome.TAKEN, login("be1"));
        assertEquals(5, TestSite.names(site.index()).size());
    }

    private void logOfShared(int previous) throws IOException {
        Files.write(site.index().resolve("dovecot.list.index.log"), ByteBuffer.allocate(40).order(ByteOrder.nativeOrder())
                .putInt(0, 0x00280301).putInt(12, previous).array());
    }

    @Test
    void migrationMovesTheListIndexOfSharedStorage() throws IOException {
        Files.setPosixFilePermissions(site.index(), PosixFilePermissions.fromString("rwx------"));
        site.listIndex(site.index(), "shared");
        assertEquals(Outcome.MOVED, site.host("be1", true, s -> { }).check(site.paths("be1")));
        assertEquals(FILES, TestSite.names(site.local("be1")));
        assertEquals("shared", Files.readString(site.local("be1").resolve("dovecot.list.index")));
        assertEquals(List.of(".lasthost"), TestSite.names(site.index()));
        assertEquals(Outcome.FRESH, site.host("be1", true, s -> { }).check(site.paths("be1")));
        for (String name : FILES) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(
                    site.local("be1").resolve(name))), "as the mail root, which is 0700");
        }
    }

    @Test
    void migrationDropsWhatIsHereAndWhatIsOfUnknownAge() throws IOException {
        login("be1");
        site.listIndex(site.local("be1"), "local");
        site.listIndex(site.index(), "shared");
        assertEquals(Outcome.TAKEN, site.host("be1", true, s -> { }).check(site.paths("be1")));
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        assertEquals(List.of(".lasthost"), TestSite.names(site.index()));
    }

    @Test
    void migrationMovesNoPartOfAListIndex() throws IOException {
        logOfShared(3);
        assertEquals(Outcome.TAKEN, site.host("be1", true, s -> { }).check(site.paths("be1")));
        assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        assertEquals(List.of(".lasthost"), TestSite.names(site.index()));
        Files.delete(recordOnNfs());
        logOfShared(0);
        assertEquals(Outcome.MOVED, site.host("be1", true, s -> { }).check(site.paths("be1")),
                "a log from the beginning is whole");
        assertEquals(List.of(".lasthost", "dovecot.list.index.log"), TestSite.names(site.local("be1")));
    }

    @Test
    void hostNames() throws InvalidSettingException {
        assertEquals("be-1.example.org", HostChange.checkHost("be-1.example.org"));
        for (String bad : List.of("", "localhost", "a b", "a/b", "ä", "x".repeat(65), "a\n")) {
            assertThrows(InvalidSettingException.class, () -> HostChange.checkHost(bad), bad);
        }
    }
}
