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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.InvalidSettingException;
import io.roost.maildir.SourceProblem;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** An mdbox with {@code LAYOUT=index}, where the list index alone knows the mailboxes. */
class ListIndexTargetTest {
    private static final String TARGET = "mdbox:~/mdbox:LAYOUT=index";

    @TempDir
    Path temp;

    private static MaildirBuilder maildir(Path root) {
        MaildirBuilder maildir = MaildirBuilder.in(root).subscribe("INBOX", "Work/2019", "Gone");
        for (String name : List.of("INBOX", "Work/2019/Q1", "Work/2019", "\u65e5\u672c/\u6771\u4eac", "Trash")) {
            maildir.mailbox(name).uidNext(20).add(SampleMail.of("Subject: in " + name.length() + "\n\nmail\n").uid(3));
        }
        return maildir;
    }

    /** Mailboxes are listed, renamed, deleted, made and filled as if Dovecot had made all of it. */
    @Test
    @RequiresDovecot
    void dovecotGoesOn() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(TARGET).users("anna").start()) {
            Path home = dovecot.home("anna");
            MaildirBuilder maildir = maildir(home.resolve("Maildir"));
            maildir.mailbox("Work/2019").acl("owner lrwstipekxa\n");
            maildir.write();
            dovecot.own(home);
            MailboxView before = MailboxView.at(dovecot, "anna", "maildir:~/Maildir");
            new Migrations(temp).migrate(Migrations.account("anna", home, "maildir:~/Maildir", TARGET));
            MailboxView.assertSame(before, MailboxView.of(dovecot, "anna"));
            try (ImapClient imap = dovecot.imap("anna")) {
                imap.command("RENAME Work Play");
                imap.command("RENAME Trash Play/Trash");
                imap.command("DELETE Play/2019/Q1");
                imap.command("CREATE Work/new");
                imap.command("SUBSCRIBE Work/new");
                imap.append("Work/new", "", "Subject: new\r\n\r\n");
            }
            dovecot.lmtp("anna", "Subject: new\n\nmail\n");
            dovecot.doveadm("purge", "-u", "anna").succeeded();
            dovecot.doveadm("force-resync", "-u", "anna", "Play/2019");
            MailboxView after = MailboxView.of(dovecot, "anna");
            assertEquals(List.of("mailbox INBOX", "mailbox Play", "mailbox Play/2019", "mailbox Play/Trash", "mailbox Work",
                    "mailbox Work/new", "mailbox \u65e5\u672c", "mailbox \u65e5\u672c/\u6771\u4eac"),
                    after.lines().stream().filter(l -> l.startsWith("mailbox ")).toList());
            assertEquals(before.mails("Work/2019").get(0).replace("Work/2019", "Play/2019"), after.mails("Play/2019").get(0));
            assertEquals(2, after.mails("INBOX").size());
            String guid = MailboxView.field(before.lines().stream().filter(l -> l.startsWith("status Work/2019 ")).findFirst()
                    .orElseThrow(), "guid");
            assertEquals("owner lrwstipekxa\n", Files.readString(home.resolve("mdbox/mailboxes/" + guid + "/dovecot-acl")));
            // force-resync says what it does
            dovecot.assertLogClean("fscking index file", "rebuilding indexes");
        }
    }

    @Test
    @RequiresDovecot
    void mailboxesThatDovecotHasGivenNoGuidOrTheSameGetTheirOwn() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(TARGET).users("anna").start()) {
            Path home = dovecot.home("anna");
            MaildirBuilder maildir = maildir(home.resolve("Maildir"));
            maildir.mailbox("Trash").withoutUidlist();
            maildir.mailbox("Work/2019").guid("");
            maildir.mailbox("Work/2019/Q1").guid("0123456789abcdef0123456789abcdef");
            maildir.mailbox("INBOX").guid("0123456789abcdef0123456789abcdef");
            maildir.write();
            MaildirBuilder.copy(home.resolve("Maildir"), home.resolve("looked at"));
            dovecot.own(home);
            Migrations migrations = new Migrations(temp);
            Account account = Migrations.account("anna", home, "maildir:~/Maildir", TARGET);
            Result result = migrations.migrate(account);
            assertEquals(List.of(SourceProblem.Kind.GUID_CONFLICT),
                    result.notes().stream().map(SourceProblem::kind).filter(k -> k == SourceProblem.Kind.GUID_CONFLICT).toList());
            VerifyReport report = migrations.verify(account, new ArrayList<>());
            assertTrue(report.isEqual(), () -> report.mismatches().toString());
            MailboxView after = MailboxView.of(dovecot, "anna", Ignoring.MAILBOX_GUID, Ignoring.SAVED_DATE);
            assertEquals(5, after.mailCount());
            assertEquals(MailboxView.at(dovecot, "anna", "maildir:~/looked at", Ignoring.MAILBOX_GUID, Ignoring.SAVED_DATE).mails("INBOX"),
                    after.mails("INBOX"));
            dovecot.assertLogClean();
        }
    }

    @Test
    void verificationSeesAMailboxThatTheListLost() throws Exception {
        maildir(temp.resolve("Maildir")).write();
        Migrations migrations = new Migrations(temp.resolve("state"));
        Account account = Migrations.account("anna", temp, "maildir:~/Maildir", TARGET);
        migrations.migrate(account);
        assertTrue(migrations.verify(account, new ArrayList<>()).isEqual());
        Path list = temp.resolve("mdbox/dovecot.list.index");
        byte[] bytes = Files.readAllBytes(list);
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("Trash");
        bytes[at] = 'C';
        Files.write(list, bytes);
        assertFalse(migrations.verify(account, new ArrayList<>()).isEqual());
        Files.delete(list);
        Files.delete(temp.resolve("mdbox/dovecot.list.index.log"));
        assertFalse(migrations.verify(account, new ArrayList<>()).isEqual());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/tmp/lists/anna", "~/list"})
    void aListIndexElsewhereIsRefused(String path) throws Exception {
        Account account = Migrations.account("anna", temp, "maildir:~/Maildir", TARGET + ":LISTINDEX=" + path);
        maildir(temp.resolve("Maildir")).write();
        String message = assertThrows(InvalidSettingException.class, () -> new Migrations(temp.resolve("state")).migrate(account))
                .getMessage();
        assertTrue(message.contains("below the mail root or INDEX"), message);
        List<String> obstacles = new Planner(account, Settings.defaults()).plan().obstacles();
        assertTrue(obstacles.stream().anyMatch(o -> o.contains("LISTINDEX")), obstacles::toString);
        // a cache with LAYOUT=fs, which Dovecot makes anew
        Account fs = Migrations.account("anna", temp, "maildir:~/Maildir", "mdbox:~/mdbox:LISTINDEX=" + path);
        assertEquals(List.of(), new Planner(fs, Settings.defaults()).plan().obstacles());
    }

    @Test
    void aListIndexThatIsThereAlreadyIsRefused() throws Exception {
        maildir(temp.resolve("Maildir")).write();
        Files.createDirectories(temp.resolve("index"));
        Files.writeString(temp.resolve("index/dovecot.list.index.log"), "somebody's");
        Account account = Migrations.account("anna", temp, "maildir:~/Maildir", TARGET + ":INDEX=~/index");
        assertTrue(assertThrows(MigrationException.class, () -> new Migrations(temp.resolve("state")).migrate(account))
                .getMessage().contains("dovecot.list.index.log"));
        assertEquals("somebody's", Files.readString(temp.resolve("index/dovecot.list.index.log")));
    }
}
