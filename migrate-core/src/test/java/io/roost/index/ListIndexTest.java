package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.index.ListIndex.Entry;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

class ListIndexTest {
    private static final String PREFIX = "dovecot.list.index";

    @TempDir
    Path temp;
    private OpenDirectory dir;

    @BeforeEach
    void open() throws Exception {
        dir = OpenDirectory.open(ByteString.ofText(temp.toString()));
    }

    private void write() throws Exception {
        ListIndexWriter list = new ListIndexWriter();
        list.add(List.of("INBOX"), new Guid128(1, 1), 0xffffffffL);
        list.add(List.of("A", "B", "C"), new Guid128(1, 2), 7);
        list.addNoSelect(List.of("A"));
        list.addNoSelect(List.of("INBOX"));
        list.add(List.of("D", "&AOQ-"), new Guid128(1, 3), 8);
        list.write(dir, PREFIX, Ownership.PRIVATE, 1700000000);
    }

    private static Entry none(boolean isListed, String... parts) {
        return new Entry(List.of(parts), Guid128.ZERO, 0, isListed);
    }

    @Test
    void readsWhatWasWritten() throws Exception {
        assertEquals(Optional.empty(), ListIndex.read(dir, PREFIX));
        write();
        List<Entry> entries = ListIndex.read(dir, PREFIX).orElseThrow().entries();
        assertEquals(List.of(new Entry(List.of("INBOX"), new Guid128(1, 1), 0xffffffffL, true), none(true, "A"),
                none(false, "A", "B"), new Entry(List.of("A", "B", "C"), new Guid128(1, 2), 7, true), none(false, "D"),
                new Entry(List.of("D", "&AOQ-"), new Guid128(1, 3), 8, true)), entries);
        assertTrue(entries.get(0).isSelectable());
        assertTrue(!entries.get(1).isSelectable());
    }

    private static byte[] field(int nameId, int parent) {
        return LogBuilder.body(ListIndex.FIELD_SIZE).putInt(nameId).putInt(parent).array();
    }

    @Test
    void damageIsNamed() throws Exception {
        for (byte[][] fields : new byte[][][] {{field(9, 0)}, {field(1, 5)}, {field(1, 1)}, {field(1, 0), field(1, 0)}}) {
            IndexWriter index = new IndexWriter(List.of(new IndexExtension(ListIndex.LIST, 0,
                    new byte[] {0, 1, 0, 0, 0, 'A', 0, 0, 0, 0, 0}, 0, ListIndex.FIELD_SIZE, 4)));
            for (byte[] field : fields) {
                int record = index.append(index.size() + 1, 0);
                index.putInt(record, 0, 0, field[0]);
                index.putInt(record, 0, 4, field[4]);
            }
            index.write(dir, PREFIX, new IndexWriter.Base(1, 1, 10, 1, 1, 0), Ownership.PRIVATE);
            assertThrows(CorruptFileException.class, () -> ListIndex.read(dir, PREFIX));
            Files.delete(temp.resolve(PREFIX));
            Files.delete(temp.resolve(PREFIX + ".log"));
        }
    }

    @Test
    void damagedFilesAreReadOrRefused() throws Exception {
        write();
        byte[] valid = Files.readAllBytes(temp.resolve(PREFIX));
        Random random = new Random(31);
        int refused = 0;
        List<Entry> read = new ArrayList<>();
        for (int round = 0; round < 3000; round++) {
            Files.write(temp.resolve(PREFIX), Mutator.mutate(valid, random));
            try {
                ListIndex.read(dir, PREFIX).ifPresent(list -> read.addAll(list.entries()));
            } catch (CorruptFileException e) {
                refused++;
            }
        }
        assertTrue(refused > 300, "" + refused);
        assertTrue(read.size() > 3000, "" + read.size());
    }
}
