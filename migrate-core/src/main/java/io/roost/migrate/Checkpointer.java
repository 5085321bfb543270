package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.PlacedBatch;
import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.checkpoint.UserRecord;
import io.roost.mdbox.MailFileWriter.Unsynced;

/**
 * Makes what the writer has written last: syncs the data files, <em>then</em> records the batch, in a thread of its own while
 * the writer goes on. At most two batches are under way. Batches are recorded in the order they were given.
 */
final class Checkpointer implements Closeable {
    private static final int UNDER_WAY = 2;

    private final CheckpointStore store;
    private final Pace pace;
    private final ExecutorService thread;
    private final ArrayBlockingQueue<Future<?>> underWay = new ArrayBlockingQueue<>(UNDER_WAY);
    private volatile UserRecord user;
    /** Only the checkpoint thread looks at it. */
    private boolean failed;

    Checkpointer(CheckpointStore store, UserRecord user, Pace pace) {
        this.store = store;
        this.pace = pace;
        this.user = user;
        thread = new ThreadPoolExecutor(0, 1, 10, TimeUnit.SECONDS, new java.util.concurrent.LinkedBlockingQueue<>(), task -> {
            Thread t = new Thread(task, "roost-checkpoint");
            t.setDaemon(true);
            return t;
        });
    }

    /** Takes over a batch; waits if two are under way. Fails with what an earlier batch failed with. */
    void submit(List<Unsynced> files, PlacedBatch batch, DataFileLength length) throws IOException, InterruptedException {
        if (underWay.remainingCapacity() == 0) {
            Awaited.await(underWay.take());
        }
        underWay.put(thread.submit(() -> {
            record(files, batch, length);
            return null;
        }));
    }

    private void record(List<Unsynced> files, PlacedBatch batch, DataFileLength length) throws IOException {
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
            if (batch.mails() > 0) {
                user = store.commit(user, batch, length, System.currentTimeMillis());
            }
            failed = false;
        } finally {
            for (Unsynced file : files) {
                if (file.finished()) {
                    file.file().close();
                }
            }
        }
    }

    private void sync(Unsynced file) throws IOException {
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

    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(1, TimeUnit.HOURS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
