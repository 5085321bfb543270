package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointException;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserState;
import io.roost.dovecot.InvalidSettingException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.migrate.SeparateMigration.Ended;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.SampleMail;
import io.roost.testing.SmallFileSystem;

/** What a migration refuses to begin with, and says so; it leaves everything as it was. See also {@link StagingTest}. */
class RefusalsTest {
    private static final String USER = "anna";

    @TempDir
    Path temp;
    private Path home;
    private Path state;
    private Migrations migrations;

    @BeforeEach
    void maildir() throws Exception {
        home = Files.createDirectory(temp.resolve("home"));
        state = temp.resolve("state");
        migrations = new Migrations(state);
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        for (int i = 0; i < 40; i++) {
            maildir.mailbox(i % 2 == 0 ? "INBOX" : "Work").add(SampleMail.of("Subject: " + i + "\n\n" + "text\n".repeat(200)));
        }
        maildir.write();
    }

    private Account account() throws Exception {
        return Migrations.account(USER, home);
    }

    private List<String> home() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    /** Refuses, and changes nothing in the home. */
    private MigrationException refusal(Account account) throws Exception {
        List<String> before = MaildirBuilder.fingerprint(home);
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account));
        assertEquals(before, MaildirBuilder.fingerprint(home));
        Event.Failed failed = (Event.Failed) migrations.events.get(migrations.events.size() - 1);
        assertEquals(new Event.Failed(USER, e.getMessage(), e.kind() != Kind.TARGET), failed);
        return e;
    }

    private static void assertRefused(Kind kind, String message, MigrationException e) {
        assertEquals(message, e.getMessage());
        assertEquals(kind, e.kind());
    }

    private void remove(String name) throws Exception {
        assertEquals(0, new ProcessBuilder("rm", "-r", home.resolve(name).toString()).inheritIO().start().waitFor());
    }

    @Test
    void aUserWithoutMaildir() throws Exception {
        Account account = Migrations.account(USER, home, "maildir:~/elsewhere", "mdbox:~/mdbox");
        assertRefused(Kind.SOURCE, "there is no Maildir at " + home + "/elsewhere: is the file system mounted?", refusal(account));
    }

    @Test
    void aTargetWhoseDirectoryIsMissing() throws Exception {
        Account account = Migrations.account(USER, home, "maildir:~/Maildir", "mdbox:" + temp + "/not/mounted/anna/mdbox");
        assertRefused(Kind.TARGET, "the directory for the mdbox, " + temp
                + "/not/mounted/anna, does not exist: is the file system mounted? "
                + "Roost creates the mdbox, not the directory it lies in", refusal(account));
    }

    @Requires(Ability.MOUNT)
    @Test
    void aTargetOnTheRootFileSystemBesideAMaildirOnAnother() throws Exception {
        Object root = Files.getAttribute(Path.of("/"), "unix:dev");
        assumeTrue(root.equals(Files.getAttribute(temp, "unix:dev")), "the temporary directory lies on the root file system");
        try (SmallFileSystem mail = SmallFileSystem.ofBytes(temp.resolve("mail"), 1 << 20)) {
            MaildirBuilder.copy(home.resolve("Maildir"), mail.directory().resolve("Maildir"));
            String maildir = "maildir:" + mail.directory() + "/Maildir";
            assertRefused(Kind.TARGET, home + "/mdbox would lie on the root file system, while the Maildir lies on another: its file "
                    + "system seems not to be mounted", refusal(Migrations.account(USER, home, maildir, "mdbox:~/mdbox")));
            String index = "mdbox:" + mail.directory() + "/mdbox:INDEX=" + home + "/index";
            assertTrue(refusal(Migrations.account(USER, home, maildir, index)).getMessage().startsWith(home + "/index would lie on"));
            assertEquals(List.of("Maildir"), home());
        }
    }

    @Test
    void aSecondProcessOnTheUser() throws Exception {
        SeparateMigration first = new SeparateMigration(state, USER, home);
        Ended ended = first.run(process -> {
            Ended sameStore = run(new SeparateMigration(state, USER, home));
            assertEquals("BUSY another process is migrating anna with the state directory " + state, sameStore.line("failed"));
            Ended otherStore = run(new SeparateMigration(temp.resolve("other"), USER, home));
            assertEquals("TARGET " + home + "/.mdbox.roost belongs to the user anna and the state directory " + state
                    + ", expected anna and "
                    + temp.resolve("other") + ": go on with that state directory, or remove the staging directory",
                    otherStore.line("failed"));
            Ended otherUser = run(new SeparateMigration(state, "bert", home));
            assertTrue(otherUser.line("failed").startsWith("TARGET " + home + "/.mdbox.roost belongs to the user anna"),
                    otherUser::toString);
        }, "hold=1", "verify=1");
        assertTrue(ended.succeeded(), ended::toString);
        assertEquals("equal=true mails=40", ended.line("verified"));
        assertEquals(List.of("Maildir", "mdbox"), home());
    }

    private static Ended run(SeparateMigration migration) {
        try {
            return migration.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anUnfinishedMigrationWithOtherLocations() throws Exception {
        assertTrue(new SeparateMigration(state, USER, home).run("halt=COPIED").wasKilled());
        Account other = Migrations.account(USER, home, "maildir:~/Maildir", "mdbox:~/elsewhere");
        MigrationException e = refusal(other);
        assertEquals(Kind.TARGET, e.kind());
        assertEquals("an unfinished migration of anna has other locations: expected maildir:" + home + "/Maildir to mdbox:" + home
                + "/mdbox, found maildir:" + home + "/Maildir to mdbox:" + home + "/elsewhere; finish it with the old ones, or remove its "
                + "staging directory and use another state directory", e.getMessage());
        migrations.migrate(account());
        assertEquals(List.of("Maildir", "mdbox"), home());
    }

    @Test
    void aMigrationThatPlacedNothingYetMayChangeItsMind() throws Exception {
        assertTrue(new SeparateMigration(state, USER, home).run("halt=started").wasKilled());
        remove(".mdbox.roost");
        migrations.migrate(Migrations.account(USER, home, "maildir:~/Maildir", "mdbox:~/elsewhere"));
        assertEquals(List.of("Maildir", "elsewhere"), home());
    }

    @Test
    void whatIsDoneIsNotDoneAgain() throws Exception {
        Result first = migrations.migrate(account());
        List<String> before = MaildirBuilder.fingerprint(home);
        Result again = migrations.migrate(account());
        assertTrue(again.alreadyDone());
        assertEquals(first.mails(), again.mails());
        assertEquals(first.mailboxes(), again.mailboxes());
        assertEquals(first.bytes(), again.bytes());
        assertEquals(first.dataFiles(), again.dataFiles());
        assertEquals(before, MaildirBuilder.fingerprint(home));
    }

    @Test
    void whatWasTakenAwayIsDoneAgain() throws Exception {
        migrations.migrate(account());
        remove("mdbox");
        Result again = migrations.migrate(account());
        assertEquals(40, again.copiedMails());
        assertTrue(migrations.verify(account(), new java.util.ArrayList<>()).isEqual());
    }

    @Test
    void doneForOneTargetIsNotDoneForAnother() throws Exception {
        migrations.migrate(account());
        Account other = Migrations.account(USER, home, "maildir:~/Maildir", "mdbox:~/other");
        Result result = migrations.migrate(other);
        assertEquals(40, result.copiedMails());
        Account occupied = Migrations.account(USER, home, "maildir:~/Maildir", "mdbox:~/mdbox");
        assertTrue(refusal(occupied).getMessage().startsWith(home + "/mdbox already exists"));
    }

    @Test
    void aStateDirectoryThatWasLostLeavesStagingToThePeople() throws Exception {
        assertTrue(new SeparateMigration(state, USER, home).run("halt=COPIED").wasKilled());
        Files.move(state, temp.resolve("lost"));
        assertTrue(refusal(account()).getMessage().contains(".mdbox.roost was made with another store that was in " + state));
        remove(".mdbox.roost");
        assertEquals(40, migrations.migrate(account()).copiedMails());
    }

    @Test
    void anAltThatHoldsDataFiles() throws Exception {
        Path storage = Files.createDirectories(home.resolve("alt/storage"));
        Files.createFile(storage.resolve("m.17"));
        Account account = Migrations.account(USER, home, "maildir:~/Maildir", "mdbox:~/mdbox:ALT=~/alt");
        assertRefused(Kind.TARGET, storage.resolve("m.17") + " belongs to another mdbox: ALT must be empty; move it away, or name another "
                + "ALT", refusal(account));
        Files.delete(storage.resolve("m.17"));
        assertEquals(40, migrations.migrate(account).mails());
    }

    @Test
    void locationsThatNoMdboxCanHave() throws Exception {
        for (String target : List.of("mdbox:~/mdbox:INDEX=MEMORY", "mdbox:~/mdbox:LAYOUT=maildir++", "maildir:~/Maildir2")) {
            assertThrows(InvalidSettingException.class,
                    () -> migrations.migrate(Migrations.account(USER, home, "maildir:~/Maildir", target)), target);
        }
        assertEquals(List.of("Maildir"), home());
    }

    @Test
    void aUserNameThatTheStoreCannotHold() throws Exception {
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(Migrations.account("x".repeat(600), home)));
        assertRefused(Kind.IO, "a user name of 600 bytes, expected 1 to 500", e);
    }

    @Test
    void aStateDirectoryThatIsNoDirectory() throws Exception {
        Files.createFile(state);
        CheckpointException e = assertThrows(CheckpointException.class, () -> migrations.migrate(account()));
        assertTrue(e.getMessage().startsWith("the state directory cannot be used: cannot open " + state), e.getMessage());
    }

    @Test
    void theReasonIsRecorded() throws Exception {
        Files.createFile(home.resolve("mdbox"));
        MigrationException e = refusal(account());
        try (CheckpointStore store = CheckpointStore.openReadOnly(state.toString()).orElseThrow()) {
            assertEquals(UserState.FAILED, store.user(USER).orElseThrow().state());
            assertEquals(e.getMessage(), store.user(USER).orElseThrow().error());
        }
        Files.delete(home.resolve("mdbox"));
        migrations.migrate(account());
        try (CheckpointStore store = CheckpointStore.openReadOnly(state.toString()).orElseThrow()) {
            assertEquals(UserState.DONE, store.user(USER).orElseThrow().state());
            assertEquals("", store.user(USER).orElseThrow().error());
        }
    }
}
