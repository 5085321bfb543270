package io.roost.maildir;

import static io.roost.maildir.SourceDirectory.kinds;
import static io.roost.maildir.SourceDirectory.mails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.MailFlags;
import io.roost.dovecot.MailboxName;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.posix.ByteString;
import io.roost.posix.PosixException;

class MailboxScanTest {
    private static final String HEADER = "3 V1500000000 N1 G0123456789abcdef0123456789abcdef\n";

    @TempDir
    Path temp;
    private SourceDirectory source;

    @BeforeEach
    void make() throws Exception {
        source = new SourceDirectory(temp).mailbox("");
    }

    @Test
    void joinsFilesUidlistAndKeywords() throws Exception {
        source.file("cur/1.a:2,Sab", "").file("cur/2.b,S=7,W=8:2,Fc", "").file("new/3.c", "").file("new/2.d", "")
                .file("dovecot-keywords", "0 $Work\n1 Other\n").file("dovecot-acl", "anyone l\n")
                .file("dovecot-uidlist", HEADER + "5 :1.a:2,\n9 G2.b P O3 :2.b,S=7,W=8\n12 :gone\n");
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("5 1.a:2,Sab", "9 2.b,S=7,W=8:2,Fc", "13 2.d", "14 3.c"), mails(inbox));
        assertEquals(1_500_000_000L, inbox.uidValidity());
        assertEquals(15, inbox.uidNext());
        assertEquals(10, inbox.firstRecentUid());
        assertEquals(1, inbox.highestModseq());
        assertEquals("0123456789abcdef0123456789abcdef", inbox.guid().orElseThrow().toString());
        assertEquals(List.of("$Work", "Other", "unknown-2"), inbox.keywords());
        assertEquals("{0, 1}", inbox.mails().keywords(0).toString());
        assertEquals("{2}", inbox.mails().keywords(1).toString());
        assertEquals(MailFlags.SEEN, inbox.mails().flags(0));
        assertEquals("2.b", inbox.mails().guid(1));
        assertEquals("2.b,S=7,W=8", inbox.mails().pop3Uidl(1));
        assertEquals(3, inbox.mails().pop3Order(1));
        assertTrue(inbox.acl());
        assertEquals(List.of(Kind.NO_UID, Kind.NO_UID, Kind.STALE_ENTRY), kinds(inbox.problems()));
    }

    @Test
    void takesFilesWithoutControlFiles() throws Exception {
        source.file("cur/2.b:2,S", "").file("new/1.a", "");
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("1 1.a", "2 2.b:2,S"), mails(inbox));
        assertEquals(0, inbox.uidValidity());
        assertEquals(3, inbox.uidNext());
        assertEquals(1, inbox.firstRecentUid());
        assertTrue(inbox.guid().isEmpty());
        assertFalse(inbox.acl());
        assertEquals(List.of(Kind.NO_UID), kinds(inbox.problems()));
    }

    @Test
    void namesEveryFileThatIsNoMail() throws Exception {
        source.file("cur/1.a", "").file("cur/.hidden", "").file("new/.nfs000000000000001", "").file("cur/dir/x", "");
        Files.createSymbolicLink(source.root().resolve("cur/2.link"), Path.of("1.a"));
        Files.createSymbolicLink(source.root().resolve("new/3.dangling"), Path.of("nothing"));
        fifo(source.root().resolve("cur/4.fifo"));
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("1 1.a"), mails(inbox));
        assertEquals(List.of(Kind.NOT_A_FILE, Kind.NOT_A_FILE, Kind.SYMLINK, Kind.SYMLINK, Kind.IGNORED_FILE, Kind.IGNORED_FILE,
                Kind.NO_UID), kinds(inbox.problems()));
        for (String path : List.of("cur/dir", "cur/2.link", "new/3.dangling", "cur/4.fifo", "cur/.hidden")) {
            assertTrue(inbox.problems().stream().anyMatch(p -> p.path().endsWith("/" + path)), path);
        }
        SourceDirectory.assertAccounted(source.root(), inbox);
    }

    private static void fifo(Path path) throws Exception {
        assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
    }

    @Test
    void carriesNamesThatNobodyShouldGive() throws Exception {
        source.file("cur/1.a\u0001b:2,S", "").file("cur/2.line\nbreak:2,F", "").file("cur/:2,S", "")
                .file("cur/3.\u00ff\u00fe", "").file("cur/x..:2,S", "").file("cur/-rf", "").file("cur/ ", "")
                .file("dovecot-uidlist", HEADER + "1 :1.a\u0001b\n2 :3.\u00c3\u00bf\u00c3\u00be\n");
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("1 1.a\u0001b:2,S", "2 3.\u00c3\u00bf\u00c3\u00be", "3  ", "4 -rf", "5 x..:2,S",
                "6 :2,S", "7 2.line\nbreak:2,F"),
                mails(inbox));
        assertEquals(3, inbox.problems().stream().filter(p -> p.kind() == Kind.BAD_FILE_NAME).count());
        assertEquals(MailFlags.FLAGGED, inbox.mails().flags(6));
        // Neither GUID nor key may be empty, and no GUID may hold a line break.
        assertTrue(inbox.mails().guid(5).matches("[0-9a-f]{32}"));
        assertTrue(inbox.mails().guid(6).matches("[0-9a-f]{32}"));
        assertEquals("cur/:2,S", inbox.mails().key(5));
    }

    @Test
    void keepsDuplicatesApart() throws Exception {
        source.file("cur/1.a:2,S", "one").file("cur/1.a:2,F", "two").file("new/1.a", "three").file("cur/2.b:2,S", "four")
                .file("dovecot-uidlist", HEADER + "7 G99 :1.a\n");
        Files.createLink(source.root().resolve("cur/2.b:2,"), source.root().resolve("cur/2.b:2,S"));
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("7 1.a:2,F", "8 2.b:2,", "9 1.a", "10 1.a:2,S"), mails(inbox));
        assertEquals(List.of("cur/1.a:2,F", "2.b", "new/1.a", "cur/1.a:2,S"),
                List.of(inbox.mails().key(0), inbox.mails().key(1), inbox.mails().key(2), inbox.mails().key(3)));
        assertEquals("99", inbox.mails().guid(0));
        assertEquals(4, IntStream.range(0, 4).mapToObj(inbox.mails()::guid).distinct().count());
        assertEquals(List.of(Kind.DUPLICATE_FILE, Kind.DUPLICATE_FILE, Kind.SAME_FILE, Kind.NO_UID), kinds(inbox.problems()));
    }

    @Test
    void countsTheLastOfAFilesUids() throws Exception {
        source.file("cur/1.a:2,S", "").file("cur/2.b:2,S", "")
                .file("dovecot-uidlist", HEADER + "1 Gold :1.a\n2 :2.b\n3 :1.a\n");
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("2 2.b:2,S", "3 1.a:2,S"), mails(inbox));
        assertEquals("1.a", inbox.mails().guid(1));
        assertEquals(List.of(Kind.DUPLICATE_UID), kinds(inbox.problems()));
    }

    @Test
    void refusesAUserWhoseUidlistIsCorrupt() throws Exception {
        source.file("cur/1.a:2,S", "").file("cur/2.b:2,S", "");
        for (String bad : List.of(HEADER + "5 :1.a\n5 :2.b\n", "rubbish\n", HEADER + "5 :1.a\nrubbish\n",
                HEADER + "\0\0\0\n")) {
            source.file("dovecot-uidlist", bad);
            MailboxSnapshot inbox = source.scanInbox();
            assertEquals(2, inbox.mails().size(), "nothing is lost for those who go on");
            assertTrue(kinds(inbox.problems()).contains(Kind.CORRUPT_UIDLIST), bad);
            assertEquals(Severity.LOSS, Kind.CORRUPT_UIDLIST.severity());
        }
        source.file("dovecot-uidlist", HEADER + "5 :1.a\n6 :2.");
        assertEquals(List.of(Kind.NO_UID), kinds(source.scanInbox().problems()));
        Files.delete(source.root().resolve("dovecot-uidlist"));
        Files.createSymbolicLink(source.root().resolve("dovecot-uidlist"), Path.of("elsewhere"));
        assertEquals(List.of(Kind.SYMLINK, Kind.NO_UID), kinds(source.scanInbox().problems()));
    }

    @Test
    void tellsOfBadKeywords() throws Exception {
        source.file("cur/1.a:2,ab", "").file("dovecot-uidlist", HEADER + "1 :1.a\n").file("dovecot-keywords", "0 A\nx\n1 a\n");
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of(Kind.CORRUPT_KEYWORDS, Kind.CORRUPT_KEYWORDS), kinds(inbox.problems()));
        assertEquals(List.of("A", "unknown-1"), inbox.keywords());
        Files.delete(source.root().resolve("dovecot-keywords"));
        Files.createDirectory(source.root().resolve("dovecot-keywords"));
        assertEquals(List.of(Kind.CORRUPT_KEYWORDS), kinds(source.scanInbox().problems()));
    }

    @Test
    void goesOnWithoutADamagedIndex() throws Exception {
        source.file("cur/1.a:2,S", "").file("dovecot-uidlist", HEADER + "1 :1.a\n").file("dovecot.index", "rubbish".repeat(100))
                .file("dovecot.index.log", "more rubbish".repeat(100));
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of(Kind.CORRUPT_INDEX), kinds(inbox.problems()));
        assertEquals(MailFlags.SEEN, inbox.mails().flags(0));
    }

    @Test
    void followsNoLinkToDirectories() throws Exception {
        source.file("elsewhere/1.a", "").mailbox(".Box");
        Files.delete(source.root().resolve("cur"));
        Files.createSymbolicLink(source.root().resolve("cur"), Path.of("elsewhere"));
        assertEquals(List.of(Kind.SYMLINK), kinds(source.scanInbox().problems()));
        Files.delete(source.root().resolve("new"));
        source.file("new", "a file");
        assertEquals(List.of(Kind.UNREADABLE, Kind.SYMLINK), kinds(source.scanInbox().problems()));
        // Replaced between listing and scan.
        Maildir maildir = source.maildir("");
        MaildirMailbox box = maildir.list().mailboxes().get(1);
        Files.move(source.root().resolve(".Box"), temp.resolve("away"));
        Files.createSymbolicLink(source.root().resolve(".Box"), temp.resolve("away"));
        assertThrows(PosixException.class, () -> maildir.scan(box));
        Files.delete(source.root().resolve(".Box"));
        assertTrue(assertThrows(PosixException.class, () -> maildir.scan(box)).isNotFound());
    }

    @Test
    void emptyDirectoryIsAnEmptyMailbox() throws Exception {
        Files.createDirectory(source.root().resolve(".Bare"));
        MailboxSnapshot bare = source.scan(new MailboxName(List.of("Bare")));
        assertEquals(0, bare.mails().size());
        assertEquals(List.of(), bare.problems());
    }

    @Test
    void givesNoUidBeyondTheLast() throws Exception {
        source.file("cur/1.a", "").file("cur/2.b", "").file("cur/3.c", "")
                .file("dovecot-uidlist", HEADER + "4294967293 :1.a\n");
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("4294967293 1.a", "4294967294 2.b"), mails(inbox));
        assertEquals(0xffffffffL, inbox.uidNext());
        assertTrue(kinds(inbox.problems()).contains(Kind.UNSUPPORTED));
    }

    @Test
    void countsProblemsInsteadOfNamingAll() throws Exception {
        StringBuilder list = new StringBuilder(HEADER);
        for (int i = 1; i <= 5000; i++) {
            list.append(i).append(" :gone").append(i).append('\n');
        }
        source.file("dovecot-uidlist", list.toString());
        for (int i = 0; i < 30; i++) {
            Files.createSymbolicLink(source.root().resolve("cur/link" + i), Path.of("x"));
        }
        List<SourceProblem> problems = source.scanInbox().problems();
        assertEquals(ProblemLog.NAMED + 1, problems.stream().filter(p -> p.kind() == Kind.STALE_ENTRY).count());
        assertTrue(problems.stream().anyMatch(p -> p.detail().equals("and 4980 more, 5000 in all")));
        assertEquals(30, problems.stream().filter(p -> p.kind() == Kind.SYMLINK).count());
    }

    @Test
    void readsWhatCourierLeft() throws Exception {
        source.file("cur/1.a:2,S", "").file("cur/2.b+c:2,", "").file("new/3.c", "").file("cur/4.d:2,", "")
                .file("courierimapuiddb", "1 1400000000 8\n3 1.a\n5 2.b+c\n7 4.d\n")
                .file("courierpop3dsizelist", "/3 9 1400000000\n1.a:2, 100 12:1300000000\n2.b+c 5 0:0\n3.c 5 13:0\n"
                        + "gone 1 1:1\n")
                .file("courierimapkeywords/:list", "$Work\nOther\n\n1.a:0 1\n2.b+c:1\ngone:0\n")
                .file("courierimapkeywords/.5.2.b+c", "$Work\n").file("courierimapkeywords/.12.2.b+c", "Third\n")
                .file("courierimapkeywords/4.d", "Other\n").file("courierimapkeywords/.1.4.d", "");
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(List.of("3 1.a:2,S", "5 2.b+c:2,", "7 4.d:2,", "8 3.c"), mails(inbox));
        assertEquals(1_400_000_000L, inbox.uidValidity());
        assertEquals("UID12-1300000000", inbox.mails().pop3Uidl(0));
        assertEquals("2.b+2Bc", inbox.mails().pop3Uidl(1));
        assertEquals(null, inbox.mails().pop3Uidl(2));
        assertEquals("UID13", inbox.mails().pop3Uidl(3));
        assertEquals(List.of("$Work", "Other", "Third"), inbox.keywords());
        assertEquals("{0, 1}{2}{1}{}", "" + inbox.mails().keywords(0) + inbox.mails().keywords(1) + inbox.mails().keywords(2)
                + inbox.mails().keywords(3));
        // Dovecot has been here since: Courier's files are old.
        source.file("dovecot-uidlist", HEADER + "1 :1.a\n");
        inbox = source.scanInbox();
        assertEquals("1 1.a:2,S", mails(inbox).get(0));
        assertEquals(null, inbox.mails().pop3Uidl(0));
        assertEquals(List.of(), inbox.keywords());
    }

    @Test
    void survivesDamageOfWhatCourierLeft() throws Exception {
        source.file("cur/1.a:2,S", "").file("cur/2.b+c:2,", "");
        String[][] files = {{"courierimapuiddb", "1 1400000000 8\n3 1.a\n5 2.b+c\n"},
            {"courierpop3dsizelist", "/3 9 1400000000\n1.a:2, 100 12:1300000000\n2.b+c 5 0:0\n"},
            {"courierimapkeywords/:list", "$Work\nOther\n\n1.a:0 1\n2.b+c:1\n"}, {"courierimapkeywords/.5.2.b+c", "$Work\n"}};
        for (String[] file : files) {
            source.file(file[0], file[1]);
        }
        for (String[] file : files) {
            Fuzz.run(source.root().resolve(file[0]), file[1], 500, () -> assertEquals(2, source.scanInbox().mails().size()));
            source.file(file[0], file[1]);
        }
    }

    @Test
    void losesNoFileWhateverItIsCalled() throws Exception {
        Random random = new Random(9);
        String letters = "12.aMS:,=\u00ff\n\r\u0001 W";
        int files = 0;
        for (int i = 0; i < 600; i++) {
            StringBuilder name = new StringBuilder();
            for (int n = 1 + random.nextInt(9); n > 0; n--) {
                name.append(letters.charAt(random.nextInt(letters.length())));
            }
            if (name.toString().matches("\\.\\.?")) {
                continue;
            }
            Path file = source.root().resolve((i % 4 == 0 ? "new/" : "cur/") + name);
            files += name.charAt(0) != '.' && Files.notExists(file) ? 1 : 0;
            Files.writeString(file, "mail " + i);
        }
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(files, inbox.mails().size());
        assertEquals(files, IntStream.range(0, files).mapToObj(inbox.mails()::key).distinct().count());
        try (MailOpener opener = new MailOpener(inbox)) {
            for (int i = 0; i < files; i++) {
                opener.open(i).close();
            }
        }
    }

    @Test
    void readsOtherUsersTexts() {
        SourceProblem problem = new SourceProblem(Kind.STALE_ENTRY, "INBOX", ByteString.ofText("/\u00fc\n"), "is so");
        assertEquals("stale-entry: INBOX: /\u00fc\\x0a: is so", problem.toString());
    }
}
