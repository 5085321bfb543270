package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Mailboxes with names that Dovecot, or an mdbox, cannot have, and directories that are not what they should be. */
@RequiresDovecot
class OddMailboxesTest {
    private static final int TESTS = 10;
    private static final String MAIL = "Subject: mail\n\nof a mailbox\n";

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;
    private static int used;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("mdbox:~/mdbox").numberedUsers(TESTS).start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    /** One with an INBOX and a mailbox Good. */
    private static SideBySide maildir(String keys) throws Exception {
        SideBySide maildir = new SideBySide(dovecot, "u" + used++, state, keys);
        MaildirBuilder builder = keys.contains("LAYOUT=fs") ? maildir.builder().layoutFs() : maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(MAIL));
        builder.mailbox("Good").add(SampleMail.of(MAIL).flags("S"));
        builder.write();
        return maildir;
    }

    private static void add(SideBySide maildir, String directory) throws Exception {
        for (String sub : List.of("cur", "new", "tmp")) {
            maildir.directory(directory + "/" + sub).close();
        }
        maildir.write(directory + "/cur/1500000000.M1P1.mail:2,F", MAIL);
    }

    /** Adds mailboxes that cannot be carried over; the user is refused with each of them named, or loses nothing else. */
    private static void assertRefusedOrSkipped(SideBySide maildir, Kind kind, String... directories) throws Exception {
        String root = ByteString.ofText(maildir.maildir().toString()) + "/";

        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));

        assertEquals(MigrationException.Kind.SOURCE, e.kind());
        assertEquals(Stream.of(directories).map(d -> kind + " " + root + d).sorted().toList(),
                e.problems().stream().map(p -> p.kind() + " " + p.path()).sorted().toList());
        Result result = maildir.migrate(true);
        assertEquals(e.problems(), result.skipped());
        assertEquals(2, result.mails());
        MailboxView migrated = maildir.migrated();
        assertEquals(1, migrated.mails("Good").size());
        assertEquals(List.of("Good", "INBOX"), migrated.lines().stream().filter(l -> l.startsWith("status ")).map(l -> l.split(" ")[1])
                .toList());
    }

    /** Modified UTF-7 that is none, that hides a slash or NUL, and what mdbox gives a meaning. */
    @Test
    void namesThatCannotBeAreRefusedOrSkipped() throws Exception {
        SideBySide maildir = maildir("");
        String[] directories = {".inv&alid", ".&AC8-x", ".a&AC8-b", ".&AAA-", ".&AC4ALg-", ".\u00e4", ".a..b", ".a.", "...", ".~x", ".~",
            ".dbox-Mails", ".A.dbox-Mails", ".dbox-Mails.A"};
        for (String directory : directories) {
            add(maildir, directory);
        }
        assertRefusedOrSkipped(maildir, Kind.BAD_MAILBOX_NAME, directories);
    }

    @Test
    void namesThatCannotBeAreRefusedOrSkippedInLayoutFs() throws Exception {
        SideBySide maildir = maildir(":LAYOUT=fs");
        String[] directories = {"~x", "dbox-Mails", "A/dbox-Mails", "inv&alid", "a&AC8-b"};
        for (String directory : directories) {
            add(maildir, directory);
        }
        assertRefusedOrSkipped(maildir, Kind.BAD_MAILBOX_NAME, directories);
    }

    /** UTF-8 on disk takes two bytes for a letter that modified UTF-7 takes nearly three for. */
    @Test
    void namesThatAreTooLongForMdboxAreRefusedOrSkipped() throws Exception {
        SideBySide maildir = maildir(":UTF-8");
        String directory = ByteString.ofText("." + "\u0436".repeat(120));
        add(maildir, directory);
        assertRefusedOrSkipped(maildir, Kind.BAD_MAILBOX_NAME, directory);
    }

    /** Odd, and nothing is wrong with them: Dovecot shows them, and shows them again. */
    @Test
    void oddNamesThatCanBeAreKept() throws Exception {
        SideBySide maildir = maildir("");
        for (String directory : List.of(". ", ".%s", ".*", ".INBOX.sub", ".a\\b", ".-", ".x'\"`$(x)", ".&AAEAAg-", ".&AH8-",
                ".cur", ".storage", ".mailboxes", ".dovecot.index", ".A~", ".a.~", ".&2D3eAA-", "." + "n".repeat(200), ".#x", ".nothing")) {
            add(maildir, directory);
        }
        MailboxView shown = maildir.shownByDovecot(MailboxView.Ignoring.MAILBOX_GUID);
        assertEquals(21, shown.mailCount());
        maildir.migrate(false);
        MailboxView migrated = maildir.migrated(MailboxView.Ignoring.MAILBOX_GUID);
        assertEquals(withoutUidValidity(shown), withoutUidValidity(migrated));
    }

    @Test
    void namesWithLineBreaksAndTabsAreKept() throws Exception {
        SideBySide maildir = maildir("");
        add(maildir, ".&AAo-");
        add(maildir, ".a&AAkADQ-b");
        assertEquals(4, maildir.migrate(false).mails());
        try (ImapClient imap = dovecot.imap("u" + (used - 1))) {
            for (String name : List.of("&AAo-", "a&AAkADQ-b")) {
                assertTrue(imap.command("SELECT " + name).contains("* 1 EXISTS"), name);
            }
        }
        dovecot.assertLogClean();
    }

    private static List<String> withoutUidValidity(MailboxView view) {
        return view.lines().stream().map(l -> l.replaceAll(" uidvalidity=\\d+", "")).toList();
    }

    @Test
    void aMailboxThatIsALinkIsRefusedOrSkipped() throws Exception {
        SideBySide maildir = maildir("");
        add(maildir, "elsewhere");
        Path elsewhere = maildir.maildir().resolveSibling("elsewhere");
        Files.move(maildir.maildir().resolve("elsewhere"), elsewhere);
        try (OpenDirectory root = maildir.directory("")) {
            root.makeSymlink(elsewhere.toString(), ".Linked");
        }
        assertRefusedOrSkipped(maildir, Kind.SYMLINK, ".Linked");
    }

    @Test
    void aFileWhereMailsShouldLieIsRefusedOrSkipped() throws Exception {
        SideBySide maildir = maildir("");
        for (String name : List.of("cur", "new")) {
            maildir.directory(".Broken").close();
            maildir.write(".Broken/" + name, "a file");
        }
        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));
        for (String name : List.of("cur", "new")) {
            assertTrue(e.problems().stream().anyMatch(p -> p.toString().contains("/.Broken/" + name + ": is not a directory")), name);
        }
        assertEquals(2, maildir.migrate(true).mails());
    }

    /** Whatever lies in the root besides mailboxes: not shown by Dovecot, not followed by Roost. */
    @Test
    void whatIsNoMailboxIsLeftAlone() throws Exception {
        SideBySide maildir = maildir("");
        maildir.write(".file", "x");
        maildir.write("maildirsize", "1000S\n");
        maildir.directory("nodot/cur").close();
        maildir.write("nodot/cur/1500000000.x", MAIL);
        maildir.directory(".Empty").close();
        add(maildir, "..DOVECOT-TRASHED");
        MailboxView shown = maildir.shownByDovecot(MailboxView.Ignoring.MAILBOX_GUID);
        Result result = maildir.migrate(false);
        assertEquals(2, result.mails());
        MailboxView migrated = maildir.migrated(MailboxView.Ignoring.MAILBOX_GUID);
        assertEquals(withoutUidValidity(shown), withoutUidValidity(migrated));
    }
}
