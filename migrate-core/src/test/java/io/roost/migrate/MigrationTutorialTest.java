package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.dovecot.MailLocation;
import io.roost.maildir.SourceProblem;
import io.roost.posix.ByteString;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

/** How a program migrates one user, from the account to the report; read it from top to bottom. */
class MigrationTutorialTest {
    @TempDir
    Path temp;

    @Test
    void fromAnAccountToAVerifyReport() throws Exception {
        // A user has a home and a Maildir in it: here one with two mailboxes and three mails.
        Path home = Files.createDirectory(temp.resolve("anna"));
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        maildir.mailbox("INBOX").add(SampleMail.of("Subject: one\n\nHello\n").flags("S"));
        maildir.mailbox("INBOX").add(SampleMail.of("Subject: two\n\nHello\n").flags("F").keywords("Work"));
        maildir.mailbox("Sent/2019").add(SampleMail.of("Subject: three\n\nHello\n"));
        maildir.subscribe("INBOX", "Sent/2019").write();

        // Paths are byte strings, since file names are bytes; locations are written as in Dovecot's configuration. The two -1 say
        // that what is created belongs to the owner of the Maildir.
        String homePath = ByteString.ofText(home.toString());
        Account account = new Account("anna", homePath, -1, -1, MailLocation.parse("maildir:~/Maildir", homePath),
                MailLocation.parse("mdbox:~/mdbox", homePath));

        // How mail is moved is the same for all users. The defaults are those of Dovecot 2.3.
        Settings settings = Settings.defaults();

        // A plan reads and tells; it writes nothing.
        Plan plan = new Planner(account, settings).plan();
        assertEquals(3, plan.mailboxes().stream().mapToLong(m -> m.mails()).sum());
        assertFalse(Files.exists(home.resolve("mdbox")));

        // What has been done is kept in a store on a local disk, so that a killed process is no loss. One store serves any number of
        // users and processes.
        List<Event> events = new ArrayList<>();
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            // Events come on this thread, in this order: begin, scan, copying now and then, each step that is recorded, the end.
            Result result = new UserMigration(account, settings, store, events::add).run();
            assertEquals(2, result.mailboxes());
            assertEquals(3, result.mails());
            assertEquals(List.of(), result.skipped());
            assertFalse(result.alreadyDone());

            assertTrue(events.get(0) instanceof Event.Started);
            assertEquals(List.of(UserState.COPIED, UserState.FINISHED, UserState.VERIFIED, UserState.PUBLISHED, UserState.DONE),
                    events.stream().filter(Event.Reached.class::isInstance).map(e -> ((Event.Reached) e).state()).toList());
            assertTrue(events.get(events.size() - 1) instanceof Event.Done);

            // The store knows where everybody is, also while another process migrates.
            UserRecord user = store.user("anna").orElseThrow();
            assertEquals(UserState.DONE, user.state());

            // Run again, it says that there is nothing to do.
            assertTrue(new UserMigration(account, settings, store, events::add).run().alreadyDone());
        }

        // The mdbox is where Dovecot will look for it once the userdb says so; the Maildir is as it was.
        assertTrue(Files.exists(home.resolve("mdbox/storage/m.1")));
        assertTrue(Files.exists(home.resolve("Maildir/.Sent.2019/cur")));

        // Until the user goes on with the mdbox both can be compared, mail by mail; every file is accounted for by name.
        List<FileFate> fates = new ArrayList<>();
        VerifyReport report = new Verification(account, settings, event -> { }, fates::add).run();
        assertTrue(report.isEqual());
        assertEquals(3, report.mails());
        assertTrue(fates.stream().allMatch(f -> f.fate() == FileFate.Fate.MIGRATED));
    }

    @Test
    void whatCannotBeCarriedOver() throws Exception {
        Path home = Files.createDirectory(temp.resolve("bert"));
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        maildir.mailbox("INBOX").add(SampleMail.of("Subject: one\n\nHello\n"));
        maildir.write();
        Files.createSymbolicLink(home.resolve("Maildir/cur/1500000000.elsewhere:2,S"), Path.of("/nowhere"));
        String homePath = ByteString.ofText(home.toString());
        Account account = new Account("bert", homePath, -1, -1, MailLocation.parse("maildir:~/Maildir", homePath),
                MailLocation.parse("mdbox:~/mdbox", homePath));
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {

            // One mail that cannot be read refuses the user: nothing is ever left out in silence.
            MigrationException refusal = assertThrows(MigrationException.class,
                    () -> new UserMigration(account, Settings.defaults(), store, event -> { }).run());
            assertEquals(MigrationException.Kind.SOURCE, refusal.kind());
            assertEquals(SourceProblem.Kind.SYMLINK, refusal.problems().get(0).kind());

            // With leave to skip it the others are carried over, and the result names it.
            Settings skipping = Settings.defaults().withSkipUnreadable(true);
            Result result = new UserMigration(account, skipping, store, event -> { }).run();
            assertEquals(1, result.mails());
            assertEquals(homePath + "/Maildir/cur/1500000000.elsewhere:2,S", result.skipped().get(0).path());
        }
    }
}
