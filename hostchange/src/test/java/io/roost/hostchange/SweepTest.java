package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.UserHash;
import io.roost.dovecot.UserDatabase;
import io.roost.hostchange.Inspector.State;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** Sweeps by age, looking, and who is present. */
class SweepTest {
    private static final long NOW = Instant.now().getEpochSecond();

    @TempDir
    private Path temp;
    private TestSite site;
    private UserTree tree;

    @BeforeEach
    void site() throws IOException {
        site = new TestSite(temp.resolve("site"));
        tree = UserTree.of(temp + "/shm/%2.256Nu/%u/dovecot.list.index");
    }

    private Path user(String name, Duration age) throws IOException {
        Path directory = Path.of(tree.pathOf(name).path());
        site.listIndex(directory, name);
        Files.writeString(directory.resolve(".lasthost"), "x");
        for (String file : TestSite.names(directory)) {
            FileTime time = FileTime.from(Instant.ofEpochSecond(NOW).minus(age));
            Files.getFileAttributeView(directory.resolve(file), BasicFileAttributeView.class).setTimes(time, time, null);
        }
        return directory;
    }

    private final class Told implements Sweep.Listener {
        private final List<String> deleted = new ArrayList<>();
        private final List<String> unexplained = new ArrayList<>();
        private final List<String> failed = new ArrayList<>();

        @Override
        public void deleted(String user, LocalPath path, Purge.Deleted what, long newest) {
            deleted.add(user + " " + what.files());
        }

        @Override
        public void unexplained(String path) {
            unexplained.add(path);
        }

        @Override
        public void failed(String message) {
            failed.add(message);
        }
    }

    private Told sweep(boolean dryRun) throws IOException {
        Told told = new Told();
        Sweep.Report report = new Sweep(tree, dryRun, site).run(Sweep.olderThan(7 * 86_400, NOW), told);
        assertEquals(told.deleted.size(), report.deleted());
        return told;
    }

    @Test
    void byAge() throws IOException {
        Path old = user("old@example.org", Duration.ofDays(8));
        Path fresh = user("new@example.org", Duration.ofDays(6));
        Path touched = user("touched@example.org", Duration.ofDays(8));
        FileTime now = FileTime.from(Instant.ofEpochSecond(NOW));
        Files.getFileAttributeView(touched.resolve("dovecot.list.index.log"), BasicFileAttributeView.class).setTimes(null,
                now, null);
        Path future = user("future@example.org", Duration.ofDays(-100));
        Path more = user("more@example.org", Duration.ofDays(8));
        Files.writeString(more.resolve("other"), "x");
        Files.createDirectories(temp.resolve("shm/elsewhere/old@example.org"));
        assertEquals(List.of("more@example.org 3", "old@example.org 3"), sweep(true).deleted.stream().sorted().toList());
        assertTrue(Files.exists(old));
        Told told = sweep(false);
        assertEquals(List.of("more@example.org 3", "old@example.org 3"), told.deleted.stream().sorted().toList());
        assertEquals(List.of(), told.failed);
        assertEquals(1, told.unexplained.size());
        assertFalse(Files.exists(old));
        assertEquals(List.of("other"), TestSite.names(more), "a file of another name stays, with its directory");
        for (Path kept : List.of(fresh, touched, future)) {
            assertEquals(4, TestSite.names(kept).size());
        }
        assertTrue(Files.exists(temp.resolve("shm/elsewhere/old@example.org")));
    }

    /** A login that waits for the lock while the directory goes makes it again. */
    @Test
    void aLoginDuringASweep() throws Exception {
        for (int i = 0; i < 20; i++) {
            UserPaths paths = new UserPaths("u@example.org", TestSite.bytes(site.index()), tree.pathOf("u@example.org"));
            user("u@example.org", Duration.ofDays(8));
            Thread sweeper = new Thread(() -> {
                try {
                    sweep(false);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            sweeper.start();
            site.host("be1").check(paths);
            sweeper.join();
            assertTrue(site.host("be1").check(paths) == HostChange.Outcome.FRESH
                    || !Files.exists(Path.of(paths.listIndex().path()))
                    || TestSite.names(Path.of(paths.listIndex().path())).equals(List.of(".lasthost")));
        }
        assertEquals(List.of(), site.warnings.stream().filter(line -> !line.contains("found \"x\"")).toList());
    }

    @Test
    void aDirectoryInUseIsLeftToTheNextSweep() throws IOException {
        Path old = user("old@example.org", Duration.ofDays(8));
        try (OpenDirectory directory = OpenDirectory.open(TestSite.bytes(old));
                LocalRecord held = LocalRecord.lock(directory, Ownership.PRIVATE, Duration.ofSeconds(1));
                OpenDirectory parent = OpenDirectory.open(TestSite.bytes(old.getParent()))) {
            held.status();
            LocalRecord.Locked e = assertThrows(LocalRecord.Locked.class, () -> new Purge(site, Duration.ofMillis(10))
                    .entirely(parent, "old@example.org", contents -> true));
            assertTrue(e.getMessage().contains("is locked for more than"), e.getMessage());
        }
        assertEquals(4, TestSite.names(old).size());
    }

    @Test
    void whoIsPresent() throws IOException {
        PresentUsers present = new PresentUsers(tree, new UserHash("%Lu"), Duration.ZERO, site);
        UserHash hash = new UserHash("%Lu");
        assertEquals(List.of(), present.find(1));
        for (int i = 0; i < 300; i++) {
            // found at once, even if several come within one tick of the clock
            String user = "u" + i + "@example.org";
            Files.createDirectories(Path.of(tree.pathOf(user).path()));
            assertEquals(List.of(user), present.find(hash.of(user)));
        }
        assertEquals(300, present.size());
        assertEquals(300, present.hashes().length);
        Files.delete(Path.of(tree.pathOf("u7@example.org").path()));
        assertEquals(List.of(), present.find(hash.of("u7@example.org")));
        assertEquals(299, present.size());
        // directories come and go too
        Files.createDirectories(temp.resolve("shm/zz"));
        assertEquals(List.of("u8@example.org"), present.find(hash.of("u8@example.org")));
        Files.delete(temp.resolve("shm/zz"));
        for (int i = 0; i < 300; i++) {
            String user = "u" + i + "@example.org";
            assertEquals(i == 7 ? List.of() : List.of(user), present.find(hash.of(user)));
        }
    }

    @Test
    void looking() throws IOException {
        UserPaths be1 = site.paths("be1");
        Inspector inspector = new Inspector("be1");
        assertEquals(State.NONE, inspector.look(TestSite.USER, be1.listIndex(), u -> be1.index()).state());
        site.host("be1").check(be1);
        assertEquals(State.NONE, inspector.look(TestSite.USER, be1.listIndex(), u -> be1.index()).state());
        site.listIndex(site.local("be1"), "12345");
        Inspector.Inspection fresh = inspector.look(TestSite.USER, be1.listIndex(), u -> be1.index());
        assertEquals(State.FRESH, fresh.state());
        assertEquals(15, fresh.bytes());
        site.host("be2").check(site.paths("be2"));
        Inspector.Inspection left = inspector.look(TestSite.USER, be1.listIndex(), u -> be1.index());
        assertEquals(State.LEFT, left.state());
        assertEquals("on be2", left.reason());
        site.host("be1").check(be1);
        site.listIndex(site.local("be1"), "x");
        Files.writeString(site.local("be1").resolve(".lasthost"), "garbage");
        assertEquals(State.STALE, inspector.look(TestSite.USER, be1.listIndex(), u -> be1.index()).state());
        Files.delete(site.index().resolve(".lasthost"));
        assertEquals(State.STALE, inspector.look(TestSite.USER, be1.listIndex(), u -> be1.index()).state());
        assertEquals(State.ORPHANED, inspector.look(TestSite.USER, be1.listIndex(), u -> be1.index() + "/gone").state());
        assertEquals(State.ORPHANED, inspector.look(TestSite.USER, be1.listIndex(), u -> {
            throw new UserDatabase.UnknownUser(u, "nobody");
        }).state());
        assertEquals(4, TestSite.names(site.local("be1")).size(), "nothing is changed by looking");
    }
}
