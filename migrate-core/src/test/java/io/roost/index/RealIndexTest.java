package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.roost.dovecot.MailFlags;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.UserDoveadm;

/** Indexes as a real Dovecot writes them for a Maildir, against what Dovecot itself reads from them. */
@RequiresDovecot
class RealIndexTest {
    private static final String[] WRITE_INDEX = {"mail_index_rewrite_max_log_bytes=1", "mail_index_rewrite_min_log_bytes=0"};
    private static final String[] ROTATE = {WRITE_INDEX[0], WRITE_INDEX[1], "mail_index_log_rotate_min_size=1",
        "mail_index_log_rotate_max_size=1", "mail_index_log_rotate_min_age=0"};

    private UserDoveadm doveadm;
    private Path maildir;

    @BeforeEach
    void start() throws Exception {
        doveadm = new UserDoveadm(DovecotInstance.with("maildir:~/Maildir").users("someone").start(), "someone");
        maildir = doveadm.home().resolve("Maildir");
    }

    @AfterEach
    void stop() throws Exception {
        doveadm.dovecot().close();
    }

    private MailIndex read() throws Exception {
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(maildir.toString()))) {
            return MailIndex.read(dir, "dovecot.index").orElseThrow();
        }
    }

    private void save(int from, int to) throws Exception {
        for (int i = from; i <= to; i++) {
            doveadm.runWith("Subject: mail " + i + "\n\nbody " + i + "\n", "save");
        }
    }

    private void change(Random random, UserDoveadm with) throws Exception {
        String uids = (1 + random.nextInt(10)) + ":" + (5 + random.nextInt(20));
        switch (random.nextInt(5)) {
            case 0 -> with.run("flags", "add", "\\Seen \\Flagged", "mailbox", "INBOX", "uid", uids);
            case 1 -> with.run("flags", "remove", "\\Seen Work", "mailbox", "INBOX", "uid", uids);
            case 2 -> with.run("flags", "add", "Work $Label" + random.nextInt(10), "mailbox", "INBOX", "uid", uids);
            case 3 -> with.run("flags", "replace", "\\Deleted Other", "mailbox", "INBOX", "uid", uids);
            default -> with.run("expunge", "mailbox", "INBOX", "uid", Integer.toString(1 + random.nextInt(20)));
        }
    }

    /** What doveadm fetches of each mail, as our reader tells it. */
    private String ours(MailIndex index, boolean modseqs) {
        List<String> mails = new ArrayList<>();
        for (int i = 0; i < index.size(); i++) {
            StringBuilder flags = new StringBuilder(MailFlags.toText(index.flags(i) & MailFlags.SYSTEM_MASK));
            if (index.uid(i) >= index.header().firstRecentUid()) {
                flags.append(" \\Recent");
            }
            TreeSet<String> keywords = new TreeSet<>();
            index.keywords(i).stream().forEach(k -> keywords.add(index.keywordNames().get(k)));
            keywords.forEach(k -> flags.append(' ').append(k));
            mails.add("uid: " + index.uid(i) + "\nflags: " + flags.toString().trim() + "\n"
                    + (modseqs ? "modseq: " + index.modseq(i) + "\n" : ""));
        }
        return String.join("\f\n", mails);
    }

    private String fetch(String fields) throws Exception {
        StringBuilder sorted = new StringBuilder();
        for (String line : doveadm.run("fetch", fields, "mailbox", "INBOX", "all").split("\n")) {
            if (line.startsWith("flags: ")) {
                List<String> flags = new ArrayList<>(List.of(line.substring(7).split(" ")));
                List<String> keywords = new ArrayList<>(flags.stream().filter(f -> !f.startsWith("\\")).sorted().toList());
                flags.removeIf(f -> !f.startsWith("\\"));
                flags.addAll(keywords);
                line = "flags: " + String.join(" ", flags);
            }
            sorted.append(line).append('\n');
        }
        return sorted.toString();
    }

    @Test
    void aSmallMailboxHasOnlyALog() throws Exception {
        save(1, 8);
        Random random = new Random(1);
        for (int n = 0; n < 12; n++) {
            change(random, doveadm);
            assertEquals(fetch("uid flags"), ours(read(), false));
        }
        assertFalse(Files.exists(maildir.resolve("dovecot.index")));
        String status = doveadm.run("mailbox", "status", "messages recent uidnext uidvalidity unseen highestmodseq", "INBOX");
        assertStatus(status, read());
        // this enables modification sequences for single mails
        assertEquals(fetch("uid flags modseq"), ours(read(), true));
        for (int n = 0; n < 12; n++) {
            change(random, doveadm);
            if (n % 4 == 0) {
                save(100 + n, 100 + n);
            }
        }
        assertEquals(fetch("uid flags modseq"), ours(read(), true));
    }

    private static void assertStatus(String status, MailIndex index) {
        IndexHeader h = index.header();
        assertEquals(status.trim(), "INBOX messages=" + h.messagesCount() + " recent="
                + recent(index) + " uidnext=" + h.nextUid() + " uidvalidity="
                + h.uidValidity() + " unseen=" + (h.messagesCount() - h.seenMessagesCount()) + " highestmodseq="
                + index.highestModseq());
    }

    private static long recent(MailIndex index) {
        long n = 0;
        for (int i = 0; i < index.size(); i++) {
            n += index.uid(i) >= index.header().firstRecentUid() ? 1 : 0;
        }
        return n;
    }

    @Test
    void anIndexFileAndRotatedLogsGoTogether() throws Exception {
        UserDoveadm writing = doveadm.with(WRITE_INDEX);
        UserDoveadm rotating = doveadm.with(ROTATE);
        save(1, 20);
        Random random = new Random(2);
        fetch("uid modseq");
        boolean rotated = false;
        for (int n = 0; n < 25; n++) {
            change(random, n % 5 == 4 ? writing : n % 5 == 2 && n > 10 ? rotating : doveadm);
            MailIndex index = read();
            if (Files.exists(maildir.resolve("dovecot.index"))) {
                compareWithDump(index, writing.run("dump", "-t", "index", maildir.resolve("dovecot.index").toString()));
            }
            rotated |= Files.exists(maildir.resolve("dovecot.index.log.2"));
            assertEquals(fetch("uid flags modseq"), ours(read(), true));
        }
        assertTrue(Files.exists(maildir.resolve("dovecot.index")));
        assertTrue(rotated);
    }

    private static void compareWithDump(MailIndex index, String dump) {
        IndexHeader h = index.header();
        assertEquals(number(dump, "next uid"), h.nextUid());
        assertEquals(number(dump, "uid validity"), h.uidValidity());
        assertEquals(number(dump, "messages count"), h.messagesCount());
        assertEquals(number(dump, "seen messages count"), h.seenMessagesCount());
        assertEquals(number(dump, "deleted messages count"), h.deletedMessagesCount());
        assertEquals(number(dump, "first recent uid"), h.firstRecentUid());
        assertEquals(number(dump, "log file seq"), h.logFileSeq());
        assertEquals(number(dump, "log file head offset"), h.logFileHeadOffset());
        IndexExtension cache = index.extension("cache").orElseThrow();
        String[] records = dump.split("RECORD: ");
        assertEquals(index.size(), records.length - 1);
        for (int i = 0; i < index.size(); i++) {
            assertTrue(records[i + 1].startsWith(String.format("seq=%d, uid=%d, flags=0x%02x", i + 1, index.uid(i),
                    index.flags(i))),
                    records[i + 1]);
            assertEquals(number(records[i + 1], "- ext \\d+ cache"), index.recordInt(cache, i, 0));
            assertEquals(number(records[i + 1], "- ext \\d+ modseq"), index.modseq(i));
        }
    }

    private static long number(String text, String name) {
        Matcher m = Pattern.compile("(?m)^ ?" + name + " *[.:]* *=? *(\\d+)").matcher(text);
        assertTrue(m.find(), name + " in\n" + text);
        return Long.parseLong(m.group(1));
    }

    @Test
    void theCacheTellsDatesAndSizes() throws Exception {
        save(1, 12);
        // the first fetch fills the cache, the second sees it
        doveadm.run("fetch", "date.saved imap.envelope hdr.subject", "mailbox", "INBOX", "all");
        doveadm.run("expunge", "mailbox", "INBOX", "uid", "3");
        doveadm.run("fetch", "imap.bodystructure date.sent", "mailbox", "INBOX", "all");
        String fetched = doveadm.run("fetch", "uid date.saved", "mailbox", "INBOX", "all");
        MailIndex index = read();
        assertEquals(11, index.size());
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(maildir.toString()));
                IndexCache cache = IndexCache.open(dir, "dovecot.index", index).orElseThrow()) {
            String[] mails = fetched.split("\f\n");
            for (int i = 0; i < index.size(); i++) {
                String[] lines = mails[i].split("\n");
                assertEquals("uid: " + index.uid(i), lines[0]);
                assertEquals(lines[1], "date.saved: " + format.format(LocalDateTime.ofEpochSecond(
                        cache.date(i, "date.save").orElseThrow(), 0, ZoneOffset.UTC)));
                assertTrue(cache.date(i, "date.sent").isPresent());
                assertEquals(null, cache.field(i, "guid"));
                assertTrue(new String(cache.field(i, "hdr.Subject"), StandardCharsets.ISO_8859_1)
                        .contains("Subject: mail "));
            }
        }
        // a cache of another generation is not this index's
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(maildir.toString()))) {
            byte[] bytes = Files.readAllBytes(maildir.resolve("dovecot.index.cache"));
            bytes[8]++;
            Files.write(maildir.resolve("dovecot.index.cache"), bytes);
            assertTrue(IndexCache.open(dir, "dovecot.index", index).isEmpty());
        }
    }
}
