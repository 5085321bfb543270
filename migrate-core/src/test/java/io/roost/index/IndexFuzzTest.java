package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** Damaged index, log and cache files: either they are read, or the damage is named; nothing else is thrown. */
class IndexFuzzTest {
    private static final int ROUNDS = 1500;

    @TempDir
    Path temp;
    private byte[] index;
    private byte[] log2;
    private byte[] log;
    private byte[] cache;
    private final byte[][] written = new byte[4][];

    @BeforeEach
    void build() throws Exception {
        IndexWriter writer = new IndexWriter(List.of(IndexExtension.ofHeader("hdr", new byte[12]),
                IndexWriter.modseqExtension(9), new IndexExtension("cache", 5, new byte[0], 0, 4, 4),
                IndexWriter.keywordsExtension(List.of("a", "b", "c"))));
        for (int uid = 1; uid < 30; uid += 2) {
            int i = writer.append(uid, uid & 0x9f);
            writer.putInt(i, 2, 0, cacheRecord(i));
            writer.putLong(i, 1, 0, 3);
            writer.setBit(i, 3, i % 3);
        }
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            writer.write(dir, "i", new IndexWriter.Base(7, 7, 40, 20, 9, 0), Ownership.PRIVATE);
        }
        index = Files.readAllBytes(temp.resolve("i"));
        LogBuilder b = new LogBuilder(Files.readAllBytes(temp.resolve("i.log")));
        b.append(50, 0).flags(0, 1, 9, 8, 0).keyword(0, true, "d", 3, 50).expunge(LogBuilder.EXTERNAL, 11, 13).header(64, 60);
        log2 = b.bytes();
        LogBuilder c = new LogBuilder(7, 3, 2, log2.length, 12).intro(-1, "x", 0, 8, 4, 4, 1).extRecord(3, new byte[4])
                .extHeader(4, new byte[4]).extIncrement(5, 7).extReset(4, false).intro(4, "", 4, 8, 8, 8, 0)
                .expungeGuid(LogBuilder.EXTERNAL, 15).keywordReset(1, 3).modseq(5, 44).boundary(12 + 16).append(60, 1)
                .record(TransactionType.ATTRIBUTE_UPDATE, new byte[] {'+', 'p', 'x', 0, 0, 0, 0, 0})
                .record(TransactionType.EXT_HDR_UPDATE32, LogBuilder.body(12).putInt(4).putInt(4).putInt(9).array());
        for (int k = 0; k < 12; k++) {
            c.keyword(LogBuilder.EXTERNAL, k % 4 != 0, "key" + k, 1, 20);
        }
        log = c.bytes();
        cache = cache();
    }

    private static int cacheRecord(int i) {
        return 200 + i * 40;
    }

    private static byte[] cache() {
        ByteBuffer b = ByteBuffer.allocate(900).order(ByteOrder.LITTLE_ENDIAN);
        b.put((byte) 1).put((byte) 8).put((byte) 1).put((byte) 0).putInt(7).putInt(5).putInt(0).putInt(15).putInt(0).putInt(0);
        b.putInt(Integer.reverseBytes(IndexOffset.encode(32)));
        b.putInt(0).putInt(120).putInt(3).putInt(0).putInt(0).putInt(0).putInt(4).putInt(8).putInt(-1).put(new byte[6]);
        b.put("date.received\0size.virtual\0pop3.uidl\0".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 15; i++) {
            b.position(cacheRecord(i));
            b.putInt(i % 5 == 4 ? cacheRecord(i - 1) : 0).putInt(36).putInt(0).putInt(1000 + i);
            b.putInt(2).putInt(3).put("abc\0".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(i);
        }
        // the last field is 8 bytes: grow its record by overwriting the size
        for (int i = 0; i < 15; i++) {
            b.putInt(cacheRecord(i) + 4, 40);
        }
        return b.array();
    }

    /** Only what has changed, since most rounds damage one file. */
    private void write(String name, byte[] content, int n) throws Exception {
        if (written[n] != content) {
            Files.write(temp.resolve(name), content);
            written[n] = content;
        }
    }

    /** @return whether it was read */
    private boolean read(byte[] i, byte[] l2, byte[] l, byte[] c) throws Exception {
        write("i", i, 0);
        write("i.log.2", l2, 1);
        write("i.log", l, 2);
        write("i.cache", c, 3);
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            MailIndex mails = MailIndex.read(dir, "i").orElseThrow();
            long uid = 0;
            for (int n = 0; n < mails.size(); n++) {
                assertTrue(mails.uid(n) > uid);
                uid = mails.uid(n);
                assertEquals(n, mails.find(uid));
                assertTrue(mails.keywords(n).length() <= mails.keywordNames().size());
                mails.modseq(n);
                mails.flagsPending(n);
            }
            assertEquals(mails.size(), mails.header().messagesCount());
            assertTrue(uid < mails.header().nextUid());
            Optional<IndexCache> opened = IndexCache.open(dir, "i", mails);
            if (opened.isPresent()) {
                try (IndexCache found = opened.get()) {
                    for (int n = 0; n < mails.size(); n++) {
                        found.date(n, "date.received");
                        found.date(n, "size.virtual");
                        found.field(n, "pop3.uidl");
                    }
                }
            }
            return true;
        } catch (CorruptFileException e) {
            return false;
        }
    }

    @Test
    void theValidFilesAreRead() throws Exception {
        assertTrue(read(index, log2, log, cache), "valid files");
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            MailIndex mails = MailIndex.read(dir, "i").orElseThrow();
            assertEquals(14, mails.size());
            assertEquals(16, mails.keywordNames().size());
            try (IndexCache found = IndexCache.open(dir, "i", mails).orElseThrow()) {
                assertEquals(OptionalLong.of(1000), found.date(0, "date.received"));
                assertEquals(OptionalLong.of(1004), found.date(4, "date.received"));
                assertEquals("abc", new String(found.field(3, "pop3.uidl"), StandardCharsets.US_ASCII));
                assertEquals(OptionalLong.empty(), found.date(0, "pop3.uidl"));
                assertEquals(OptionalLong.empty(), found.date(0, "nothing"));
                assertEquals(null, found.field(13, "date.received"));
            }
        }
    }

    @Test
    void damageIsReadOrNamed() throws Exception {
        int read = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            int which = random.nextInt(5);
            byte[] i = which == 0 ? Mutator.mutate(index, random) : index;
            byte[] l2 = which == 1 ? Mutator.mutate(log2, random) : log2;
            byte[] l = which == 2 ? Mutator.mutate(log, random) : log;
            byte[] c = which >= 3 ? Mutator.mutate(cache, random) : cache;
            try {
                read += read(i, l2, l, c) ? 1 : 0;
            } catch (RuntimeException | AssertionError | OutOfMemoryError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        // some damage hits padding, most does not
        assertTrue(read > ROUNDS / 10 && read < ROUNDS * 9 / 10, read + " of " + ROUNDS + " were read");
    }
}
