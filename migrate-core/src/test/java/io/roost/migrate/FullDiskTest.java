package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.migrate.MigrationException.Kind;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SmallFileSystem;

/**
 * File systems that are full, out of inodes or read-only: the user fails with a clear message, the source and the target are as
 * they were, and once there is room the next run ends the migration.
 */
@RequiresDovecot
@Requires(Ability.MOUNT)
class FullDiskTest {
    private static final String USER = "anna";
    private static final long PAGE = 4096;

    @TempDir
    Path temp;
    private DovecotInstance dovecot;
    private Migrations migrations;
    private SmallFileSystem disk;
    private List<String> source;
    private MailboxView before;
    private final TreeSet<String> struck = new TreeSet<>();

    @BeforeEach
    void start() throws Exception {
        dovecot = DovecotInstance.with("maildir:~/Maildir").users(USER).start();
        migrations = new Migrations(temp.resolve("state"));
        migrations.settings = small(Settings.defaults());
    }

    private static Settings small(Settings d) {
        return new Settings(32_000, false, d.pop3UidlFormat(), false, d.readers(), 8_000, d.finishAttempts());
    }

    @AfterEach
    void stop() throws Exception {
        if (disk != null) {
            disk.close();
        }
        dovecot.close();
    }

    private Path home() {
        return dovecot.home(USER);
    }

    /** A Maildir in the home, which has been looked at by Dovecot. */
    private void maildir() throws Exception {
        MaildirSample.of(home().resolve("Maildir"), 3, 8).write();
        dovecot.own(home());
        before = MailboxView.of(dovecot, USER);
        source = MaildirBuilder.fingerprint(home().resolve("Maildir"));
    }

    private Account account() throws Exception {
        return Migrations.account(USER, home());
    }

    /** What the home holds beside the Maildir. */
    private List<String> beside() throws IOException {
        try (Stream<Path> all = Files.list(home())) {
            return all.map(p -> p.getFileName().toString()).filter(n -> !n.equals("Maildir") && !n.equals("ballast")).sorted().toList();
        }
    }

    private MigrationException failure() throws Exception {
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertEquals(List.of(), beside(), e::toString);
        assertEquals(source, MaildirBuilder.fingerprint(home().resolve("Maildir")));
        assertEquals(0, e.getSuppressed().length, () -> e.getSuppressed()[0].toString());
        return e;
    }

    private void removeMdbox() throws Exception {
        assertEquals(0, new ProcessBuilder("rm", "-r", home().resolve("mdbox").toString()).inheritIO().start().waitFor());
    }

    private void succeeds() throws Exception {
        Result result = migrations.migrate(account());
        assertEquals(before.mailCount(), result.mails());
        assertEquals(source, MaildirBuilder.fingerprint(home().resolve("Maildir")));
        MailboxView.assertSame(before, MailboxView.at(dovecot, USER, "mdbox:~/mdbox"));
        dovecot.assertLogClean();
    }

    /** Leaves so many bytes free. */
    private void leave(long bytes) throws IOException {
        Files.deleteIfExists(home().resolve("ballast"));
        long rest = disk.free() - bytes;
        Files.write(home().resolve("ballast"), new byte[(int) Math.max(0, rest)]);
        assertTrue(disk.free() <= bytes);
    }

    @Test
    void whereverTheDiskIsFullTheUserFailsAndNothingStays() throws Exception {
        disk = SmallFileSystem.ofBytes(home(), 8 << 20);
        maildir();
        long free = disk.free();
        migrations.migrate(account());
        long needed = free - disk.free();
        removeMdbox();
        int failures = 0;
        for (long room = 0; room < needed; room += Math.max(PAGE, needed / 24 / PAGE * PAGE)) {
            leave(room);
            MigrationException e = failure();
            assertEquals(Kind.NO_SPACE, e.kind(), e::toString);
            assertTrue(e.getMessage().matches(".*: No space left on device \\(\\d+ bytes free and \\d+ inodes\\); nothing was published, "
                    + "the Maildir is as it was: free some space and run again"), e.getMessage());
            assertTrue(e.getMessage().contains(home() + "/.mdbox.roost"), e.getMessage());
            assertTrue(disk.free() >= room, "nothing of ours is left");
            struck.add(e.getMessage().replaceFirst(".*\\.mdbox\\.roost/?", "").replaceFirst(":.*", "").replaceFirst("m\\.\\d+", "m.N")
                    .replaceFirst("mailboxes/.*", "mailboxes"));
            failures++;
        }
        assertTrue(failures >= 15, () -> "only " + struck);
        assertTrue(struck.containsAll(Set.of(".roost-staging", "mailboxes", "storage/dovecot.map.index", "storage/m.N")), struck::toString);
        disk.remount("size=16m");
        succeeds();
    }

    @Test
    void whereverThereAreNoInodesLeftToo() throws Exception {
        disk = SmallFileSystem.ofInodes(home(), 4000);
        maildir();
        long[] used = {0};
        try (Stream<Path> all = Files.walk(home())) {
            used[0] = all.count();
        }
        migrations.migrate(account());
        long needed;
        try (Stream<Path> all = Files.walk(home())) {
            needed = all.count() - used[0];
        }
        removeMdbox();
        for (long room : new long[] {0, 1, 2, 5, needed / 2, needed - 5, needed - 2}) {
            disk.remount("nr_inodes=" + (used[0] + 1 + room));
            MigrationException e = failure();
            assertEquals(Kind.NO_SPACE, e.kind(), e::toString);
            assertTrue(e.getMessage().contains("No space left on device ("), e.getMessage());
            assertTrue(e.getMessage().matches(".* bytes free and [012] inodes\\);.*"), e.getMessage());
        }
        disk.remount("nr_inodes=8000");
        succeeds();
    }

    @Test
    void aDiskThatIsReadOnlyIsTold() throws Exception {
        disk = SmallFileSystem.ofBytes(home(), 8 << 20);
        maildir();
        disk.remount("ro");
        MigrationException e = failure();
        assertEquals(Kind.IO, e.kind());
        assertEquals("cannot create directory " + home() + "/.mdbox.roost: Read-only file system", e.getMessage());
        disk.remount("rw");
        succeeds();
    }

    @Test
    void aDiskThatFillsUpWhenAllIsCopiedLosesWhatIsStagedOnly() throws Exception {
        disk = SmallFileSystem.ofBytes(home(), 8 << 20);
        maildir();
        migrations.onEvent = event -> {
            if (event instanceof Event.Reached reached && reached.state() == UserState.COPIED) {
                disk.fill();
            }
        };
        assertEquals(Kind.NO_SPACE, failure().kind());
        Files.delete(home().resolve("ballast"));
        migrations.onEvent = event -> { };
        succeeds();
    }

    @Test
    void aFullStateDirectoryIsToldAndNothingPublished() throws Exception {
        maildir();
        disk = SmallFileSystem.ofBytes(temp.resolve("small"), 620 * 1024);
        migrations = new Migrations(disk.directory().resolve("state"));
        migrations.settings = small(Settings.defaults());
        migrations.onEvent = event -> {
            if (event instanceof Event.Scanned) {
                disk.fill();
            }
        };
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertEquals(Kind.NO_SPACE, e.kind(), e::toString);
        assertEquals("the checkpoint store in " + disk.directory().resolve("state") + " cannot be written: its file system is full; "
                + "free some space and run again", e.getMessage());
        assertEquals(List.of(".mdbox.roost"), beside());
        assertEquals(source, MaildirBuilder.fingerprint(home().resolve("Maildir")));
        assertFalse(Files.exists(home().resolve("mdbox")));

        Files.delete(disk.directory().resolve("ballast"));
        migrations.onEvent = event -> { };
        succeeds();
        assertEquals(List.of("mdbox"), beside());
    }

    @Test
    void anIndexTreeOnAFullDiskIsTakenBackToo() throws Exception {
        maildir();
        disk = SmallFileSystem.ofBytes(home().resolveSibling("index"), 1 << 20);
        dovecot.own(disk.directory());
        String target = "mdbox:~/mdbox:INDEX=" + disk.directory() + "/anna";
        Account account = Migrations.account(USER, home(), "maildir:~/Maildir", target);
        for (long room : new long[] {0, PAGE, 3 * PAGE, 16 * PAGE, 32 * PAGE}) {
            Files.deleteIfExists(disk.directory().resolve("ballast"));
            Files.write(disk.directory().resolve("ballast"), new byte[(int) (disk.free() - room)]);
            MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account));
            assertEquals(Kind.NO_SPACE, e.kind(), e::toString);
            assertTrue(e.getMessage().contains(disk.directory() + "/.anna.roost"), e.getMessage());
            assertEquals(List.of(), beside());
            List<String> left = new ArrayList<>();
            try (Stream<Path> all = Files.list(disk.directory())) {
                all.forEach(p -> left.add(p.getFileName().toString()));
            }
            assertEquals(List.of("ballast"), left);
        }
        Files.delete(disk.directory().resolve("ballast"));
        migrations.migrate(account);
        MailboxView.assertSame(before, MailboxView.at(dovecot, USER, target));
        dovecot.assertLogClean();
    }
}
