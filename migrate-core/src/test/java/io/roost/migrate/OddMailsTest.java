package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Files in {@code cur} and {@code new} that are not as they should be: shown as Dovecot shows them, or refused by name. */
@RequiresDovecot
class OddMailsTest {
    private static final int TESTS = 11;

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;
    private static int used;
    private SideBySide maildir;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("mdbox:~/mdbox").numberedUsers(TESTS).start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @BeforeEach
    void next() {
        maildir = new SideBySide(dovecot, "u" + used++, state, "");
    }

    private static String text(int number) {
        return "Subject: mail " + number + "\n\n" + "text\n".repeat(number);
    }

    private static List<String> field(MailboxView view, String field) {
        return view.mails("INBOX").stream().map(l -> MailboxView.field(l, field)).toList();
    }

    private static List<Kind> kinds(List<SourceProblem> problems) {
        return problems.stream().map(SourceProblem::kind).distinct().sorted().toList();
    }

    @Test
    void namesWithControlCharactersAndOtherBytesAreMails() throws Exception {
        MaildirBuilder builder = maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(text(0)));
        builder.write();
        String[] names = {"1500000001.\u0001\u0002x:2,S", "1500000002.tab\tbed:2,F", "1500000003.\u007f\u0080\u00ff\u00c3:2,",
                "1500000004.a b  c:2,",
            "1500000005." + "l".repeat(238) + ":2,FS", "-rf", "1500000006.%s%n$(x)`y`;\\:2,", "1500000007:1,S", "1500000008.x:2,SS:2,F",
            "1500000009.x:2,\u0001S"};
        for (int i = 0; i < names.length; i++) {
            maildir.write("cur/" + names[i], text(i + 1));
        }
        MailboxView shown = maildir.shownByDovecot();
        assertEquals(names.length + 1, shown.mailCount());

        Result result = maildir.migrate(false);

        assertTrue(result.notes().stream().anyMatch(p -> p.kind() == Kind.BAD_FILE_NAME && p.toString().contains("\\x01\\x02x")),
                result.notes()::toString);
        MailboxView.assertSame(shown, maildir.migrated());
    }

    /** Dovecot ignores them, which a migration would make final. */
    @Test
    void namesWithLineBreaksAreCarriedOverAtTheEnd() throws Exception {
        MaildirBuilder builder = maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(text(0)));
        builder.write();
        maildir.write("cur/1500000001.line\nbreak:2,S", text(1));
        maildir.write("new/1500000002.carriage\rreturn", text(2));

        Result result = maildir.migrate(false);

        assertEquals(3, result.mails());
        assertEquals(2, result.notes().stream().filter(p -> p.kind() == Kind.BAD_FILE_NAME).count());
        MailboxView migrated = maildir.migrated();
        assertEquals(List.of("()", "(\\Seen)", "()"), field(migrated, "flags"));
        assertEquals(List.of(text(0).length(), text(1).length(), text(2).length()), field(migrated, "size.physical").stream()
                .map(Integer::parseInt).toList());
    }

    @Test
    void twoMailsWithOneBaseNameAreTwoMails() throws Exception {
        MaildirBuilder builder = maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(text(1)).base("1500000001.a").withoutSizes().flags("S"))
                .add(SampleMail.of(text(2)).base("1500000002.b").withoutSizes());
        builder.write();
        maildir.write("cur/1500000001.a:2,F", text(3));
        maildir.write("new/1500000001.a", text(4));
        maildir.write("new/1500000002.b", text(5));
        Files.createLink(maildir.maildir().resolve("cur/1500000002.b:2,R"), maildir.maildir().resolve("cur/1500000002.b:2,"));
        MailboxView shown = maildir.shownByDovecot();

        Result result = maildir.migrate(false);

        assertEquals(List.of(Kind.DUPLICATE_FILE, Kind.SAME_FILE), kinds(result.notes()).stream()
                .filter(k -> k == Kind.DUPLICATE_FILE || k == Kind.SAME_FILE).toList());
        assertEquals(5, result.mails());
        MailboxView migrated = maildir.migrated();
        // It is chance which of the two in cur Dovecot takes for the older one.
        assertTrue(field(migrated, "sha256").containsAll(field(shown, "sha256")), migrated::toString);
        assertEquals(5, field(migrated, "sha256").stream().distinct().count(), "those in new are hidden from Dovecot and not lost");
        assertEquals(5, field(migrated, "guid").stream().distinct().count(), "each has a GUID of its own");
    }

    @Test
    void datesThatMdboxCannotHoldBecomeTheNearestOnes() throws Exception {
        long[] dates = {0, 1, 2_208_988_800L, 4_323_456_000L, 0xffffffffL, 0x1_0000_0005L, -5, -2_000_000_000L};
        MaildirBuilder builder = maildir.builder();
        for (int i = 0; i < dates.length; i++) {
            builder.mailbox("INBOX").add(SampleMail.of(text(i)).base("15000000" + i + ".x"));
        }
        builder.write();
        for (int i = 0; i < dates.length; i++) {
            Path file = maildir.maildir().resolve("cur/15000000" + i + ".x,S=" + text(i).length() + ",W=" + (text(i).length() + 2 + i)
                    + ":2,");
            Files.setLastModifiedTime(file, FileTime.from(dates[i], TimeUnit.SECONDS));
            assertEquals(dates[i], Files.getLastModifiedTime(file).to(TimeUnit.SECONDS), "the file system can hold it");
        }
        maildir.shownByDovecot();

        Result result = maildir.migrate(false);

        assertEquals(4, result.notes().stream().filter(p -> p.kind() == Kind.BAD_DATE).count(), result.notes()::toString);
        assertEquals(Arrays.stream(dates).map(d -> Math.max(0, Math.min(0xffffffffL, d))).mapToObj(Long::toString).toList(),
                field(maildir.migrated(), "date.received.unixtime"));
    }

    @Test
    void whatIsNoFileIsRefusedByNameOrSkipped() throws Exception {
        MaildirBuilder builder = maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(text(0))).add(SampleMail.of(text(1)).flags("S"));
        Path cur = builder.write().resolve("cur");
        Path outside = maildir.maildir().resolveSibling("outside");
        Files.writeString(outside, "Subject: not the user's\n\nsecret\n");
        Files.createSymbolicLink(cur.resolve("1500000001.link:2,"), outside);
        Files.createSymbolicLink(cur.resolve("1500000002.dangling:2,"), Path.of("/nonexistent"));
        Files.createDirectory(cur.resolve("1500000003.directory:2,S"));
        Files.writeString(cur.resolve("1500000003.directory:2,S/file"), "x");
        assertEquals(0, new ProcessBuilder("mkfifo", cur.resolve("1500000004.fifo").toString()).start().waitFor());
        Files.createFile(cur.resolve(".hidden"));
        Files.createFile(cur.resolve(".nfs0000000000000001"));

        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));

        assertEquals(MigrationException.Kind.SOURCE, e.kind());
        assertEquals(List.of(Kind.NOT_A_FILE, Kind.SYMLINK), kinds(e.problems()));
        for (String name : List.of("1500000001.link", "1500000002.dangling", "1500000003.directory", "1500000004.fifo")) {
            assertEquals(1, e.problems().stream().filter(p -> p.path().contains("/cur/" + name)).count(), name);
        }
        Result result = maildir.migrate(true);
        assertEquals(e.problems(), result.skipped());
        assertEquals(2, result.mails());
        assertEquals(List.of("()", "(\\Seen)"), field(maildir.migrated(), "flags"));
    }

    @Test
    void contentOfEveryKindStaysWhatItIs() throws Exception {
        MaildirBuilder builder = maildir.builder();
        String magic = "\1\2N                         5\n\n\1\3\nR0\nGabc\n\n";
        String[] texts = {"", "\n", "\r\n", "\r", "\0", "\0\0\0\n\0", "\n\1\3\n", "\n\1\3\nGx\n\n", magic, magic.repeat(50),
                "2 M1e C5f5e1000\n",
            "From nobody\n\nx\n", "no header", "Subject: x", "Subject: x\n", "Subject: x\n\n", "\n\nbody\n", " folded: first\n\nx",
            "Subject: " + "\u00ff".repeat(300) + "\n\n\u0080\n", "x".repeat(70_000), "\n".repeat(70_000), "\r\n".repeat(9_000) + "\n",
            "Subject: x\n\n" + "y".repeat(8191) + "\r" + "z".repeat(8191) + "\r\n" + "\r".repeat(16384) + "\n"};
        for (String text : texts) {
            builder.mailbox("INBOX").add(SampleMail.of(text)).add(SampleMail.of(text).withoutSizes().flags("S"));
        }
        builder.write();
        MailboxView shown = maildir.shownByDovecot();
        Result result = maildir.migrate(false);
        assertEquals(texts.length * 2, result.mails());
        MailboxView.assertSame(shown, maildir.migrated());
        dovecot.doveadm("fetch", "-u", "u" + (used - 1), "imap.bodystructure imap.envelope", "ALL").succeeded();
        dovecot.assertLogClean();
    }

    /** Dovecot believes them, which breaks reading, or shows the wrong size; Roost has counted. */
    @Test
    void sizesInNamesAreNotBelieved() throws Exception {
        MaildirBuilder builder = maildir.builder();
        for (String sizes : List.of("S=999999,W=1000000", "S=1,W=1", "S=0,W=0", "S=99999999999999999999", "W=5", "S=-1", "S=22x")) {
            builder.mailbox("INBOX").add(SampleMail.of(text(3)).base("1500000001." + sizes.hashCode() + "," + sizes).withoutSizes());
        }
        builder.write();
        Result result = maildir.migrate(false);
        assertEquals(7, result.mails());
        MailboxView migrated = maildir.migrated();
        assertEquals(List.of("" + text(3).length()), field(migrated, "size.physical").stream().distinct().toList());
        assertEquals(List.of("" + (text(3).length() + 5)), field(migrated, "size.virtual").stream().distinct().toList());
        assertEquals(1, field(migrated, "sha256").stream().distinct().count());
    }

    @Test
    void oneGuidOfTwoContentsInOneMailboxBecomesTwo() throws Exception {
        MaildirBuilder builder = maildir.builder();
        for (int i = 0; i < 4; i++) {
            builder.mailbox("INBOX").add(SampleMail.of(text(i / 2)).field('G', "00112233445566778899aabbccddeeff"));
        }
        builder.write();
        MailboxView shown = maildir.shownByDovecot();
        Result result = maildir.migrate(false);
        assertEquals(List.of(Kind.GUID_CONFLICT), kinds(result.notes()));
        MailboxView migrated = maildir.migrated();
        assertEquals(field(shown, "sha256"), field(migrated, "sha256"));
        List<String> guids = field(migrated, "guid");
        assertEquals(guids.get(0), guids.get(1));
        assertEquals(guids.get(2), guids.get(3));
        assertFalse(guids.get(1).equals(guids.get(2)));
    }

    @Test
    void aDirectoryThatIsALinkIsRefused() throws Exception {
        MaildirBuilder builder = maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(text(0)));
        builder.mailbox("Work").add(SampleMail.of(text(1)));
        Path work = builder.write().resolve(".Work");
        Path elsewhere = maildir.maildir().resolveSibling("elsewhere");
        Files.move(work.resolve("cur"), elsewhere);
        try (OpenDirectory directory = maildir.directory(".Work")) {
            directory.makeSymlink(elsewhere.toString(), "cur");
        }
        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));
        assertTrue(e.getMessage().contains(work + "/cur: is a symbolic link"), e::getMessage);
        Result result = maildir.migrate(true);
        assertEquals(1, result.mails());
        assertEquals(List.of(Kind.SYMLINK), kinds(result.skipped()));
    }

    /** A UIDL that is as long as a line of the uidlist may be does not fit what mdbox keeps with a mail. */
    @Test
    void aMailThatMdboxCannotHoldCostsNobodyTheOthers() throws Exception {
        MaildirBuilder builder = maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(text(1)).base("1500000001.fits"))
                .add(SampleMail.of(text(2)).base("1500000002.long").withoutSizes().field('P', "u".repeat(65_505)))
                .add(SampleMail.of(text(3)).base("1500000003.fits"));
        builder.write();

        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));
        assertEquals(MigrationException.Kind.SOURCE, e.kind());
        assertEquals(List.of(Kind.UNSUPPORTED), kinds(e.problems()));
        assertTrue(e.getMessage().contains("1500000002.long") && e.getMessage().contains("metadata"), e.getMessage());

        // It is readable, so whoever verifies afterwards misses it, and nothing else.
        AssertionError missed = assertThrows(AssertionError.class, () -> maildir.migrate(true));
        assertTrue(missed.getMessage().endsWith("[INBOX UID 2: mail: expected in the mailbox, found missing]"), missed::getMessage);
        assertEquals(List.of(1, 3), field(maildir.migrated(), "uid").stream().map(Integer::parseInt).toList());
    }

    @Test
    void aCacheThatCannotBeReadCostsNothing() throws Exception {
        MaildirBuilder builder = maildir.builder();
        builder.mailbox("INBOX").add(SampleMail.of(text(1))).add(SampleMail.of(text(2)));
        Path root = builder.write();
        dovecot.own(root.getParent());
        // An index of Dovecot's own, since without one no cache is looked for.
        dovecot.doveadm("-o", "mail=maildir:" + root, "fetch", "-u", root.getParent().getFileName().toString(),
                "size.virtual date.saved hdr.subject", "ALL");
        Files.deleteIfExists(root.resolve("dovecot.index.cache"));
        Files.createSymbolicLink(root.resolve("dovecot.index.cache"), Path.of("elsewhere"));

        Result result = maildir.migrate(false);

        assertEquals(2, result.mails());
        assertEquals(List.of(), result.skipped());
        assertTrue(result.notes().stream().anyMatch(p -> p.kind() == Kind.CORRUPT_CACHE), result.notes()::toString);
        assertEquals(2, maildir.migrated().mailCount());
    }
}
