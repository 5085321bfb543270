package io.roost.migrate;

import static io.roost.migrate.MigratedUser.AS_USED;
import static io.roost.migrate.MigratedUser.changes;
import static io.roost.migrate.MigratedUser.status;
import static io.roost.migrate.MigratedUser.uids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.Pop3Client;
import io.roost.testing.RequiresDovecot;

/** What users and senders do with a migrated mailbox. Each test also ends with Dovecot having logged nothing. */
@RequiresDovecot
class DovecotGoesOnTest {
    private static final String MESSAGE = "From: a@example.org\nTo: b@example.org\nSubject: later\n\nafter the migration\n";

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("mdbox:~/mdbox").users("switched", "delivery", "full", "append", "flags", "copy", "mailboxes",
                "pop3", "expunge").start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    private static MigratedUser migrated(String user) throws Exception {
        return migrated(user, Settings.defaults());
    }

    private static MigratedUser migrated(String user, Settings settings) throws Exception {
        Migrations migrations = new Migrations(state);
        migrations.settings = settings;
        return MigratedUser.of(dovecot, user, migrations, MaildirSample.of(dovecot.home(user).resolve("Maildir"), 7, 6));
    }

    @Test
    void theUserdbSwitchesTheUser() throws Exception {
        try (DovecotInstance other = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            Path home = other.home("anna");
            other.own(MaildirSample.of(home.resolve("Maildir"), 8, 2).write());
            MailboxView before = MailboxView.of(other, "anna");
            new Migrations(state).migrate(Migrations.account("anna", home));
            other.setMail("anna", "mdbox:~/mdbox");
            MailboxView.assertSame(before, MailboxView.of(other, "anna"));
            other.lmtp("anna", MESSAGE);
            assertEquals(before.mailCount() + 1, MailboxView.of(other, "anna").mailCount());
            assertEquals(before.mailCount(), MailboxView.at(other, "anna", "maildir:~/Maildir").mailCount());
            other.assertLogClean();
        }
    }

    @Test
    void aDeliveryGetsTheNextUidAndGoesIntoTheLastDataFile() throws Exception {
        MigratedUser user = migrated("delivery");
        MailboxView before = user.view(AS_USED);
        List<Path> files = user.dataFiles();
        long size = user.dataSize();

        dovecot.lmtp("delivery", MESSAGE);

        List<String> changes = changes(before, user.view(AS_USED));
        assertEquals(3, changes.size(), changes::toString);
        String uidNext = status(before, "INBOX", "uidnext");
        assertTrue(changes.get(0).startsWith(String.format("+ mail INBOX uid=%010d ", Long.parseLong(uidNext))), changes::toString);
        assertEquals(files, user.dataFiles());
        assertTrue(user.dataSize() > size);
    }

    @Test
    void aDeliveryThatNoLongerFitsGoesIntoANewDataFile() throws Exception {
        MigratedUser user = migrated("full", new Settings(64 << 10, false, Settings.defaults().pop3UidlFormat(), false, 1, 1 << 20, 2));
        List<Path> files = user.dataFiles();
        assertTrue(files.size() > 2, files::toString);

        dovecot.lmtp("full", MESSAGE + "x".repeat(76).concat("\n").repeat(150_000));

        assertEquals(files.size() + 1, user.dataFiles().size());
        assertEquals(MigratedUser.number(files.get(files.size() - 1)) + 1, MigratedUser.number(user.dataFiles().get(files.size())));
    }

    @Test
    void anAppendKeepsItsDateAndFlags() throws Exception {
        MigratedUser user = migrated("append");
        MailboxView before = user.view(AS_USED);
        try (ImapClient imap = dovecot.imap("append")) {
            imap.append("Work", "(\\Flagged Fresh Work) \"01-Feb-2003 04:05:06 +0000\"", MESSAGE.replace("\n", "\r\n"));
            assertTrue(imap.command("SELECT Work").contains("* 7 EXISTS"));
            imap.append("Emptied", "", MESSAGE);
        }
        List<String> changes = changes(before, user.view(AS_USED));
        assertEquals(6, changes.size(), changes::toString);
        assertTrue(changes.get(0).matches("\\+ mail Emptied uid=0000001234 .*"), changes::toString);
        assertTrue(changes.get(1).matches("\\+ mail Work uid=0000000007 .* flags=\\(Fresh Work \\\\Flagged\\) "
                + "date.received.unixtime=1044072306 .*"), changes::toString);
    }

    @Test
    void flagsAndKeywordsChange() throws Exception {
        MigratedUser user = migrated("flags");
        try (ImapClient imap = dovecot.imap("flags")) {
            List<String> selected = imap.command("SELECT INBOX");
            assertTrue(selected.stream().anyMatch(l -> l.startsWith("* FLAGS") && l.contains("$MDNSent")), selected::toString);
            imap.command("UID STORE 1 FLAGS (\\Answered NewWord $Junk)");
            imap.command("UID STORE 2 -FLAGS (\\Flagged)");
            imap.command("UID STORE 3 +FLAGS (\\Draft)");
            String fetched = String.join("\n", imap.command("UID FETCH 1:3 (FLAGS)"));
            assertTrue(fetched.contains("UID 1 FLAGS (\\Answered $Junk NewWord"), fetched);
        }
        List<String> mails = user.view(AS_USED).mails("INBOX");
        assertEquals("($Junk NewWord \\Answered)", MailboxView.field(mails.get(0), "flags"));
        assertEquals("(\\Seen)", MailboxView.field(mails.get(1), "flags"));
        assertEquals("(\\Draft)", MailboxView.field(mails.get(2), "flags"));
    }

    @Test
    void aCopyIsAReferenceAndAMoveTakesItAlong() throws Exception {
        MigratedUser user = migrated("copy");
        MailboxView before = user.view(AS_USED);
        long size = user.dataSize();
        try (ImapClient imap = dovecot.imap("copy")) {
            imap.command("SELECT Sent");
            imap.command("UID COPY 1:6 Drafts");
            assertEquals(2, user.references("Sent", 1));
            imap.command("UID MOVE 2 Archive");
            imap.command("COPY 1 Sent");
        }
        MailboxView after = user.view(AS_USED);
        assertEquals(6, uids(after, "Drafts").size());
        assertEquals(List.of(1L, 3L, 4L, 5L, 6L, 7L), uids(after, "Sent"));
        assertEquals(3, user.references("Sent", 1));
        assertEquals(3, user.references("Sent", 7));
        assertEquals(2, user.references("Drafts", 2));
        assertEquals(size, user.dataSize(), "nothing is written twice");
        String moved = after.mails("Archive").get(after.mails("Archive").size() - 1);
        assertEquals(MailboxView.field(before.mails("Sent").get(1), "guid"), MailboxView.field(moved, "guid"));
        assertEquals(MailboxView.field(before.mails("Sent").get(1), "sha256"), MailboxView.field(moved, "sha256"));
    }

    @Test
    void mailboxesAreCreatedRenamedAndDeleted() throws Exception {
        MigratedUser user = migrated("mailboxes");
        MailboxView before = user.view(AS_USED);
        try (ImapClient imap = dovecot.imap("mailboxes")) {
            imap.command("CREATE Later/new");
            imap.append("Later/new", "", MESSAGE);
            imap.command("RENAME Work Werk");
            imap.command("DELETE Deep/a/b/c");
            imap.command("SUBSCRIBE Later/new");
            imap.command("UNSUBSCRIBE Work");
        }
        MailboxView after = user.view(AS_USED);
        assertEquals("1", status(after, "Later/new", "messages"));
        long highest = before.lines().stream().filter(l -> l.startsWith("status "))
                .mapToLong(l -> Long.parseLong(MailboxView.field(l, "uidvalidity"))).max().orElseThrow();
        assertTrue(Long.parseLong(status(after, "Later/new", "uidvalidity")) > highest);
        assertEquals(before.mails("Work/Übung").stream().map(l -> l.replace("mail Work/", "mail Werk/")).toList(),
                after.mails("Werk/Übung"));
        assertTrue(before.lines().contains("mailbox Deep/a/b/c") && !after.lines().contains("mailbox Deep/a/b/c"));
        assertTrue(after.lines().contains("subscribed Later/new") && !after.lines().contains("subscribed Work"));
        assertEquals(before.mails("INBOX"), after.mails("INBOX"));
    }

    @Test
    void pop3ServesAndDeletes() throws Exception {
        MigratedUser user = migrated("pop3");
        List<String> sizes = user.view().mails("INBOX").stream().map(l -> MailboxView.field(l, "size.virtual")).toList();
        List<String> uidls;
        try (Pop3Client pop3 = dovecot.pop3("pop3")) {
            uidls = pop3.uidl();
            assertEquals(sizes, pop3.list().stream().map(l -> l.substring(l.indexOf(' ') + 1)).toList());
            for (int i = 1; i <= sizes.size(); i++) {
                pop3.retrieve(i);
            }
            assertTrue(pop3.retrieve(1).endsWith("\r\n\r\nplain"), "the first mail of the sample");
            pop3.command("DELE 1");
            pop3.command("DELE 3");
        }
        try (Pop3Client pop3 = dovecot.pop3("pop3")) {
            assertEquals(uidls.size() - 2, pop3.uidl().size());
            assertEquals(uidls.get(1).substring(2), pop3.uidl().get(0).substring(2));
        }
        assertEquals(List.of(2L, 4L), uids(user.view(), "INBOX").subList(0, 2));
    }

    @Test
    void expungedMailsAreFreedByAPurge() throws Exception {
        MigratedUser user = migrated("expunge");
        MailboxView before = user.view(AS_USED);
        long size = user.dataSize();
        try (ImapClient imap = dovecot.imap("expunge")) {
            imap.command("SELECT INBOX");
            imap.command("UID STORE 1:13 +FLAGS.SILENT (\\Deleted)");
            imap.command("UID EXPUNGE 1:13");
        }
        MailboxView expunged = user.view(AS_USED);
        dovecot.doveadm("purge", "-u", "expunge").succeeded();
        MailboxView.assertSame(expunged, user.view(AS_USED));
        // INBOX has one of 100 KB
        assertTrue(size - user.dataSize() > 100_000, () -> "still as large");
        assertEquals(before.mailCount() - 13, expunged.mailCount());
        assertTrue(Files.exists(user.mdbox().resolve("storage/dovecot.map.index")));
        try (ImapClient imap = dovecot.imap("expunge")) {
            imap.command("SELECT INBOX");
            imap.command("FETCH 1:* (BODY.PEEK[] ENVELOPE BODYSTRUCTURE RFC822.SIZE)");
        }
    }
}
