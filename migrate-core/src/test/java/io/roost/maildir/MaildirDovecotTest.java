package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.MailFlags;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Pop3Client;
import io.roost.testing.RequiresDovecot;

/** Lists and scans Maildirs beside a real Dovecot. */
@RequiresDovecot
class MaildirDovecotTest {
    private static final String PLAIN = "maildir:~/Maildir";
    private static final String MAIL = "Subject: x\r\n\r\nbody\r\n";

    @Test
    void readsTheSampleAsDovecotShowsIt() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN).users("anna").start()) {
            MaildirSample.of(dovecot.home("anna").resolve("Maildir"), 7, 30).write();
            dovecot.own(dovecot.home("anna"));
            new DovecotsView(dovecot, "anna", PLAIN).assertSame(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "maildir:~/Maildir",
        "maildir:~/Maildir:INDEX=~/index:CONTROL=~/control",
        "maildir:~/Maildir:LAYOUT=fs",
        "maildir:~/Maildir:LAYOUT=fs:INDEX=~/index:CONTROL=~/control",
        "maildir:~/Maildir:LAYOUT=fs:DIRNAME=mails:CONTROL=~/control",
        "maildir:~/Maildir:LAYOUT=fs:FULLDIRNAME=mails:CONTROL=~/control:INDEX=~/index",
        "maildir:~/Maildir:LAYOUT=fs:MAILBOXDIR=boxes:DIRNAME=mails",
        "maildir:~/Maildir:INBOX=~/inbox:UTF-8",
        "maildir:~/Maildir:INBOX=~/Maildir/.INBOX",
        "maildir:~/Maildir:LAYOUT=fs:INBOX=~/inbox:INDEX=~/index",
        "maildir:~/Maildir:INDEX=MEMORY",
        "maildir:~/Maildir:SUBSCRIPTIONS=subs",
        "maildir:~/Maildir:INDEX=~/index:INDEXCACHE=~/cache",
        "maildir:~/Maildir:INDEXCACHE=~/cache",
        "maildir:~/Maildir:LAYOUT=index",
        "maildir:~/Maildir:LAYOUT=index:INDEX=~/index:CONTROL=~/control:LISTINDEX=names",
        "maildir:~/Maildir:LAYOUT=index:MAILBOXDIR=boxes:INDEXCACHE=~/cache:LISTINDEX=~/lists/names",
    })
    void readsWhatDovecotMadeInEveryLayout(String location) throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(location).users("anna").start()) {
            try (ImapClient imap = dovecot.imap("anna")) {
                imap.append("INBOX", "(\\Seen $Work) \"01-Jul-2019 10:00:00 +0000\"", MAIL);
                imap.append("INBOX", "(\\Flagged)", MAIL);
                for (String name : List.of("Work/Sub/Deep", "&ANw-bung", "INBOX/Below", "Trash", "No/Mails", "a &- b/x.y",
                        "dot")) {
                    if (location.contains("LAYOUT=fs") || name.indexOf('.') < 0) {
                        imap.command("CREATE " + ImapClient.quote(name));
                    }
                }
                for (int i = 0; i < 5; i++) {
                    imap.append("Work/Sub/Deep", i % 2 == 0 ? "(\\Seen)" : "(\\Answered other)", MAIL + i);
                }
                imap.command("SUBSCRIBE &ANw-bung");
                imap.command("SUBSCRIBE Work/Sub/Deep");
                imap.command("SUBSCRIBE INBOX");
                imap.command("SELECT Work/Sub/Deep");
                imap.command("COPY 1:3 Trash");
                imap.command("MOVE 2 &ANw-bung");
                imap.command("STORE 1 +FLAGS (\\Deleted)");
                imap.command("EXPUNGE");
            }
            dovecot.doveadm("fetch", "-u", "anna", "date.saved date.received", "ALL").succeeded();
            DovecotsView view = new DovecotsView(dovecot, "anna", location);
            view.assertSame(1);
            assertEquals(location.endsWith("MEMORY") ? 0 : 9, view.cachedDates());
        }
    }

    @Test
    void readsFlagsKeywordsAndUidsThatManyHandsHaveChanged() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN).users("anna")
                .config("pop3_save_uidl = yes\npop3_uidl_format = %g").start()) {
            Path cur = dovecot.home("anna").resolve("Maildir/cur");
            try (ImapClient imap = dovecot.imap("anna")) {
                for (int i = 0; i < 40; i++) {
                    imap.append("INBOX", "(keyword" + i + ")", MAIL + i);
                }
                imap.command("SELECT INBOX");
                imap.command("STORE 1:40 +FLAGS (common)");
                imap.command("STORE 5,7 +FLAGS (\\Deleted)");
                imap.command("EXPUNGE");
                imap.command("STORE 9 -FLAGS (keyword10)");
            }
            try (Pop3Client pop3 = dovecot.pop3("anna")) {
                pop3.uidl();
            }
            // Another program changes flags by renaming.
            List<Path> files = list(cur);
            for (Path file : files.subList(0, 5)) {
                String name = file.getFileName().toString();
                Files.move(file, cur.resolve(name.substring(0, name.indexOf(':')) + ":2,FSc"));
            }
            Files.delete(files.get(6));
            dovecot.lmtp("anna", MAIL);
            drop(dovecot, "anna", "new", "1700000002.M5P1.host", MAIL);
            drop(dovecot, "anna", "new", "1700000002.M40P1.host", MAIL);
            drop(dovecot, "anna", "new", "1700000001.P1.host", MAIL);
            drop(dovecot, "anna", "cur", "1600000000.strange:2,S", MAIL);
            drop(dovecot, "anna", "new", "1500000000.a:2,F", MAIL);
            new DovecotsView(dovecot, "anna", PLAIN).assertSame(1);
        }
    }

    @Test
    void trustsAnIndexThatCouldNotRenameTheFiles() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN + ":INDEX=~/index").users("anna").start()) {
            Path cur = dovecot.home("anna").resolve("Maildir/cur");
            try (ImapClient imap = dovecot.imap("anna")) {
                imap.append("INBOX", "(\\Seen)", MAIL);
                imap.append("INBOX", "", MAIL);
                imap.append("INBOX", "", MAIL);
            }
            Files.setPosixFilePermissions(cur, PosixFilePermissions.fromString("r-x------"));
            try (ImapClient imap = dovecot.imap("anna")) {
                imap.command("SELECT INBOX");
                imap.command("STORE 1:2 FLAGS (\\Flagged late)");
            }
            assertTrue(list(cur).stream().noneMatch(f -> f.toString().endsWith("F")), "no file was renamed");
            new DovecotsView(dovecot, "anna", PLAIN + ":INDEX=~/index").assertSame(1);
            Files.setPosixFilePermissions(cur, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void keepsMailsThatDovecotFailedToExpunge() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN + ":INDEX=~/index").users("anna").start()) {
            askInVain(dovecot, "STORE 2 +FLAGS (\\Deleted)", "EXPUNGE");
            new DovecotsView(dovecot, "anna", PLAIN + ":INDEX=~/index").assertSame(1);
        }
    }

    @Test
    void leavesOutMailsThatDovecotWouldExpungeNow() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN + ":INDEX=~/index").users("anna").start()) {
            askInVain(dovecot, "STORE 2 +FLAGS (\\Deleted)", "EXPUNGE");
            cutLogAfter(dovecot, "expunge-guid");
            DovecotsView view = new DovecotsView(dovecot, "anna", PLAIN + ":INDEX=~/index");
            MailboxSnapshot inbox = scan(view);
            assertEquals(2, inbox.mails().size());
            assertEquals(List.of(Kind.EXPUNGED), SourceDirectory.kinds(inbox.problems()));
            view.assertSame(2);
        }
    }

    @Test
    void trustsFlagsThatOnlyTheLogHas() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN + ":INDEX=~/index").users("anna").start()) {
            askInVain(dovecot, "STORE 2 +FLAGS (\\Flagged \\Answered)");
            cutLogAfter(dovecot, "flag-update");
            DovecotsView view = new DovecotsView(dovecot, "anna", PLAIN + ":INDEX=~/index");
            assertEquals("\\Answered \\Flagged", MailFlags.toText(scan(view).mails().flags(1)));
            view.assertSame(2);
        }
    }

    /** Commands that Dovecot cannot carry out because it may not write to cur. */
    private static void askInVain(DovecotInstance dovecot, String... commands) throws IOException {
        Path cur = dovecot.home("anna").resolve("Maildir/cur");
        try (ImapClient imap = dovecot.imap("anna")) {
            for (int i = 0; i < 3; i++) {
                imap.append("INBOX", "", MAIL);
            }
            imap.command("SELECT INBOX");
            Files.setPosixFilePermissions(cur, PosixFilePermissions.fromString("r-x------"));
            for (String command : commands) {
                imap.attempt(command);
            }
        }
        Files.setPosixFilePermissions(cur, PosixFilePermissions.fromString("rwx------"));
    }

    /** Leaves the log as a crash does: the last record of a type is in it, that it was carried out is not. */
    private static void cutLogAfter(DovecotInstance dovecot, String type) throws IOException {
        Path log = dovecot.home("anna").resolve("index/.INBOX/dovecot.index.log");
        long end = 0;
        Pattern record = Pattern.compile("record: offset=(\\d+), type=" + type + "[^,]*, size=(\\d+)");
        for (String line : dovecot.doveadm("dump", log.toString()).lines()) {
            Matcher m = record.matcher(line);
            end = m.find() ? Long.parseLong(m.group(1)) + Long.parseLong(m.group(2)) : end;
        }
        assertTrue(end > 0, "the log has a record of type " + type);
        try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.truncate(end);
        }
    }

    @Test
    void givesUidsInDovecotsOrderWhereThereIsNoUidlist() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN).users("anna").start()) {
            String[] names = {"1600000000.M2P1.h", "1600000000.M10P1.h", "1600000000.x", "1600000000.M1.h:2,S", "999.b", "a.b",
                "b", "1600000000.M2P0.h,S=25", "1600000000", "16", "1600000001.y:2,FRTD", "1600000000.M2P1.h2", "A",
                "1.\u00e9", "1.z",
                "msg.1", "0000001600000000.M3.h", "99999999999999999999.huge"};
            for (int i = 0; i < names.length; i++) {
                drop(dovecot, "anna", i % 3 == 0 ? "new" : "cur", names[i], MAIL + i);
            }
            // Without a uidlist Dovecot makes up UIDVALIDITY and mailbox GUID.
            new DovecotsView(dovecot, "anna", PLAIN).assertSame(1, line -> line.replaceAll(" (uidvalidity|guid)=[0-9a-f]*$", "")
                    .replaceAll(" uidvalidity=.*", ""));
        }
    }

    @Test
    void givesNewUidsToMailsThatReappeared() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN).users("anna").start()) {
            Path cur = dovecot.home("anna").resolve("Maildir/cur");
            for (int i = 0; i < 6; i++) {
                drop(dovecot, "anna", "cur", "160000000" + i + ".x:2,S", MAIL);
            }
            dovecot.doveadm("fetch", "-u", "anna", "uid", "ALL").succeeded();
            Path uidlist = dovecot.home("anna").resolve("Maildir/dovecot-uidlist");
            byte[] before = Files.readAllBytes(uidlist);
            Path away = dovecot.home("anna").resolve("away");
            Files.move(cur.resolve("1600000002.x:2,S"), away);
            dovecot.doveadm("force-resync", "-u", "anna", "INBOX").succeeded();
            // An administrator restores the mail, and the uidlist with it.
            Files.move(away, cur.resolve("1600000002.x:2,S"));
            Files.write(uidlist, before);
            drop(dovecot, "anna", "new", "1400000000.y", MAIL);
            new DovecotsView(dovecot, "anna", PLAIN).assertSame(3,
                    line -> line.replace("\\Recent", "").replaceAll(" recent=\\d+", ""));
        }
    }

    @Test
    void showsDuplicatesAndNamesWithoutBaseAsDovecotDoes() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN).users("anna").start()) {
            drop(dovecot, "anna", "cur", "1600000000.a:2,S", "Subject: 1\n\n");
            drop(dovecot, "anna", "cur", "1600000001.b:2,F", "Subject: 2\n\n");
            dovecot.doveadm("fetch", "-u", "anna", "uid", "ALL").succeeded();
            Path cur = dovecot.home("anna").resolve("Maildir/cur");
            drop(dovecot, "anna", "cur", "1600000000.a:2,", "Subject: 3\n\n");
            drop(dovecot, "anna", "cur", ":2,S", "Subject: 4\n\n");
            drop(dovecot, "anna", "cur", "1600000003.c", "Subject: 5\n\n");
            Files.createLink(cur.resolve("1600000003.c:2,R"), cur.resolve("1600000003.c"));
            drop(dovecot, "anna", "cur", "1600000004.\u0001control", "Subject: 6\n\n");
            drop(dovecot, "anna", "cur", ".hidden", "Subject: 7\n\n");
            MailboxSnapshot snapshot = scan(new DovecotsView(dovecot, "anna", PLAIN));
            assertEquals(List.of(Kind.BAD_FILE_NAME, Kind.BAD_FILE_NAME, Kind.DUPLICATE_FILE, Kind.SAME_FILE, Kind.IGNORED_FILE,
                    Kind.NO_UID, Kind.NO_UID).stream().sorted().toList(), SourceDirectory.kinds(snapshot.problems()));
            // What Dovecot renames gets a name, and with it a GUID, of its own. The two links are equal but for their flags,
            // and it is chance whose flags Dovecot shows first.
            new DovecotsView(dovecot, "anna", PLAIN).assertSame(3, line -> line.contains("uid=3") || line.contains("uid=1 ")
                    ? line.replaceAll("flags=\\[.*] received=\\d+ ", "") : line.replaceAll("uid=([5-9]) guid=\\S+ ", "uid=$1 ")
                    .replaceAll("\\\\Recent", "").replaceAll(" recent=\\d+", ""));
        }
    }

    @Test
    void carriesNamesWithLineBreaksThatDovecotIgnores() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN).users("anna").start()) {
            drop(dovecot, "anna", "cur", "1600000000.a:2,S", "Subject: 1\n\n");
            drop(dovecot, "anna", "cur", "1500000000.line\nbreak:2,S", "Subject: 2\n\n");
            drop(dovecot, "anna", "new", "1500000000.carriage\rreturn", "Subject: 3\n\n");
            MailboxSnapshot snapshot = scan(new DovecotsView(dovecot, "anna", PLAIN));
            assertEquals(3, snapshot.mails().size());
            assertEquals("1600000000.a", snapshot.mails().baseName(0));
            assertEquals(List.of("1"), dovecot.doveadm("-f", "tab", "fetch", "-u", "anna", "uid", "ALL").lines().subList(1, 2));
            assertEquals(2, dovecot.doveadm("-f", "tab", "fetch", "-u", "anna", "uid", "ALL").lines().size());
        }
    }

    @Test
    void accountsForEveryFileWhateverIsDamaged() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with(PLAIN).users("anna").start()) {
            try (ImapClient imap = dovecot.imap("anna")) {
                for (int i = 0; i < 12; i++) {
                    imap.append("INBOX", "(\\Seen keyword" + i + ")", MAIL + i);
                }
                imap.command("SELECT INBOX");
                imap.command("STORE 3 +FLAGS (\\Deleted)");
                imap.command("EXPUNGE");
            }
            dovecot.doveadm("fetch", "-u", "anna", "date.saved date.received", "ALL").succeeded();
            Path root = dovecot.home("anna").resolve("Maildir");
            drop(dovecot, "anna", "cur", ":2,S", MAIL);
            Files.createLink(root.resolve("cur/1.link"), root.resolve("cur/:2,S"));
            Files.createLink(root.resolve("cur/1.link:2,"), root.resolve("cur/:2,S"));
            Files.createSymbolicLink(root.resolve("cur/2.symlink"), root.resolve("cur/1.link"));
            Random random = new Random(11);
            for (String name : List.of("dovecot-uidlist", "dovecot-keywords", "dovecot.index.log", "dovecot.index.cache")) {
                byte[] valid = Files.readAllBytes(root.resolve(name));
                for (int round = 0; round < 150; round++) {
                    Files.write(root.resolve(name), Fuzz.damage(valid, random));
                    SourceDirectory.assertAccounted(root, scan(new DovecotsView(dovecot, "anna", PLAIN)));
                }
                Files.write(root.resolve(name), valid);
            }
        }
    }

    private static MailboxSnapshot scan(DovecotsView view) throws IOException {
        Maildir maildir = view.maildir();
        return maildir.scan(maildir.list().mailboxes().get(0));
    }

    private static void drop(DovecotInstance dovecot, String user, String directory, String name, String text)
            throws IOException {
        Path maildir = dovecot.home(user).resolve("Maildir");
        for (String sub : List.of("cur", "new", "tmp")) {
            Files.createDirectories(maildir.resolve(sub));
        }
        Path file = maildir.resolve(directory).resolve(name);
        Files.writeString(file, text, StandardCharsets.ISO_8859_1);
        Files.setLastModifiedTime(file, FileTime.from(1_555_000_000L, TimeUnit.SECONDS));
        dovecot.own(maildir);
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
