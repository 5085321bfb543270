package io.roost.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutoverRecordTest {
    @TempDir
    private Path temp;

    @Test
    void isReadAsItWasWritten() {
        CutoverRecord none = new CutoverRecord(5, 0, 0, 0, Optional.empty());
        CutoverRecord some = new CutoverRecord(5, 0, 0, 0, Optional.of("maildir:~/M\u00fcll")).released(9, 7, 8);
        try (CheckpointStore store = CheckpointStore.open(temp.toString())) {
            assertTrue(store.cutover(1).isEmpty());
            store.putCutover(1, none);
            store.putCutover(2, some);
            assertEquals(none, store.cutover(1).orElseThrow());
            assertEquals(some, store.cutover(2).orElseThrow());
        }
    }

    @Test
    void otherVersionsAndHalfRecordsAreRefused() {
        byte[] bytes = new CutoverRecord(5, 0, 0, 0, Optional.empty()).write();
        bytes[0] = 2;
        assertThrows(CheckpointException.class, () -> CutoverRecord.read(ByteBuffer.wrap(bytes)));
        assertThrows(CheckpointException.class, () -> CutoverRecord.read(ByteBuffer.wrap(bytes, 0, 20)));
    }
}
