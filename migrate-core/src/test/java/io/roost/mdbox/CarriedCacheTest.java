package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.Guid128;
import io.roost.index.CacheCarrier;
import io.roost.index.CacheIdentity;
import io.roost.index.IndexCache;
import io.roost.index.MailIndex;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.UserDoveadm;

/** A Maildir's cache in an mdbox, read by a real Dovecot that cannot open the mails. */
@RequiresDovecot
class CarriedCacheTest {
    private static final long NOW = 1700000000;
    private static final String FIELDS =
            "uid imap.envelope imap.bodystructure hdr.subject date.sent date.received size.virtual";


    @Test
    void dovecotAnswersFromIt() throws Exception {
        OpenDirectory.clearUmask();
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("someone").start()) {
            answersFromIt(new UserDoveadm(dovecot, "someone"));
        }
    }

    private static void answersFromIt(UserDoveadm doveadm) throws Exception {
        for (int i = 1; i <= 5; i++) {
            doveadm.runWith("From: a@example.org\nDate: Tue, 14 Nov 2023 22:13:20 +0000\nSubject: mail " + i + "\n\nbody\n",
                    "save");
        }
        doveadm.run("fetch", FIELDS, "mailbox", "INBOX", "all");
        String before = doveadm.run("fetch", FIELDS, "mailbox", "INBOX", "all");
        try (OpenDirectory home = TestMdbox.open(doveadm.home());
                OpenDirectory maildir = home.openDirectory("Maildir");
                OpenDirectory root = doveadm.ownership().createDirectory(home, "mdbox")) {
            migrate(maildir, root, doveadm.ownership());
        }
        // no mail can be opened, so the answers come from indexes
        Path storage = doveadm.home().resolve("mdbox/storage");
        Files.move(storage.resolve("m.1"), storage.resolve("away"));
        UserDoveadm mdbox = doveadm.with("mail_location=mdbox:~/mdbox");
        assertEquals(before, mdbox.run("fetch", FIELDS, "mailbox", "INBOX", "all"));
    }

    private static void migrate(OpenDirectory maildir, OpenDirectory root, Ownership ownership) throws Exception {
        MailIndex source = MailIndex.read(maildir, "dovecot.index").orElseThrow();
        MapIndexWriter map = new MapIndexWriter(NOW);
        ownership.createDirectory(root, "mailboxes").close();
        ownership.createDirectory(root, "mailboxes/INBOX").close();
        try (OpenDirectory storage = ownership.createDirectory(root, "storage");
                OpenDirectory dir = ownership.createDirectory(root, "mailboxes/INBOX/dbox-Mails");
                MailFileWriter files = MailFileWriter.create(storage, ownership, 1 << 20, 1, NOW);
                IndexCache cache = IndexCache.open(maildir, "dovecot.index", source).orElseThrow()) {
            long size = Files.size(Path.of(maildir.path(), "dovecot.index.cache"));
            assertFalse(CacheCarrier.carry(maildir, cache.identity(), size - 1, "dovecot.index", dir, NOW, ownership));
            assertTrue(CacheCarrier.carry(maildir, cache.identity(), size, "dovecot.index", dir, NOW, ownership));
            MailboxIndexWriter index = new MailboxIndexWriter(new MailboxIndexHeader(source.header().uidValidity(),
                    source.header().nextUid(), source.header().firstRecentUid(), new Guid128(1, 1), NOW, List.of(), 1, false,
                    false, 0, NOW, NOW), cache.identity().resetId());
            for (int i = 0; i < source.size(); i++) {
                byte[] text = TestMdbox.bytes("From: a@example.org\nDate: Tue, 14 Nov 2023 22:13:20 +0000\nSubject: mail "
                        + (i + 1) + "\n\nbody\n");
                String guid = String.format("%032x", i + 1);
                int uid = map.add(files.append(ByteBuffer.wrap(text), new MailMetadata(text.length,
                        cache.date(i, "date.received").orElseThrow(), TestMdbox.virtualSize(text), null, 0, guid, "INBOX")));
                map.addReference(uid);
                index.add(source.uid(i), source.flags(i), new BitSet(), uid, NOW, Guid128.ofText(guid),
                        TestMdbox.virtualSize(text), 1, cache.record(i));
            }
            files.flush().forEach(u -> assertEquals(1, u.fileId()));
            index.write(dir, ownership);
            map.write(storage, ownership);
            // the copy is the file but for the index id
            byte[] original = Files.readAllBytes(Path.of(maildir.path(), "dovecot.index.cache"));
            byte[] copy = Files.readAllBytes(Path.of(dir.path(), "dovecot.index.cache"));
            ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) NOW);
            assertArrayEquals(original, copy);
            try (OpenDirectory elsewhere = ownership.createDirectory(root, "elsewhere")) {
                CacheIdentity good = cache.identity();
                for (CacheIdentity other : List.of(new CacheIdentity(good.indexId() + 1, good.resetId()),
                        new CacheIdentity(good.indexId(), good.resetId() + 1))) {
                    assertFalse(CacheCarrier.carry(maildir, other, size, "dovecot.index", elsewhere, 1, ownership));
                }
                assertFalse(CacheCarrier.carry(elsewhere, good, size, "dovecot.index", elsewhere, 1, ownership));
                assertFalse(Files.exists(Path.of(elsewhere.path(), "dovecot.index.cache")));
            }
        }
    }
}
