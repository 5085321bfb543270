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

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

class MailIndexTest {
    private static final int EXTERNAL = TransactionType.EXTERNAL;
    private static final long ID = 1700000000;

    @TempDir
    Path temp;
    private OpenDirectory dir;

    @BeforeEach
    void open() throws Exception {
        dir = OpenDirectory.open(ByteString.ofText(temp.toString()));
    }

    private MailIndex read() throws Exception {
        return MailIndex.read(dir, "i").orElseThrow();
    }

    /** An index of three mails 1, 2, 3 and a log with nothing in it, to go on from. */
    private LogBuilder base(IndexExtension... extensions) throws Exception {
        IndexWriter writer = new IndexWriter(List.of(extensions));
        for (int uid = 1; uid <= 3; uid++) {
            writer.append(uid, 0);
        }
        writer.write(dir, "i", new IndexWriter.Base(ID, 5, 4, 1, 10, 0), Ownership.PRIVATE);
        return new LogBuilder(Files.readAllBytes(temp.resolve("i.log")));
    }

    private void write(LogBuilder log) throws Exception {
        log.write(temp.resolve("i.log"));
    }

    private LogBuilder first() {
        return new LogBuilder(ID, 2, 0, 0, 1);
    }

    private static String uids(MailIndex index) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < index.size(); i++) {
            s.append(index.uid(i)).append(' ');
        }
        return s.toString().trim();
    }

    @Test
    void neitherFileIsNoIndex() throws Exception {
        assertTrue(MailIndex.read(dir, "i").isEmpty());
    }

    @Test
    void aLogAloneIsComplete() throws Exception {
        write(first().header(24, 99).append(1, 8).append(5, 0).keyword(EXTERNAL, true, "Work", 5, 5).expunge(EXTERNAL, 1, 1));
        MailIndex index = read();
        assertEquals("5", uids(index));
        assertEquals(99, index.header().uidValidity());
        assertEquals(6, index.header().nextUid());
        assertEquals(1, index.header().messagesCount());
        assertEquals(0, index.header().seenMessagesCount());
        assertEquals(5, index.header().firstUnseenUidLowwater());
        assertEquals(List.of("Work"), index.keywordNames());
        assertEquals(BitSet.valueOf(new long[] {1}), index.keywords(0));
        // append, append, keyword, expunge
        assertEquals(5, index.highestModseq());
        assertEquals(5, index.modseq(0));
    }

    @Test
    void anIndexAloneIsComplete() throws Exception {
        base();
        Files.delete(temp.resolve("i.log"));
        assertEquals("1 2 3", uids(read()));
    }

    @Test
    void aLogWithoutItsIndexIsNot() throws Exception {
        write(base());
        Files.delete(temp.resolve("i"));
        assertThrows(CorruptFileException.class, this::read);
    }

    @Test
    void aLogWithoutPredecessorResetsTheIndex() throws Exception {
        base();
        write(first().header(24, 7));
        MailIndex index = read();
        assertEquals(0, index.size());
        assertEquals(7, index.header().uidValidity());
        write(new LogBuilder(ID, 9, 0, 0, 1).append(1, 0));
        assertEquals("1", uids(read()));
    }

    @Test
    void whatIsAskedForIsPendingUntilTheTailPasses() throws Exception {
        LogBuilder log = base().flags(0, 1, 2, 8, 0).expunge(0, 2, 3).keyword(0, true, "k", 3, 3);
        write(log);
        MailIndex index = read();
        assertEquals("1 2 3", uids(index));
        assertEquals(8, index.flags(0));
        assertTrue(index.flagsPending(0));
        assertTrue(index.flagsPending(1));
        assertTrue(index.flagsPending(2));
        assertFalse(index.expungeRequested(0));
        assertTrue(index.expungeRequested(1));
        assertTrue(index.expungeRequested(2));

        write(log.expunge(EXTERNAL, 2, 2).header(64, log.size()));
        index = read();
        assertEquals("1 3", uids(index));
        assertFalse(index.flagsPending(0));
        assertFalse(index.flagsPending(1));
        assertFalse(index.expungeRequested(1));
        assertEquals(8, index.flags(0));

        write(log.expungeGuid(0, 1).flags(0, 3, 3, 2, 0));
        index = read();
        assertTrue(index.expungeRequested(0));
        assertFalse(index.expungeRequested(1));
        assertFalse(index.flagsPending(0));
        assertTrue(index.flagsPending(1));
    }

    @Test
    void dirtyMailsArePending() throws Exception {
        write(base().flags(EXTERNAL, 2, 2, 0x80, 0));
        MailIndex index = read();
        assertFalse(index.flagsPending(0));
        assertTrue(index.flagsPending(1));
        // an internal flag is no modification
        assertEquals(10, index.highestModseq());
    }

    @Test
    void goesOnInTheLogAfterRotation() throws Exception {
        LogBuilder old = base().append(4, 0).flags(0, 1, 1, 8, 0);
        old.write(temp.resolve("i.log.2"));
        write(new LogBuilder(ID, 3, 2, old.size(), 12).append(7, 8));
        MailIndex index = read();
        assertEquals("1 2 3 4 7", uids(index));
        assertEquals(13, index.highestModseq());
        assertTrue(index.flagsPending(0));
        assertEquals(3, index.header().logFileSeq());

        // a tail in the new log says that the old one is done with
        LogBuilder next = new LogBuilder(ID, 3, 2, old.size(), 12).append(7, 8);
        write(next.header(64, next.size()));
        assertFalse(read().flagsPending(0));

        // the old log may be missing only if the index contains it
        Files.delete(temp.resolve("i.log.2"));
        assertThrows(CorruptFileException.class, this::read);
        write(new LogBuilder(ID, 3, 2, 40, 10).append(7, 8));
        assertEquals("1 2 3 7", uids(read()));
        write(new LogBuilder(ID, 1, 0, 0, 10));
        assertThrows(CorruptFileException.class, this::read);
        write(new LogBuilder(ID + 1, 2, 1, 40, 10));
        assertThrows(CorruptFileException.class, this::read);
    }

    @Test
    void whatIsStillBeingWrittenDoesNotCount() throws Exception {
        LogBuilder log = base().append(4, 0);
        int complete = log.size();
        write(log.append(5, 0).raw(new byte[8]));
        assertEquals("1 2 3 4 5", uids(read()));
        byte[] bytes = log.bytes();
        Files.write(temp.resolve("i.log"), Arrays.copyOf(bytes, complete + 12));
        assertEquals("1 2 3 4", uids(read()));
        bytes[complete + 3] = 0;
        Files.write(temp.resolve("i.log"), bytes);
        assertEquals("1 2 3 4", uids(read()));
        // a transaction of 12 + 2 * 16 bytes of which one record is there
        write(base2().append(4, 0).boundary(12 + 32).append(5, 0));
        assertEquals("1 2 3 4", uids(read()));
        write(base2().append(4, 0).boundary(12 + 32).append(5, 0).append(6, 0));
        assertEquals("1 2 3 4 5 6", uids(read()));
    }

    private LogBuilder base2() {
        return new LogBuilder(ID, 2, 1, 40, 10);
    }

    @Test
    void extensionsComeAndGrowInTheLog() throws Exception {
        LogBuilder log = base().intro(-1, "x", 0, 4, 4, 4, 0).extRecord(2, LogBuilder.u32(77)).extHeader(0, LogBuilder.u32(5))
                .append(4, 0).extIncrement(4, 3).keyword(EXTERNAL, true, "k", 1, 1);
        write(log);
        MailIndex index = read();
        IndexExtension x = index.extension("x").orElseThrow();
        assertEquals(List.of("x", "keywords"), index.extensions().stream().map(IndexExtension::name).toList());
        assertArrayEquals(LogBuilder.u32(5), x.header());
        assertEquals(77, index.recordInt(x, 1, 0));
        assertEquals(0, index.recordInt(x, 2, 0));
        assertEquals(3, index.recordInt(x, 3, 0));

        // grows, with updates of the new size; then an introduction of a smaller one that must not shrink it
        log.intro(0, "", 0, 16, 8, 4, 0).extRecord(3, new byte[] {1, 0, 0, 0, 2, 0, 0, 0});
        log.intro(0, "", 0, 4, 4, 4, 1).extRecord(2, LogBuilder.u32(9));
        write(log);
        index = read();
        x = index.extension("x").orElseThrow();
        assertEquals(8, x.recordSize());
        assertEquals(16, x.header().length);
        assertEquals(9, index.recordInt(x, 1, 0));
        assertEquals(0, index.recordInt(x, 1, 4));
        assertEquals(2, index.recordInt(x, 2, 4));
        assertEquals(3, index.recordInt(x, 3, 0));

        // another reset id: ignored until the reset
        log.intro(0, "", 6, 16, 8, 4, 0).extRecord(3, new byte[8]);
        write(log);
        index = read();
        assertEquals(1, index.recordInt(index.extension("x").orElseThrow(), 2, 0));
        log.extReset(6, false).extRecord(1, new byte[] {5, 0, 0, 0, 0, 0, 0, 0});
        write(log);
        index = read();
        x = index.extension("x").orElseThrow();
        assertEquals(6, x.resetId());
        assertEquals(5, index.recordInt(x, 0, 0));
        assertEquals(0, index.recordInt(x, 2, 0));
        assertArrayEquals(new byte[16], x.header());
    }

    @Test
    void modseqsAreKeptOnceTheyAreEnabled() throws Exception {
        LogBuilder log = base().flags(EXTERNAL, 1, 1, 8, 0);
        write(log);
        assertEquals(11, read().modseq(2));
        assertFalse(read().hasModseqs());
        log.intro(-1, "modseq", 0, 16, 8, 8, 1).extHeader(0, LogBuilder.body(16).putLong(11).array());
        log.flags(EXTERNAL, 2, 2, 8, 0).append(4, 0).flags(EXTERNAL, 4, 4, 0x80, 0).keywordReset(1, 1)
                .keyword(EXTERNAL, true, "k", 1, 1).modseq(3, 50).expunge(EXTERNAL, 2, 2);
        write(log);
        MailIndex index = read();
        assertEquals("1 3 4", uids(index));
        // 11, flags 12, append 13, reset 14, keyword 15, 50, expunge 51
        assertEquals(51, index.highestModseq());
        assertEquals(15, index.modseq(0));
        assertEquals(50, index.modseq(1));
        assertEquals(13, index.modseq(2));
    }

    @Test
    void keywordsAreComparedWithoutCase() throws Exception {
        LogBuilder log = base(IndexWriter.keywordsExtension(List.of("$Junk", "work")));
        log.keyword(EXTERNAL, true, "WORK", 1, 2).keyword(EXTERNAL, false, "unknown", 1, 1);
        for (int k = 0; k < 20; k++) {
            log.keyword(EXTERNAL, true, "k" + k, 3, 3);
        }
        write(log.keywordReset(2, 2));
        MailIndex index = read();
        assertEquals(23, index.keywordNames().size());
        assertEquals(BitSet.valueOf(new long[] {2}), index.keywords(0));
        assertTrue(index.keywords(1).isEmpty());
        assertEquals(20, index.keywords(2).cardinality());
        assertEquals(23, KeywordsHeader.read(index.extension("keywords").orElseThrow().header(), "").size());
    }

    @Test
    void damageIsNamed() throws Exception {
        CorruptFileException e = assertThrows(CorruptFileException.class, () -> {
            write(base().append(3, 0));
            read();
        });
        assertTrue(e.getMessage().contains("i.log is damaged at offset 40: expected a UID of 4 or more, found 3"),
                e.getMessage());
        for (LogBuilder log : List.of(base2().record(TransactionType.EXT_REC_UPDATE, new byte[8]),
                base2().record(1, new byte[8]), base2().record(0x4000, new byte[8]), base2().flags(0, 2, 1, 1, 1),
                base2().intro(-1, "keywords", 0, 4, 4, 4, 0), base2().intro(5, "", 0, 4, 4, 4, 0),
                base2().intro(-1, "x", 0, 4, 4, 3, 0), base2().intro(-1, "x", 0, 4, 4, 4, 0).extRecord(4, new byte[4]),
                base2().intro(-1, "x", 0, 4, 4, 4, 0).extIncrement(1, -1),
                base2().intro(-1, "x", 0, 4, 4, 4, 0).extHeader(1, new byte[4]),
                base2().keyword(EXTERNAL, true, "", 1, 1))) {
            write(log);
            assertThrows(CorruptFileException.class, this::read);
        }
        Files.write(temp.resolve("i.log"), new byte[0]);
        assertThrows(CorruptFileException.class, this::read);
        Files.delete(temp.resolve("i.log"));
        Files.createDirectory(temp.resolve("i.log"));
        assertThrows(CorruptFileException.class, this::read);
    }
}
