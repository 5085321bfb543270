package io.roost.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresDovecot
class MailboxViewTest {
    @TempDir
    Path temp;

    @Test
    void showsASampleAsItWasBuilt() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            MaildirBuilder maildir = MaildirSample.of(dovecot.home("anna").resolve("Maildir"), 1, 5);
            dovecot.own(maildir.write());
            MailboxView view = MailboxView.of(dovecot, "anna");
            dovecot.assertLogClean();

            List<SampleMail> inbox = maildir.mailbox("INBOX").mails();
            List<String> mails = view.mails("INBOX");
            assertEquals(inbox.size(), mails.size());
            assertEquals("1", MailboxView.field(mails.get(0), "uid").replaceFirst("^0+", ""));
            assertEquals("($Forwarded Work \\Seen)", MailboxView.field(mails.get(0), "flags"));
            assertEquals(inbox.get(1).content.length, Long.parseLong(MailboxView.field(mails.get(1), "size.physical")));
            for (int i = 0; i < 20; i++) {
                assertEquals(inbox.get(i).virtualSize(), Long.parseLong(MailboxView.field(mails.get(i), "size.virtual")));
            }
            assertTrue(view.lines().contains("mailbox 日本/東京"), view::toString);
            assertTrue(view.lines().contains("mailbox Deep/a/b"), view::toString);
            assertTrue(view.lines().contains("subscribed Work/Übung"), view::toString);
            assertTrue(view.lines().stream().anyMatch(l -> l.startsWith("status Empty messages=0 recent=0 uidnext=17 ")), view::toString);
        }
    }

    @Test
    void anotherFormatOfTheSameMailLooksTheSame() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            MaildirBuilder maildir = MaildirBuilder.in(dovecot.home("anna").resolve("Maildir")).subscribe("Work/Übung");
            maildir.mailbox("INBOX").add(SampleMail.of("Subject: one\n\nfirst\n").flags("S").keywords("Kw", "$Other"))
                    .add(SampleMail.of("Subject: two\n\nsecond, without an end").received(0).delivered());
            maildir.mailbox("Work/Übung").uidNext(99).add(SampleMail.of("Subject: three\n\nNUL \0\n").uid(50).withoutSizes());
            dovecot.own(maildir.write());
            dovecot.doveadm("backup", "-u", "anna", "mdbox:~/mdbox").succeeded();
            MailboxView.Ignoring[] asBackupDoes = {MailboxView.Ignoring.SAVED_DATE, MailboxView.Ignoring.HIGHEST_MODSEQ};
            MailboxView before = MailboxView.of(dovecot, "anna", asBackupDoes);
            MailboxView after = MailboxView.at(dovecot, "anna", "mdbox:~/mdbox", asBackupDoes);
            MailboxView.assertSame(before, after);

            dovecot.doveadm("-o", "mail=mdbox:~/mdbox", "flags", "add", "-u", "anna", "\\Deleted", "mailbox", "INBOX", "uid", "1")
                    .succeeded();
            MailboxView changed = MailboxView.at(dovecot, "anna", "mdbox:~/mdbox", asBackupDoes);
            AssertionError e = assertThrows(AssertionError.class, () -> MailboxView.assertSame(before, changed));
            assertEquals(3, e.getMessage().lines().count(), e::getMessage);
            assertTrue(e.getMessage().contains("+ mail INBOX uid=0000000001"), e::getMessage);
        }
    }

    @Test
    void theSameSeedGivesTheSameMaildir() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert", "carl").start()) {
            for (String user : List.of("anna", "bert")) {
                dovecot.own(MaildirSample.of(dovecot.home(user).resolve("Maildir"), 7, 4).write());
            }
            dovecot.own(MaildirSample.of(dovecot.home("carl").resolve("Maildir"), 8, 4).write());
            MailboxView anna = MailboxView.of(dovecot, "anna", MailboxView.Ignoring.SAVED_DATE);
            assertEquals(anna, MailboxView.of(dovecot, "bert", MailboxView.Ignoring.SAVED_DATE));
            assertTrue(!anna.equals(MailboxView.of(dovecot, "carl", MailboxView.Ignoring.SAVED_DATE)), "another seed, other mails");
        }
    }

    @Test
    void otherLayoutsAreWrittenWhereDovecotLooks() throws IOException {
        String location = "maildir:~/Maildir:LAYOUT=fs:CONTROL=~/control";
        try (DovecotInstance dovecot = DovecotInstance.with(location).users("anna").start()) {
            Path home = dovecot.home("anna");
            MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir")).layoutFs().controlIn(home.resolve("control"));
            maildir.mailbox("INBOX").uidValidity(77).add(SampleMail.of("a: b\n\nc\n").uid(5));
            maildir.mailbox("Über/x.y").uidValidity(78).add(SampleMail.of("a: b\n\nd\n").uid(6).keywords("Kw"));
            maildir.subscribe("Über/x.y").write();
            dovecot.own(home);
            MailboxView view = MailboxView.of(dovecot, "anna");
            dovecot.assertLogClean();
            assertEquals("0000000005", MailboxView.field(view.mails("INBOX").get(0), "uid"));
            assertEquals("(Kw)", MailboxView.field(view.mails("Über/x.y").get(0), "flags"));
            assertTrue(view.lines().contains("subscribed Über/x.y"), view::toString);
        }
    }

    @Test
    void aFingerprintChangesWithAnythingButReading() throws IOException {
        Path root = MaildirSample.of(temp.resolve("Maildir"), 1, 1).write();
        List<String> before = MaildirBuilder.fingerprint(root);
        assertEquals(before, MaildirBuilder.fingerprint(root));
        assertTrue(root.resolve("new").toFile().setLastModified(1000));
        assertEquals(1, before.stream().filter(l -> !contains(root, l)).count());
    }

    private static boolean contains(Path root, String line) {
        try {
            return MaildirBuilder.fingerprint(root).contains(line);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
