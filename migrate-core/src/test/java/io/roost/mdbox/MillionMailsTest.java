package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.Guid128;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** A mailbox of a million mails, written and read back, fits in the heap that Roost is run with (-Xmx300m and less). */
@Tag("soak")
class MillionMailsTest {
    private static final int MAILS = 1_000_000;

    @TempDir
    Path temp;

    @Test
    void fitsInMemory() throws Exception {
        try (OpenDirectory dir = TestMdbox.open(temp)) {
            write(dir);
            read(dir);
        }
    }

    private static void write(OpenDirectory dir) throws Exception {
        MapIndexWriter map = new MapIndexWriter(1700000000);
        MailboxIndexWriter index = new MailboxIndexWriter(new MailboxIndexHeader(1, MAILS + 1, MAILS + 1, new Guid128(1, 1),
                1700000000, List.of("a", "b"), 7, false, false, 0, 1700000000, 1700000000), 5);
        ByteBuffer text = ByteBuffer.allocateDirect(100);
        BitSet keywords = new BitSet();
        keywords.set(1);
        try (MailFileWriter files = MailFileWriter.create(dir, Ownership.PRIVATE, 1L << 30, 1, 1)) {
            for (int i = 1; i <= MAILS; i++) {
                String guid = String.valueOf(i);
                int uid = map.add(files.append(text.clear(), new MailMetadata(100, i, 100, null, 0, guid, "INBOX")));
                map.addReference(uid);
                index.add(i, i & 31, keywords, uid, i, new Guid128(i, i), i, 1 + i % 7, i * 4L);
            }
            files.flush();
        }
        map.write(dir, Ownership.PRIVATE);
        index.write(dir, Ownership.PRIVATE);
    }

    private static void read(OpenDirectory dir) throws Exception {
        MapIndex map = MapIndex.read(dir);
        MailboxIndex index = MailboxIndex.read(dir);
        assertEquals(MAILS, map.size());
        assertEquals(MAILS, index.size());
        int[] n = new int[1];
        try (MailFileReader reader = MailFileReader.open(dir, 1)) {
            reader.scan(mail -> {
                int i = n[0]++;
                int entry = map.find(index.mapUid(i));
                assertEquals(new Placement(1, mail.offset(), mail.recordSize()), map.placement(entry));
                assertEquals(1, map.refcount(entry));
                assertEquals(i + 1, index.uid(i));
                assertEquals(new Guid128(i + 1, i + 1), index.guid(i));
                assertEquals(1 + (i + 1) % 7, index.modseq(i));
            });
        }
        assertEquals(MAILS, n[0]);
    }
}
