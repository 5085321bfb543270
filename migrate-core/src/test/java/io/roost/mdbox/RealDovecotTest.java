package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailFlags;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DoveadmResult;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.UserDoveadm;

/** Whether a real Dovecot takes an mdbox of ours as its own. */
@RequiresDovecot
class RealDovecotTest {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private static final String SEPARATOR = "\f\n";

    private UserDoveadm doveadm;
    private Path root;
    private TestMdbox mdbox;

    @BeforeEach
    void build() throws Exception {
        OpenDirectory.clearUmask();
        doveadm = new UserDoveadm(DovecotInstance.with("mdbox:~/mdbox").users("someone")
                .config("mdbox_rotate_size = " + TestMdbox.ROTATE).start(), "someone");
        try (OpenDirectory home = TestMdbox.open(doveadm.home())) {
            OpenDirectory dir = doveadm.ownership().createDirectory(home, "mdbox");
            mdbox = new TestMdbox(dir, doveadm.ownership());
            mdbox.build();
        }
        root = doveadm.home().resolve("mdbox");
    }

    @AfterEach
    void stop() throws Exception {
        doveadm.dovecot().close();
    }

    private static String vname(String storageName) {
        return storageName.replace("&AOQ-", "\u00c3\u00a4").replace("&-", "&");
    }

    /** For the command line, which Java may not be able to encode. */
    private static String mask(String storageName) {
        return storageName.replaceAll("&.*", "*");
    }

    private static String expected(TestMdbox.Mailbox box, TestMdbox.Mail mail) {
        StringBuilder flags = new StringBuilder(MailFlags.toText(mail.flags()));
        if (mail.uid() >= TestMdbox.nextUid(box) - 1) {
            flags.append(" \\Recent");
        }
        mail.keywords().stream().forEach(k -> flags.append(' ').append(TestMdbox.KEYWORDS.get(k)));
        String text = new String(mail.text(), StandardCharsets.ISO_8859_1);
        return "uid: " + mail.uid() + "\nguid: " + mail.guid() + "\nflags: " + flags.toString().trim() + "\nmodseq: 42"
                + "\ndate.received: " + DATE.format(Instant.ofEpochSecond(mail.received())) + "\ndate.saved: "
                + DATE.format(Instant.ofEpochSecond(mail.saved())) + "\nsize.physical: " + mail.text().length
                + "\nsize.virtual: " + mail.virtualSize() + "\ntext:\n" + text;
    }

    private String fetch(String mailbox) throws Exception {
        return doveadm.run("fetch", "uid guid flags modseq date.received date.saved size.physical size.virtual text", "mailbox",
                mailbox, "all");
    }

    /** Of a file, its bytes as they were: Dovecot must not rewrite what it only reads. */
    private Map<String, byte[]> files(String suffix) throws Exception {
        Map<String, byte[]> all = new TreeMap<>();
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(suffix) && Files.isRegularFile(f)).toList()) {
                all.put(file.toString(), Files.readAllBytes(file));
            }
        }
        return all;
    }

    @Test
    void dovecotShowsWhatWasWritten() throws Exception {
        Map<String, byte[]> before = files("dovecot.index");
        assertEquals(4, before.size());
        for (TestMdbox.Mailbox box : mdbox.mailboxes) {
            long unseen = box.mails().stream().filter(m -> (m.flags() & MailFlags.SEEN) == 0).count();
            long vsize = box.mails().stream().mapToLong(TestMdbox.Mail::virtualSize).sum();
            assertEquals(vname(box.name()) + " messages=" + box.mails().size() + " recent=0 uidnext=" + TestMdbox.nextUid(box)
                    + " uidvalidity=" + box.uidValidity() + " unseen=" + unseen + " highestmodseq=42 vsize=" + vsize + " guid="
                    + box.guid() + "\n", doveadm.run("mailbox", "status",
                    "messages recent uidnext uidvalidity unseen highestmodseq vsize guid", mask(box.name())));
            assertEquals(box.mails().stream().map(m -> expected(box, m)).collect(Collectors.joining(SEPARATOR)),
                    fetch(mask(box.name())));
        }
        Map<String, byte[]> after = files("dovecot.index");
        assertEquals(before.keySet(), after.keySet());
        before.forEach((file, bytes) -> assertTrue(Arrays.equals(bytes, after.get(file)), file + " was rewritten"));
        assertEquals("", doveadm.run("fetch", "pop3.uidl", "mailbox", "empty", "all"));
        assertEquals("pop3.uidl: uidl-5\n", doveadm.run("fetch", "pop3.uidl", "mailbox", "INBOX", "uid",
                Long.toString(mdbox.mailboxes.get(0).mails().get(5).uid())).replace(SEPARATOR, ""));
    }

    @Test
    void dovecotGoesOn() throws Exception {
        TestMdbox.Mailbox inbox = mdbox.mailboxes.get(0);
        long nextUid = TestMdbox.nextUid(inbox);
        doveadm.runWith("Subject: new\n\nnew mail\n", "save", "-m", "INBOX");
        assertEquals("uid: " + nextUid + "\n", doveadm.run("fetch", "uid", "mailbox", "INBOX", "subject", "new"));
        doveadm.run("flags", "add", "\\Flagged Work brandnew", "mailbox", "Foo", "uid", "100:102");
        doveadm.run("copy", "empty", "mailbox", "INBOX", "uid", "1:30");
        doveadm.run("mailbox", "create", "New/Box");
        doveadm.run("move", "New/Box", "mailbox", "Foo", "uid", "104");
        doveadm.run("mailbox", "create", "Another");
        doveadm.run("expunge", "mailbox", "INBOX", "1:10");
        doveadm.run("expunge", "mailbox", "Foo", "uid", "105");
        String box = "mailbox";
        List<String> boxes = List.of("INBOX", "Foo", "empty", "New/Box", "Foo/B*");
        Map<String, String> before = new TreeMap<>();
        for (String name : boxes) {
            before.put(name, doveadm.run("fetch", "uid guid flags text", box, name, "all"));
        }
        doveadm.run("purge");
        for (String name : boxes) {
            assertEquals(before.get(name), doveadm.run("fetch", "uid guid flags text", box, name, "all"), name);
        }
        // the mail that nobody referred to is gone, and a new mailbox got a larger UIDVALIDITY
        for (byte[] file : files("").values()) {
            assertFalse(new String(file, StandardCharsets.ISO_8859_1).contains("nobody refers to this"));
        }
        assertEquals("Another uidvalidity=1234569\n", doveadm.run("mailbox", "status", "uidvalidity", "Another"));
        assertEquals("vsize=" + vsizes(doveadm.run("fetch", "size.virtual", box, "INBOX", "all")),
                doveadm.run("mailbox", "status", "vsize", "INBOX").trim().substring("INBOX ".length()));
        readBack(before.get("INBOX"));
    }

    private static long vsizes(String fetched) {
        return fetched.lines().filter(l -> l.startsWith("size.virtual: "))
                .mapToLong(l -> Long.parseLong(l.substring(14))).sum();
    }

    /** Our readers on what Dovecot has made of it. */
    private void readBack(String fetched) throws Exception {
        try (OpenDirectory storage = TestMdbox.open(root.resolve("storage"));
                OpenDirectory dir = TestMdbox.open(root.resolve("mailboxes/INBOX/dbox-Mails"))) {
            MapIndex map = MapIndex.read(storage);
            MailboxIndex index = MailboxIndex.read(dir);
            assertEquals(map.uidValidity(), index.header().mapUidValidity());
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < index.size(); i++) {
                int entry = map.find(index.mapUid(i));
                assertTrue(map.refcount(entry) > 0);
                Placement p = map.placement(entry);
                try (MailFileReader reader = MailFileReader.open(storage, p.fileId())) {
                    StoredMail mail = reader.read(p.offset());
                    assertEquals(p.recordSize(), mail.recordSize());
                    assertEquals(Guid128.ofText(mail.metadata().guid()), index.guid(i));
                    assertEquals(mail.metadata().virtualSize(), index.virtualSize(i).orElseThrow());
                    StringBuilder flags = new StringBuilder(MailFlags.toText(index.flags(i)));
                    if (index.uid(i) >= index.header().firstRecentUid()) {
                        flags.append(" \\Recent");
                    }
                    index.keywords(i).stream().forEach(k -> flags.append(' ').append(index.header().keywords().get(k)));
                    text.append("uid: ").append(index.uid(i)).append("\nguid: ").append(mail.metadata().guid())
                            .append("\nflags: ").append(flags.toString().trim()).append("\ntext:\n");
                    reader.data(mail, chunk -> {
                        byte[] b = new byte[chunk.remaining()];
                        chunk.get(b);
                        text.append(new String(b, StandardCharsets.ISO_8859_1));
                    });
                    text.append(i + 1 < index.size() ? SEPARATOR : "");
                }
            }
            assertEquals(fetched, text.toString());
        }
    }

    /** A rebuild finds the same mails; the two warnings come from force-resync always. */
    @Test
    void aRebuildChangesNothing() throws Exception {
        String fields = "uid guid flags date.received date.saved size.physical size.virtual text";
        String before = doveadm.run("fetch", fields, "mailbox", "INBOX", "all");
        DoveadmResult r = doveadm.tryRun("", "force-resync", "INBOX");
        assertEquals(0, r.exit());
        assertEquals("", r.stderr().lines().filter(l -> !l.contains("Warning: fscking index file")
                && !l.contains("rebuilding indexes")).reduce("", (a, b) -> a + b + "\n"));
        assertEquals(before, doveadm.run("fetch", fields, "mailbox", "INBOX", "all"));
    }
}
