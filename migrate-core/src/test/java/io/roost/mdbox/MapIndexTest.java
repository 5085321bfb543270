package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.index.IndexWriter;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

class MapIndexTest {
    @TempDir
    Path temp;
    private OpenDirectory storage;

    @BeforeEach
    void open() throws Exception {
        storage = TestMdbox.open(temp);
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        MapIndexWriter writer = new MapIndexWriter(1700000000);
        for (int i = 1; i <= 32_000; i++) {
            assertEquals(i, writer.add(new Placement(1 + i / 100, 16L + i * 1000L, 0xffffffffL - 16 - i * 1000L)));
            if (i % 3 != 0) {
                assertTrue(writer.addReference(i));
            }
            if (i > 10) {
                assertTrue(writer.addReference(10));
            }
            if (i == 30_000) {
                for (int n = 0; n < MapIndexWriter.MAX_REFERENCES; n++) {
                    assertTrue(writer.addReference(3));
                }
                assertFalse(writer.addReference(3));
            }
        }
        writer.setHighestFileId(999);
        writer.write(storage, Ownership.PRIVATE);
        MapIndex map = MapIndex.read(storage);
        assertEquals(32_000, map.size());
        assertEquals(1700000000, map.uidValidity());
        assertEquals(32_001, map.nextMapUid());
        assertEquals(999, map.highestFileId());
        for (int i = 1; i <= map.size(); i++) {
            assertEquals(i, map.mapUid(i - 1));
            assertEquals(i - 1, map.find(i));
            assertEquals(new Placement(1 + i / 100, 16L + i * 1000L, 0xffffffffL - 16 - i * 1000L), map.placement(i - 1));
            assertEquals(i == 3 ? 32767 : i == 10 ? 31_991 : i % 3 != 0 ? 1 : 0, map.refcount(i - 1));
        }
        assertEquals(-1, map.find(32_001));
    }

    @Test
    void anEmptyMapIsFine() throws Exception {
        new MapIndexWriter(5).write(storage, Ownership.PRIVATE, 77);
        MapIndex map = MapIndex.read(storage);
        assertEquals(0, map.size());
        assertEquals(1, map.nextMapUid());
        assertEquals(0, map.highestFileId());
    }

    @Test
    void refusesWhatAMapCannotHold() throws Exception {
        MapIndexWriter writer = new MapIndexWriter(5);
        assertThrows(IllegalArgumentException.class, () -> writer.add(new Placement(0, 1, 1)));
        assertThrows(IllegalArgumentException.class, () -> writer.add(new Placement(1, 1, 0xffffffffL)));
        assertThrows(CorruptFileException.class, () -> MapIndex.read(storage));
        IndexWriter other = new IndexWriter(List.of());
        other.append(1, 0);
        other.write(storage, MapIndex.PREFIX, new IndexWriter.Base(1, 1, 2, 1, 1, 0), Ownership.PRIVATE);
        assertThrows(CorruptFileException.class, () -> MapIndex.read(storage));
    }
}
