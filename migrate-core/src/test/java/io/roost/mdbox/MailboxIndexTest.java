package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

class MailboxIndexTest {
    @TempDir
    Path temp;
    private OpenDirectory dir;

    @BeforeEach
    void open() throws Exception {
        dir = TestMdbox.open(temp);
    }

    private static MailboxIndexHeader header(List<String> keywords) {
        return new MailboxIndexHeader(11, 0xfffffff0L, 900, new Guid128(7, -8), 1700000000, keywords, 1L << 40, true, true,
                0xfffff000L,
                1700000001, 1700000002);
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        MailboxIndexHeader header = header(List.of("a", "b"));
        MailboxIndexWriter writer = new MailboxIndexWriter(header, 77);
        BitSet b = new BitSet();
        b.set(1);
        Guid128 guid = Guid128.ofText("1700000000.M1P1.host");
        writer.add(3, 9, new BitSet(), 5, 0xffffffffL, guid, 1234);
        writer.add(0xffffffefL, 31, b, -2, 0, Guid128.ZERO, 0xfffffffeL, 99, 0x20);
        writer.write(dir, Ownership.PRIVATE);
        MailboxIndex index = MailboxIndex.read(dir);
        assertEquals(header, index.header());
        assertEquals(2, index.size());
        assertEquals(3, index.uid(0));
        assertEquals(0xffffffefL, index.uid(1));
        assertEquals(1, index.find(0xffffffefL));
        assertEquals(9, index.flags(0));
        assertEquals(b, index.keywords(1));
        assertTrue(index.keywords(0).isEmpty());
        assertEquals(5, index.mapUid(0));
        assertEquals(0xfffffffeL, index.mapUid(1));
        assertEquals(0xffffffffL, index.saveDate(0));
        assertEquals(guid, index.guid(0));
        assertEquals(OptionalLong.of(1234), index.virtualSize(0));
        // does not fit: Dovecot asks the mail's metadata then
        assertEquals(OptionalLong.empty(), index.virtualSize(1));
        assertEquals(1L << 40, index.modseq(0));
        assertEquals(99, index.modseq(1));
        assertEquals(new VsizeHeader(1234 + 0xfffffffeL, 0xffffffefL, 2), index.vsizeHeader().orElseThrow());
        assertEquals(77, index.index().extension("cache").orElseThrow().resetId());
        assertEquals(0x20, index.index().recordInt(index.index().extension("cache").orElseThrow(), 1, 0));
    }

    @Test
    void anEmptyMailboxHasItsHeader() throws Exception {
        new MailboxIndexWriter(header(List.of())).write(dir, Ownership.PRIVATE);
        MailboxIndex index = MailboxIndex.read(dir);
        assertEquals(header(List.of()), index.header());
        // up to the UID before the next one, so that Dovecot looks for nothing in between
        assertEquals(new VsizeHeader(0, 0xffffffefL, 0), index.vsizeHeader().orElseThrow());
        assertEquals(List.of("hdr-pop3-uidl", "mdbox-hdr", "hdr-vsize", "modseq", "mdbox", "guid", "vsize"),
                index.index().extensions().stream().map(e -> e.name()).toList());
    }

    @Test
    void refusesNonsense() {
        MailboxIndexWriter writer = new MailboxIndexWriter(header(List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> writer.add(1, 0, new BitSet(), 1, 0, Guid128.ZERO, 1, (1L << 40) + 1, 0));
        assertThrows(IllegalArgumentException.class, () -> writer.add(1, 0, new BitSet(), 1, 0, Guid128.ZERO, -1));
        assertThrows(CorruptFileException.class, () -> MailboxIndex.read(dir));
    }
}
