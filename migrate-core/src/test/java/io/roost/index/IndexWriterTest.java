package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.Guid128;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

class IndexWriterTest {
    @TempDir
    Path temp;
    private OpenDirectory dir;

    @BeforeEach
    void open() throws Exception {
        dir = OpenDirectory.open(ByteString.ofText(temp.toString()));
    }

    /** Enough records for several blocks and buffers. */
    @Test
    void whatIsWrittenIsRead() throws Exception {
        int mails = 60_000;
        Random random = new Random(1);
        List<String> names = List.of("$Forwarded", "a", "b", "c", "d", "e", "f", "g", "\u00e4");
        IndexWriter writer = new IndexWriter(List.of(IndexExtension.ofHeader("hdr", new byte[] {1, 2, 3}),
                IndexWriter.modseqExtension(77), new IndexExtension("cache", 9, new byte[0], 0, 4, 4),
                IndexExtension.ofField("guid", 16, 1), IndexWriter.keywordsExtension(names)));
        int guid = writer.extension("guid");
        int cache = writer.extension("cache");
        int modseq = writer.extension("modseq");
        int keywords = writer.extension("keywords");
        assertEquals(-1, writer.extension("other"));
        long uid = 0;
        long seen = 0;
        long[] uids = new long[mails];
        for (int i = 0; i < mails; i++) {
            uid += 1 + random.nextInt(3);
            uids[i] = uid;
            int flags = random.nextInt(32);
            seen += flags >> 3 & 1;
            assertEquals(i, writer.append(uid, flags));
            writer.putGuid(i, guid, 0, new Guid128(uid * 31, -uid));
            writer.putInt(i, cache, 0, (int) uid * 8);
            writer.putLong(i, modseq, 0, 1 + uid % 77);
            writer.setBit(i, keywords, (int) (uid % names.size()));
        }
        writer.setHeader(0, new byte[] {4, 5, 6});
        IndexWriter.Base base = new IndexWriter.Base(1700000000, 123, uid + 10, uid + 2, 77, 1700000001);
        writer.write(dir, "dovecot.index", base, Ownership.PRIVATE);

        MailIndex index = MailIndex.read(dir, "dovecot.index").orElseThrow();
        assertEquals(mails, index.size());
        assertEquals(123, index.header().uidValidity());
        assertEquals(uid + 10, index.header().nextUid());
        assertEquals(uid + 2, index.header().firstRecentUid());
        assertEquals(seen, index.header().seenMessagesCount());
        assertEquals(1700000001, index.header().lastTempFileScan());
        assertEquals(77, index.highestModseq());
        assertEquals(names, index.keywordNames());
        assertArrayEquals(new byte[] {4, 5, 6}, index.extension("hdr").orElseThrow().header());
        assertEquals(9, index.extension("cache").orElseThrow().resetId());
        IndexExtension g = index.extension("guid").orElseThrow();
        IndexExtension c = index.extension("cache").orElseThrow();
        random = new Random(1);
        for (int i = 0; i < mails; i++) {
            random.nextInt(3);
            assertEquals(uids[i], index.uid(i));
            assertEquals(i, index.find(uids[i]));
            assertEquals(random.nextInt(32), index.flags(i));
            assertEquals(new Guid128(uids[i] * 31, -uids[i]), index.recordGuid(g, i, 0));
            assertEquals((int) uids[i] * 8, index.recordInt(c, i, 0));
            assertEquals(1 + uids[i] % 77, index.modseq(i));
            assertEquals(BitSet.valueOf(new long[] {1L << uids[i] % names.size()}), index.keywords(i));
            assertFalse(index.flagsPending(i));
        }
        assertEquals(-1, index.find(uid + 1));
        assertEquals(-1, index.find(0));
    }

    @Test
    void headersAreExact() throws Exception {
        IndexWriter writer = new IndexWriter(List.of());
        writer.append(5, 8);
        writer.append(6, 4);
        writer.append(9, 12);
        writer.write(dir, "x", new IndexWriter.Base(7, 8, 20, 3, 1, 0), Ownership.PRIVATE);
        IndexHeader h = MailIndex.read(dir, "x").orElseThrow().header();
        assertEquals(2, h.seenMessagesCount());
        assertEquals(2, h.deletedMessagesCount());
        assertEquals(6, h.firstUnseenUidLowwater());
        assertEquals(6, h.firstDeletedUidLowwater());
        assertEquals(0xffffffffL, h.log2RotateTime());
        byte[] log = Files.readAllBytes(temp.resolve("x.log"));
        assertArrayEquals(new byte[] {1, 3, 40, 0, 7, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 40, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0,
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, log);
        byte[] index = Files.readAllBytes(temp.resolve("x"));
        assertEquals(120 + 3 * 8, index.length);
        assertArrayEquals(new byte[] {7, 3, 120, 0, 120, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0},
                Arrays.copyOf(index, 20));
    }

    @Test
    void anEmptyMailboxHasNoLowWater() throws Exception {
        new IndexWriter(List.of()).write(dir, "x", new IndexWriter.Base(7, 8, 20, 3, 1, 0), Ownership.PRIVATE);
        MailIndex index = MailIndex.read(dir, "x").orElseThrow();
        assertEquals(0, index.size());
        assertEquals(20, index.header().firstUnseenUidLowwater());
        assertEquals(20, index.header().firstDeletedUidLowwater());
        assertEquals(20, index.header().nextUid());
    }

    @Test
    void refusesWhatDovecotWouldRepair() throws Exception {
        IndexWriter writer = new IndexWriter(List.of(IndexExtension.ofField("f", 4, 4)));
        writer.append(5, 0);
        assertThrows(IllegalArgumentException.class, () -> writer.append(5, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.putInt(1, 0, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> writer.putInt(0, 0, 1, 1));
        assertThrows(IllegalArgumentException.class,
                () -> writer.write(dir, "x", new IndexWriter.Base(7, 8, 5, 3, 1, 0), Ownership.PRIVATE));
        assertThrows(IllegalArgumentException.class, () -> new IndexWriter.Base(7, 8, 5, 6, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new IndexWriter.Base(0, 8, 5, 5, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new IndexWriter(List.of(IndexExtension.ofField("f", 4, 3))));
        IndexWriter.Base base = new IndexWriter.Base(7, 8, 6, 3, 1, 0);
        writer.write(dir, "x", base, Ownership.PRIVATE);
        PosixException e = assertThrows(PosixException.class, () -> writer.write(dir, "x", base, Ownership.PRIVATE));
        assertEquals(PosixException.EEXIST, e.errno());
        assertTrue(Files.exists(temp.resolve("x.log")));
    }
}
