package io.roost.mdbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.UidValidityFiles;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** A whole small mdbox, written with this package alone. */
final class TestMdbox {
    static final long NOW = 1700000000;
    static final int ROTATE = 4000;
    static final List<String> KEYWORDS = List.of("$Forwarded", "Work", "k3", "k4", "k5", "k6", "k7", "k8", "nine");

    /** A mail in a mailbox and what is expected of it. */
    record Mail(long uid, int flags, BitSet keywords, int mapUid, String guid, byte[] text, long received, long saved) {
        long virtualSize() {
            return TestMdbox.virtualSize(text);
        }
    }

    record Mailbox(String name, long uidValidity, Guid128 guid, List<Mail> mails) {
    }

    final List<Mailbox> mailboxes = new ArrayList<>();
    private final OpenDirectory root;
    private final Ownership ownership;
    private final MapIndexWriter map = new MapIndexWriter(NOW);
    private final OpenDirectory storage;
    private final MailFileWriter writer;

    TestMdbox(OpenDirectory root, Ownership ownership) throws Exception {
        this.root = root;
        this.ownership = ownership;
        storage = ownership.createDirectory(root, "storage");
        writer = MailFileWriter.create(storage, ownership, ROTATE, 1, NOW);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static long virtualSize(byte[] text) {
        long n = text.length;
        for (int i = 0; i < text.length; i++) {
            n += text[i] == '\n' && (i == 0 || text[i - 1] != '\r') ? 1 : 0;
        }
        return n;
    }

    /** Stores a mail, streamed if {@code chunk} is not 0, and returns its map UID. */
    int store(byte[] text, String guid, String mailbox, long received, String uidl, int chunk) throws Exception {
        MailMetadata metadata = new MailMetadata(text.length, received, virtualSize(text), uidl, 0, guid, mailbox);
        if (chunk == 0) {
            return map.add(writer.append(ByteBuffer.wrap(text), metadata));
        }
        writer.begin(text.length);
        for (int at = 0; at < text.length; at += chunk) {
            writer.data(ByteBuffer.wrap(text, at, Math.min(chunk, text.length - at)));
        }
        return map.add(writer.end(metadata));
    }

    /** The mails that are odd in one way or another. */
    static List<byte[]> texts() {
        List<byte[]> texts = new ArrayList<>();
        texts.add(bytes("Subject: plain\n\nhello\n"));
        texts.add(bytes("Subject: crlf\r\n\r\nhello\r\nworld\r\n"));
        texts.add(bytes("Subject: mixed\r\n\nlone \r CR\r\n\n\r\n"));
        texts.add(bytes("Subject: magic\n\n\1\2N          0000000000000010\nx\n\1\3\nGaa\n\n\1\2"));
        texts.add(bytes(""));
        texts.add(bytes("\n"));
        texts.add(bytes("Subject: nul\n\na\0b\377\200\n"));
        texts.add(bytes("Subject: no end"));
        texts.add(bytes("Subject: long\n\n" + "0123456789012345678901234567890123456789\n".repeat(300)));
        for (int i = 0; i < 30; i++) {
            texts.add(bytes("Subject: mail " + i + "\n\n" + "line of the body\n".repeat(i * 3)));
        }
        return texts;
    }

    /** INBOX with all texts, then a copy of some by reference in two other mailboxes, and one that nobody refers to. */
    void build() throws Exception {
        List<Mail> inbox = new ArrayList<>();
        long uid = 0;
        int n = 0;
        for (byte[] text : texts()) {
            uid += 1 + n % 3;
            String guid = n % 2 == 0 ? String.format("%032x", 0xabcdef00L + n) : "1700000000.M" + n + "P1.host,S="
                    + text.length;
            long received = NOW - 1000 * n;
            int mapUid = store(text, guid, "INBOX", received, n % 5 == 0 ? "uidl-" + n : null, n % 4 == 0 ? 1 + 7 * n : 0);
            BitSet keywords = new BitSet();
            if (n % 3 == 0) {
                keywords.set(n % KEYWORDS.size());
                keywords.set(1);
            }
            inbox.add(new Mail(uid, n % 32, keywords, mapUid, guid, text, received, NOW + n));
            n++;
        }
        mailboxes.add(new Mailbox("INBOX", 1234567, new Guid128(1, 2), inbox));
        store(bytes("Subject: nobody\n\nnobody refers to this\n"), "f".repeat(32), "INBOX", NOW, null, 0);
        List<Mail> shared = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Mail m = inbox.get(3 * i);
            shared.add(new Mail(100 + i, 8, new BitSet(), m.mapUid(), m.guid(), m.text(), m.received(), NOW + 5));
        }
        mailboxes.add(new Mailbox("Foo", 77, new Guid128(3, 4), shared));
        mailboxes.add(new Mailbox("Foo/B&AOQ-r &- Co", 78, new Guid128(5, 6), shared.subList(0, 4)));
        mailboxes.add(new Mailbox("empty", 79, new Guid128(7, 8), List.of()));
        for (MailFileWriter.Unsynced u : writer.flush()) {
            u.file().sync();
            if (u.finished()) {
                u.file().close();
            }
        }
        int highest = writer.fileId();
        writer.close();
        try (OpenDirectory all = ownership.createDirectory(root, "mailboxes")) {
            for (Mailbox m : mailboxes) {
                writeMailbox(all, m);
            }
        }
        map.setHighestFileId(highest);
        map.write(storage, ownership);
        storage.close();
        UidValidityFiles.write(root, 1234567, ownership);
    }

    private void writeMailbox(OpenDirectory all, Mailbox m) throws Exception {
        MailboxIndexWriter index = new MailboxIndexWriter(new MailboxIndexHeader(m.uidValidity(), nextUid(m), nextUid(m) - 1,
                m.guid(), NOW, KEYWORDS, 42, true, false, m.mails().isEmpty() ? 0 : nextUid(m) - 10, NOW, NOW));
        for (Mail mail : m.mails()) {
            if (!map.addReference(mail.mapUid())) {
                throw new IllegalStateException();
            }
            index.add(mail.uid(), mail.flags(), mail.keywords(), mail.mapUid(), mail.saved(), Guid128.ofText(mail.guid()),
                    mail.virtualSize());
        }
        OpenDirectory at = all;
        for (String part : m.name().split("/")) {
            if (at.status(part).isEmpty()) {
                ownership.createDirectory(at, part).close();
            }
            at = at.openDirectory(part);
        }
        try (OpenDirectory dir = ownership.createDirectory(at, "dbox-Mails")) {
            index.write(dir, ownership);
        }
    }

    static long nextUid(Mailbox m) {
        return m.mails().isEmpty() ? 10 : m.mails().get(m.mails().size() - 1).uid() + 10;
    }

    static OpenDirectory open(java.nio.file.Path path) throws Exception {
        return OpenDirectory.open(ByteString.ofText(path.toString()));
    }
}
