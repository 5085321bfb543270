package io.roost.migrate;

import static io.roost.migrate.MigratedUser.AS_USED;
import static io.roost.migrate.MigratedUser.uids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.mdbox.MailboxIndex;
import io.roost.mdbox.MapIndex;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Copies of a mail in several mailboxes become one record with several references, as IMAP COPY would have made them. */
@RequiresDovecot
class SharedRecordsTest {
    private static final String TEXT = "From: a@example.org\nSubject: copied\n\n" + "to other mailboxes\n".repeat(500);

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("mdbox:~/mdbox").users("linked", "copied", "differing", "same", "many", "gone").start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    private static MaildirBuilder maildir(String user) {
        return MaildirBuilder.in(dovecot.home(user).resolve("Maildir"));
    }

    /** With {@code maildir_copy_with_hardlinks}, the default, and without it, or over the borders of file systems. */
    @Test
    void copiesThatDovecotMadeAreSharedAndOutliveEachOther() throws Exception {
        for (String links : List.of("yes", "no")) {
            String user = links.equals("yes") ? "linked" : "copied";
            String[] options = {"-o", "mail=maildir:~/Maildir", "-o", "maildir_copy_with_hardlinks=" + links};
            Path home = dovecot.home(user);
            MaildirBuilder maildir = maildir(user);
            maildir.mailbox("INBOX").add(SampleMail.of(TEXT).flags("S")).add(SampleMail.of("Subject: other\n\nmail\n"));
            maildir.mailbox("Archive");
            dovecot.own(maildir.write());
            doveadm(options, "copy", "-u", user, "Archive", "mailbox", "INBOX", "uid", "1");
            doveadm(options, "copy", "-u", user, "Archive", "mailbox", "Archive", "uid", "1");
            try (Stream<Path> copies = Files.list(home.resolve("Maildir/.Archive/cur"))) {
                assertEquals(links.equals("yes") ? 3 : 1, Files.getAttribute(copies.findFirst().orElseThrow(), "unix:nlink"));
            }

            MigratedUser migrated = MigratedUser.of(dovecot, user, new Migrations(state), "mdbox:~/mdbox");

            assertEquals(2, migrated.result().sharedMails());
            assertEquals(3, migrated.references("INBOX", 1));
            assertEquals(2, migrated.map().size());
            expunge(user, "INBOX", 1);
            expunge(user, "Archive", 1);
            dovecot.doveadm("purge", "-u", user).succeeded();
            assertEquals(1, migrated.references("Archive", 2));
            MailboxView left = migrated.view(AS_USED);
            assertEquals(List.of(2L), uids(left, "Archive"));
            dovecot.doveadm("fetch", "-u", user, "text", "mailbox", "Archive").succeeded();
            long size = migrated.dataSize();
            expunge(user, "Archive", 2);
            dovecot.doveadm("purge", "-u", user).succeeded();
            assertTrue(migrated.dataSize() < size - TEXT.length(), "freed with its last reference");
            assertEquals(1, migrated.map().size());
        }
    }

    private static void doveadm(String[] options, String... command) throws Exception {
        dovecot.doveadm(Stream.concat(Stream.of(options), Stream.of(command)).toArray(String[]::new)).succeeded();
    }

    private static void expunge(String user, String mailbox, long uid) throws Exception {
        try (ImapClient imap = dovecot.imap(user)) {
            imap.command("SELECT " + mailbox);
            imap.command("UID STORE " + uid + " +FLAGS.SILENT (\\Deleted)");
            imap.command("EXPUNGE");
        }
    }

    /** The same base name in two mailboxes is the same GUID to Dovecot, whatever the files hold. */
    @Test
    void mailsWithTheSameGuidAndOtherContentAreNotShared() throws Exception {
        MaildirBuilder maildir = maildir("differing");
        maildir.mailbox("INBOX").add(SampleMail.of("Subject: one\n\n1\n").base("1400000000.M1P1.mail").withoutSizes());
        maildir.mailbox("Work").add(SampleMail.of("Subject: two\n\n2\n").base("1400000000.M1P1.mail").withoutSizes());
        maildir.mailbox("Sent").add(SampleMail.of("Subject: two\n\n2\n").base("1400000000.M1P1.mail").withoutSizes());
        maildir.write();
        Path home = dovecot.home("differing");
        dovecot.own(home);
        MailboxView before = MailboxView.at(dovecot, "differing", "maildir:~/Maildir");
        Migrations migrations = new Migrations(state);

        Result result = migrations.migrate(Migrations.account("differing", home));

        assertTrue(result.notes().stream().anyMatch(p -> p.toString().contains("1400000000.M1P1.mail")), result.notes()::toString);
        MailboxView after = MailboxView.of(dovecot, "differing");
        for (String mailbox : List.of("INBOX", "Work", "Sent")) {
            assertEquals(MailboxView.field(before.mails(mailbox).get(0), "sha256"),
                    MailboxView.field(after.mails(mailbox).get(0), "sha256"), mailbox);
        }
        String guid = MailboxView.field(after.mails("INBOX").get(0), "guid");
        String other = MailboxView.field(after.mails("Work").get(0), "guid");
        assertNotEquals(guid, other);
        dovecot.doveadm("force-resync", "-u", "differing", "*");
        dovecot.assertLogClean("fscking index file", "rebuilding indexes");
        dovecot.forgetLog();
        assertEquals(after.mails("Work"), MailboxView.of(dovecot, "differing").mails("Work"));
    }

    /** As a client leaves them that makes files itself: in one mailbox, with other flags and dates. */
    @Test
    void copiesWithinOneMailboxAndWithOtherDatesKeepWhatIsTheirs() throws Exception {
        MaildirBuilder maildir = maildir("same");
        String guid = "1400000000.M1P1.mail";
        maildir.mailbox("Work").add(SampleMail.of(TEXT).field('G', guid).received(1_400_000_000L).flags("S").keywords("One"))
                .add(SampleMail.of(TEXT).field('G', guid).received(1_400_000_000L).flags("F").keywords("Two"))
                .add(SampleMail.of(TEXT).field('G', guid).received(1_500_000_000L));
        maildir.mailbox("INBOX").add(SampleMail.of(TEXT).field('G', guid).received(1_400_000_000L).field('P', "popped"))
                .add(SampleMail.of(TEXT).field('G', guid).received(1_400_000_000L));

        MigratedUser migrated = MigratedUser.of(dovecot, "same", new Migrations(state), maildir);

        MailboxIndex work = migrated.index("Work");
        assertEquals(work.mapUid(0), work.mapUid(1));
        assertNotEquals(work.mapUid(0), work.mapUid(2));
        MailboxIndex inbox = migrated.index("INBOX");
        assertNotEquals(inbox.mapUid(0), inbox.mapUid(1), "one has a POP3 UIDL and the other has none");
        migrated.forceResync();
        assertEquals(5, migrated.view().mailCount());
    }

    @Test
    void aMailThatWasExpungedDuringTheCopyIsFreedByAPurge() throws Exception {
        MaildirBuilder maildir = maildir("gone");
        maildir.mailbox("INBOX").add(SampleMail.of(TEXT)).add(SampleMail.of("Subject: stays\n\nhere\n"));
        Path home = dovecot.home("gone");
        maildir.write();
        dovecot.own(home);
        Migrations migrations = new Migrations(state);
        Path mail = home.resolve("Maildir/cur/1400000000.M100P1.mail,S=" + TEXT.length() + ",W=" + (TEXT.length() + 503) + ":2,");
        migrations.onEvent = event -> {
            if (event instanceof Event.Reached reached && reached.state() == io.roost.checkpoint.UserState.COPIED) {
                Files.delete(mail);
            }
        };

        Result result = migrations.migrate(Migrations.account("gone", home));

        assertEquals(1, result.mails());
        assertEquals(1, result.vanished());
        long size = Files.size(home.resolve("mdbox/storage/m.1"));
        assertTrue(size > TEXT.length());
        assertEquals(List.of(2L), uids(MailboxView.of(dovecot, "gone"), "INBOX"));
        dovecot.doveadm("force-resync", "-u", "gone", "*");
        dovecot.assertLogClean("fscking index file", "rebuilding indexes");
        dovecot.forgetLog();
        assertEquals(List.of(2L), uids(MailboxView.of(dovecot, "gone"), "INBOX"), "not even a rebuild brings it back");
        dovecot.doveadm("purge", "-u", "gone").succeeded();
        try (Stream<Path> files = Files.list(home.resolve("mdbox/storage"))) {
            assertTrue(files.filter(p -> p.getFileName().toString().startsWith("m.")).allMatch(p -> p.toFile().length() < size / 2));
        }
    }

    @Test
    void aThousandReferencesAreCounted() throws Exception {
        MaildirBuilder maildir = maildir("many");
        maildir.mailbox("INBOX");
        for (int i = 0; i < 1000; i++) {
            maildir.mailbox("Work").add(SampleMail.of(TEXT).field('G', "shared").received(1_400_000_000L));
        }
        MigratedUser migrated = MigratedUser.of(dovecot, "many", new Migrations(state), maildir);
        MapIndex map = migrated.map();
        assertEquals(1, map.size());
        assertEquals(1000, map.refcount(0));
        assertEquals(999, migrated.result().sharedMails());
    }
}
