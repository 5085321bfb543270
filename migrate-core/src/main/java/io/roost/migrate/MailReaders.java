package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Threads that read mails ahead of the writer: on NFS a mail costs round trips, not bandwidth, and several at once cost no
 * more than one. Each reader takes a run of neighbouring mails, so that what lies together in a mailbox comes to lie together
 * in {@code m.N}; runs of different readers may be handed over in any order. A buffer changes hands some thousand mails at a
 * time, which keeps the cost of handing over far below one system call a mail.
 *
 * <p>The writer calls {@link #take} until it gives null, and {@link #giveBack} for each batch.
 */
final class MailReaders implements Closeable {
    private static final int RUN_MAILS = 512;
    /** What a mail is taken to weigh where its name does not tell: a run should about fill a buffer. */
    private static final long RUN_BYTES = ReadBatch.CAPACITY;
    /** Buffers of readers that are done, for the next user: making them costs more than a small user's mail. */
    private static final BlockingQueue<ReadBatch> SPARE = new ArrayBlockingQueue<>(16);

    private final Work work;
    private final BlockingQueue<ReadBatch> empty;
    private final BlockingQueue<Object> filled;
    private final List<Thread> threads = new ArrayList<>();
    private int running;
    private volatile boolean stopped;

    /** Ends of the readers' streams. */
    private record End(Throwable failure) {
    }

    /** A run of mails to read. */
    record Run(MailboxSource source, int[] positions, int count) {
    }

    /** Gives out runs until there are none left. Called by many threads. */
    @FunctionalInterface
    interface Work {
        /** @param maxMails how many mails at the most; @return null at the end */
        Run next(int maxMails, long maxBytes);
    }

    MailReaders(int count, Settings settings, Work work) {
        this.work = work;
        int buffers = count + 2;
        empty = new ArrayBlockingQueue<>(buffers);
        filled = new ArrayBlockingQueue<>(buffers + count);
        for (int i = 0; i < buffers; i++) {
            ReadBatch spare = SPARE.poll();
            empty.add(spare == null ? new ReadBatch() : spare);
        }
        running = count;
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(() -> read(new MailReader(settings)), "roost-reader-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /**
     * The next filled batch.
     *
     * @return null when all has been read
     * @throws IOException what a reader failed with
     */
    ReadBatch take() throws IOException, InterruptedException {
        while (running > 0) {
            Object next = filled.take();
            if (next instanceof ReadBatch batch) {
                return batch;
            }
            running--;
            Throwable failure = ((End) next).failure();
            if (failure instanceof IOException e) {
                throw e;
            }
            if (failure != null) {
                throw new IllegalStateException("a reader failed", failure);
            }
        }
        return null;
    }

    /** Returns a batch that is written. */
    void giveBack(ReadBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            batch.mail(i).source.release();
        }
        batch.clear();
        empty.add(batch);
    }

    private void read(MailReader reader) {
        Throwable failure = null;
        try {
            ReadBatch batch = empty.take();
            Run run;
            while (!stopped && (run = work.next(RUN_MAILS, RUN_BYTES)) != null) {
                for (int i = 0; i < run.count && !stopped; i++) {
                    run.source.retain();
                    if (batch.isFull() || !reader.read(batch, run.source, run.positions[i])) {
                        filled.put(batch);
                        batch = empty.take();
                        if (!reader.read(batch, run.source, run.positions[i])) {
                            throw new IllegalStateException("an empty buffer has no room for a mail");
                        }
                    }
                }
                run.source.release();
            }
            if (batch.size() > 0) {
                filled.put(batch);
            } else {
                empty.add(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        filled.offer(new End(failure));
    }

    /** Stops the readers and waits for them. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            thread.interrupt();
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        for (ReadBatch batch; (batch = empty.poll()) != null;) {
            SPARE.offer(batch);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
