package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.PlacedBatch;
import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.checkpoint.UserRecord;
import io.roost.mdbox.MailFileWriter.Unsynced;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;

class CheckpointerTest {
    @TempDir
    Path temp;
    private CheckpointStore store;
    private UserRecord user;
    private OpenDirectory directory;
    private int files;

    @BeforeEach
    void open() throws Exception {
        store = CheckpointStore.open(temp.resolve("state").toString());
        user = store.userOrNew("anna", "", "", 0);
        directory = OpenDirectory.open(ByteString.ofText(temp.toString()));
    }

    @AfterEach
    void close() {
        store.close();
        directory.close();
    }

    private Unsynced file(boolean finished) throws Exception {
        return new Unsynced(directory.create("m." + ++files, 0600), files, 16, finished);
    }

    private static PlacedBatch batch(String key) {
        PlacedBatch batch = new PlacedBatch();
        batch.add(new PlacedBatch.Mail(0, 1, 16, 50, 20, 22, 1, 2, 3, 4, 5, key));
        return batch;
    }

    private List<String> recorded() {
        List<String> keys = new ArrayList<>();
        store.placed(user.number(), m -> keys.add(m.key()));
        return keys;
    }

    @Test
    void recordsBatchesInTheirOrderAndClosesWhatIsFinished() throws Exception {
        OpenFile finished;
        Checkpointer checkpointer = new Checkpointer(store, Pace.FULL_SPEED);
        checkpointer.begin(user);
        Unsynced first = file(true);
        finished = first.file();
        Unsynced second = file(false);
        for (int i = 0; i < 20; i++) {
            checkpointer.submit(i == 0 ? List.of(first, second) : List.of(second), List.of(), batch("k" + i),
                    new DataFileLength(1, 100 + i), null);
        }
        UserRecord after = checkpointer.finish();
        assertEquals(20, after.nextBatch());
        assertEquals(after, store.user("anna").orElseThrow());
        second.file().close();
        assertEquals("k0", recorded().get(0));
        assertEquals("k19", recorded().get(19));
        assertEquals(new DataFileLength(1, 119), store.placed(user.number(), m -> { }));
        assertThrows(IllegalStateException.class, finished::sync);
    }

    /** The length that a later batch records covers what the failed one could not sync. */
    @Test
    void nothingIsRecordedAfterABatchThatFailed() throws Exception {
        Checkpointer checkpointer = new Checkpointer(store, Pace.FULL_SPEED);
        checkpointer.begin(user);
        checkpointer.submit(List.of(file(false)), List.of(), batch("good"), new DataFileLength(1, 100), null);
        Unsynced broken = file(true);
        broken.file().close();
        Unsynced later = file(true);
        assertThrows(IllegalStateException.class, () -> {
            checkpointer.submit(List.of(broken), List.of(), batch("failed"), new DataFileLength(1, 200), null);
            checkpointer.submit(List.of(later), List.of(), batch("later"), new DataFileLength(1, 300), null);
            checkpointer.finish();
        });
        checkpointer.await();
        assertThrows(IllegalStateException.class, later.file()::sync, "closed all the same");
        assertEquals(List.of("good"), recorded());
        assertEquals(1, store.user("anna").orElseThrow().nextBatch());
    }
}
