package io.roost.migrate;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.PlacedBatch;
import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.mdbox.MailFileWriter.Unsynced;

/**
 * Makes what the writer has written last: syncs the data files, <em>then</em> records the batch, in another thread while
 * the writer goes on. At most two batches are under way. Batches are recorded in the order they were given.
 */
final class Checkpointer {
    private static final int UNDER_WAY = 2;

    private final CheckpointStore store;
    private final Pace pace;
    private final WorkGroup thread = new WorkGroup(1);
    private final ArrayBlockingQueue<Future<?>> underWay = new ArrayBlockingQueue<>(UNDER_WAY);
    private volatile UserRecord user;
    /** Only the checkpoint thread looks at it. */
    private boolean failed;

    Checkpointer(CheckpointStore store, Pace pace) {
        this.store = store;
        this.pace = pace;
    }

    /** The user as recorded by others, while nothing is under way. */
    void begin(UserRecord recorded) {
        user = recorded;
    }

    /**
     * Takes over a batch; waits if two are under way. Fails with what an earlier batch failed with.
     *
     * @param mailboxes recorded with it
     * @param reached   recorded with it, null for nothing
     */
    void submit(List<Unsynced> files, List<MailboxRecord> mailboxes, PlacedBatch batch, DataFileLength length, UserState reached)
            throws IOException, InterruptedException {
        if (underWay.remainingCapacity() == 0) {
            Awaited.await(underWay.take());
        }
        underWay.put(thread.submit(() -> {
            record(files, mailboxes, batch, length, reached);
            return null;
        }));
    }

    private void record(List<Unsynced> files, List<MailboxRecord> mailboxes, PlacedBatch batch, DataFileLength length,
            UserState reached) throws IOException {
        boolean before = failed;
        // A later batch says that the files are good up to its own end: it must not be recorded over one that failed.
        failed = true;
        try {
            if (before) {
                return;
            }
            for (Unsynced file : files) {
                sync(file);
            }
            long now = System.currentTimeMillis();
            UserRecord next = reached == null ? user : user.withState(reached, now);
            user = store.commit(next, mailboxes, batch, length, now);
            failed = false;
        } finally {
            for (Unsynced file : files) {
                if (file.finished()) {
                    file.file().close();
                }
            }
        }
    }

    /** Waits until a file is on disk. */
    void sync(Unsynced file) throws IOException {
        if (pace == Pace.FULL_SPEED) {
            file.file().sync();
            return;
        }
        long started = System.nanoTime();
        file.file().sync();
        pace.afterSync(System.nanoTime() - started);
    }

    /** Waits for all batches; returns the user as recorded then. */
    UserRecord finish() throws IOException, InterruptedException {
        for (Future<?> f; (f = underWay.poll()) != null;) {
            Awaited.await(f);
        }
        return user;
    }

    /** Waits for all batches, whatever becomes of them. */
    void await() {
        thread.await();
    }
}
