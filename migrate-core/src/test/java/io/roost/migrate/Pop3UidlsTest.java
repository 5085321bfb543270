package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.roost.dovecot.Pop3UidlFormat;
import io.roost.mdbox.MailboxIndexHeader;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.Pop3Client;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** POP3 clients find every mail under the UIDL they know, in the order they know, and fetch none of them again. */
@RequiresDovecot
class Pop3UidlsTest {
    private static final List<String> FORMATS = List.of("%08Xu%08Xv", "%u", "%v-%u", "%g", "%f", "%Mf", "UID%u-%v", "%Mg");
    /** What the first mail's UIDL looks like. */
    private static final List<String> FIRST = List.of("00000001499602d2", "1", "1234567890-1", "1400000000\\.M100P1\\.mail,S=\\d+,W=\\d+",
            "1400000000\\.M100P1\\.mail,S=\\d+,W=\\d+", "[0-9a-f]{32}", "UID1-1234567890", "[0-9a-f]{32}");

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;

    @BeforeAll
    static void start() throws Exception {
        DovecotInstance.Builder builder = DovecotInstance.with("mdbox:~/mdbox").users("courier", "fields");
        for (int i = 0; i < FORMATS.size(); i++) {
            // more fields of the userdb; they override settings
            String format = " userdb_pop3_uidl_format=" + FORMATS.get(i).replace("%", "%%");
            builder.user("before" + i, "maildir:~/Maildir" + format).user("after" + i, "mdbox:~/mdbox" + format);
        }
        dovecot = builder.user("switched", "mdbox:~/mdbox userdb_pop3_uidl_format=%%g").start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    static List<String> formats() {
        return FORMATS;
    }

    /** What a POP3 client sees: numbers and UIDLs, sizes, and the mails. */
    private record Pop3View(List<String> uidls, List<String> sizes, List<String> mails) {
        static Pop3View of(String user) throws IOException {
            try (Pop3Client pop3 = dovecot.pop3(user)) {
                List<String> uidls = pop3.uidl();
                List<String> mails = new ArrayList<>();
                for (int i = 1; i <= uidls.size(); i++) {
                    mails.add(pop3.retrieve(i));
                }
                return new Pop3View(uidls, pop3.list(), mails);
            }
        }
    }

    private static MaildirBuilder maildir(Path home, boolean fields) {
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        for (int i = 0; i < 8; i++) {
            SampleMail mail = SampleMail.of("Subject: mail " + i + "\n\n.\n" + "text\n".repeat(i)).flags(i % 2 == 0 ? "S" : "");
            mail = fields && i == 1 ? mail.field('P', "kept-uidl-1") : mail;
            mail = fields && i == 2 ? mail.field('P', "") : mail;
            mail = fields && i == 3 ? mail.field('P', "0123456789abcdef").field('O', "2") : mail;
            mail = fields && i == 4 ? mail.field('O', "1") : mail;
            mail = i == 5 ? mail.field('G', "00112233445566778899aabbccddeeff") : mail;
            maildir.mailbox("INBOX").uidValidity(1_234_567_890L).add(i == 6 ? mail.uid(40) : i == 7 ? mail.delivered() : mail);
        }
        maildir.mailbox("Work").add(SampleMail.of("Subject: elsewhere\n\ntext\n").field('P', "not-seen").field('O', "7"));
        return maildir;
    }

    private static Settings with(String format) throws Exception {
        Settings d = Settings.defaults();
        return new Settings(d.rotateSize(), d.zlib(), Pop3UidlFormat.of(format), false, d.readers(), d.checkpointBytes(),
                d.finishAttempts());
    }

    private static Result migrate(String user, String format) throws Exception {
        Migrations migrations = new Migrations(state);
        migrations.settings = with(format);
        Account account = Migrations.account(user, dovecot.home(user));
        Result result = migrations.migrate(account);
        VerifyReport report = migrations.verify(account, new ArrayList<>());
        assertTrue(report.isEqual(), () -> report.mismatches().toString());
        return result;
    }

    @ParameterizedTest
    @MethodSource("formats")
    void clientsSeeTheSame(String format) throws Exception {
        String before = "before" + FORMATS.indexOf(format);
        String after = "after" + FORMATS.indexOf(format);
        for (boolean fields : List.of(false, true)) {
            Path home = dovecot.home(before);
            maildir(home, fields).write();
            MaildirBuilder.copy(home.resolve("Maildir"), dovecot.home(after).resolve("Maildir"));
            dovecot.own(home);
            dovecot.own(dovecot.home(after));
            Pop3View expected = Pop3View.of(before);
            if (!fields) {
                assertTrue(expected.uidls().get(0).matches("1 " + FIRST.get(FORMATS.indexOf(format))), expected.uidls()::toString);
            } else {
                assertTrue(expected.uidls().stream().anyMatch(u -> u.endsWith(" kept-uidl-1")), expected.uidls()::toString);
                assertTrue(expected.mails().get(0).contains("mail 4") && expected.mails().get(1).contains("mail 3"), "ordered by O");
            }

            migrate(after, format);

            assertEquals(expected, Pop3View.of(after));
            remove(home.resolve("Maildir"), dovecot.home(after).resolve("Maildir"), dovecot.home(after).resolve("mdbox"));
        }
    }

    private static void remove(Path... trees) throws IOException {
        for (Path tree : trees) {
            try (OpenDirectory parent = OpenDirectory.open(ByteString.ofText(tree.getParent().toString()))) {
                parent.removeTree(tree.getFileName().toString());
            }
        }
    }

    /** mdbox has no file names: with {@code %f} in the format, mails that come later need another one. */
    @Test
    void uidlsStayWhenTheFormatHasToBeAnother() throws Exception {
        Path home = dovecot.home("switched");
        maildir(home, false).write();
        MaildirBuilder.copy(home.resolve("Maildir"), dovecot.home("before4").resolve("Maildir"));
        dovecot.own(home);
        dovecot.own(dovecot.home("before4"));
        Pop3View before = Pop3View.of("before4");
        migrate("switched", "%f");
        dovecot.lmtp("switched", "Subject: new\n\nmail\n");
        Pop3View after = Pop3View.of("switched");
        assertEquals(before.uidls(), after.uidls().subList(0, before.uidls().size()));
        assertTrue(after.uidls().get(before.uidls().size()).matches("9 [0-9a-f]{32}"), after.uidls()::toString);
        remove(dovecot.home("before4").resolve("Maildir"));
    }

    @Test
    void onlyInboxHasThemAndOnlyWhereTheyAreNeeded() throws Exception {
        Path home = dovecot.home("fields");
        dovecot.own(maildir(home, true).write());
        migrate("fields", Pop3UidlFormat.DEFAULT);
        MailboxView view = MailboxView.of(dovecot, "fields");
        List<String> uidls = view.mails("INBOX").stream().map(l -> MailboxView.field(l, "pop3.uidl")).toList();
        assertEquals(List.of("", "kept-uidl-1", "1400000122.M102P1.mail,S=29,W=34", "0123456789abcdef", "", "", "", ""), uidls);
        List<String> orders = view.mails("INBOX").stream().map(l -> MailboxView.field(l, "pop3.order")).toList();
        assertEquals(List.of("", "", "", "2", "1", "", "", ""), orders);
        MailboxIndexHeader inbox = header(home, "INBOX");
        assertTrue(inbox.savedPop3Uidls() && inbox.savedPop3Orders());
        assertEquals(5, inbox.highestPop3UidlUid());
        assertFalse(header(home, "Work").savedPop3Uidls());
    }

    private static MailboxIndexHeader header(Path home, String mailbox) throws IOException {
        String path = ByteString.ofText(home.resolve("mdbox/mailboxes").resolve(mailbox).resolve("dbox-Mails").toString());
        try (OpenDirectory directory = OpenDirectory.open(path)) {
            return io.roost.mdbox.MailboxIndex.read(directory).header();
        }
    }

    /** Courier's UIDs and UIDLs, where Dovecot has never been; values as Courier's servers show them. */
    @Test
    void couriersClientsSeeTheSameOfDovecot() throws Exception {
        Path home = dovecot.home("courier");
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        String[] names = {"1300000001.M1P1.host,S=22", "1300000002.M2P1.host,S=22", "1300000003.M3P1.host,S=22", "1300000004.M4P1.h'st"};
        for (int i = 0; i < names.length; i++) {
            maildir.mailbox("INBOX").withoutUidlist().add(SampleMail.of("Subject: mail " + i + "\n\ntext\n").base(names[i])
                    .withoutSizes().flags("S"));
        }
        maildir.mailbox("Work").withoutUidlist().add(SampleMail.of("Subject: w\n\ntext\n").base("1300000009.M1P1.host")
                .withoutSizes());
        Path root = maildir.write();
        Files.writeString(root.resolve("courierimapuiddb"), "1 1111111111 30\n7 " + names[0] + "\n8 " + names[1] + "\n21 " + names[2]
                + "\n29 " + names[3] + "\n");
        Files.writeString(root.resolve(".Work/courierimapuiddb"), "1 1111111112 6\n5 1300000009.M1P1.host\n");
        Files.writeString(root.resolve("courierpop3dsizelist"), "/3 30 1111111113\n" + names[0] + ":2,S 29 3:1111111113\n"
                + names[1] + ":2,S 29 4:0\n" + names[2] + ":2,S 29 0:1111111113\n" + names[3] + ":2,S 29 0:1111111113\n");
        Files.createDirectories(root.resolve("courierimapkeywords"));
        Files.writeString(root.resolve("courierimapkeywords/:list"), "Label\n$Other\n\n" + names[1] + ":0 1\n");
        Files.writeString(root.resolve("courierimapsubscribed"), "INBOX\nINBOX.Work\n");
        dovecot.own(home);

        Result result = migrate("courier", Pop3UidlFormat.DEFAULT);

        assertEquals(5, result.mails());
        MailboxView view = MailboxView.of(dovecot, "courier");
        assertEquals(List.of("0000000007", "0000000008", "0000000021", "0000000029"),
                view.mails("INBOX").stream().map(l -> MailboxView.field(l, "uid")).toList());
        assertEquals("1111111111", MigratedUser.status(view, "INBOX", "uidvalidity"));
        assertEquals("30", MigratedUser.status(view, "INBOX", "uidnext"));
        assertEquals("(Label $Other \\Seen)".length(), MailboxView.field(view.mails("INBOX").get(1), "flags").length());
        assertEquals("0000000005", MailboxView.field(view.mails("Work").get(0), "uid"));
        assertTrue(view.lines().contains("subscribed Work"), view::toString);
        try (Pop3Client pop3 = dovecot.pop3("courier")) {
            assertEquals(List.of("1 UID3-1111111113", "2 UID4", "3 " + names[2], "4 1300000004.M4P1.h+27st"), pop3.uidl());
        }
    }
}
