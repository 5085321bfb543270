package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads mails ahead of the writer, in several threads: on NFS a mail costs round trips, not bandwidth, and several at once cost
 * no more than one. Each reader takes a run of neighbouring mails, so that what lies together in a mailbox comes to lie together
 * in {@code m.N}; runs of different readers may be handed over in any order. A buffer changes hands some thousand mails at a
 * time, which keeps the cost of handing over far below one system call a mail. Of little mail on a disk of this machine a thread
 * would cost more than it saves: then {@link #take} reads.
 *
 * <p>The writer calls {@link #take} until it gives null, and {@link #giveBack} for each batch.
 */
final class MailReaders implements Closeable {
    private static final int RUN_MAILS = 512;
    /** Fewer are not worth being handed out. */
    private static final int LEAST_RUN = 4;
    /** A run should about fill a buffer. */
    private static final long RUN_BYTES = ReadBatch.CAPACITY;

    private final Settings settings;
    private final Work work;
    private final int runMails;
    private final List<ReadBatch> buffers;
    private final BlockingQueue<ReadBatch> empty;
    private final BlockingQueue<Object> filled;
    private final WorkGroup threads;
    /** Of the writer, where there are no threads. */
    private final Filling inline;
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
        /**
         * @param maxMails how many mails at the most
         * @param maxBytes no more once they weigh so much, as far as their names tell
         * @return null at the end
         */
        Run next(int maxMails, long maxBytes);
    }

    /**
     * @param count threads; 0: the writer reads. Fewer if there is little memory left
     * @param mails how many the work will give out, by and large: of a few, too, each thread is to have some
     * @throws InterruptedException while it waits for memory
     */
    MailReaders(int count, long mails, Settings settings, Work work) throws InterruptedException {
        this.settings = settings;
        this.work = work;
        runMails = count == 0 ? RUN_MAILS : (int) Math.max(LEAST_RUN, Math.min(RUN_MAILS, mails / (2 * count)));
        buffers = ReadBuffers.SHARED.take(count == 0 ? 1 : count + 2);
        empty = new ArrayBlockingQueue<>(buffers.size(), false, buffers);
        running = count == 0 ? 0 : Math.max(1, Math.min(count, buffers.size() - 2));
        filled = new ArrayBlockingQueue<>(buffers.size() + running);
        threads = new WorkGroup(running);
        inline = running == 0 ? new Filling() : null;
        for (int i = 0; i < running; i++) {
            threads.submit(() -> {
                read();
                return null;
            });
        }
    }

    /**
     * The next filled batch.
     *
     * @return null when all has been read
     * @throws IOException what a reader failed with
     */
    ReadBatch take() throws IOException, InterruptedException {
        if (inline != null) {
            ReadBatch batch = empty.take();
            inline.fill(batch);
            if (batch.size() > 0) {
                return batch;
            }
            empty.add(batch);
            return null;
        }
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

    private void read() {
        Throwable failure = null;
        try {
            Filling filling = new Filling();
            for (boolean more = true; more;) {
                ReadBatch batch = empty.take();
                more = filling.fill(batch);
                if (batch.size() > 0) {
                    filled.put(batch);
                } else {
                    empty.add(batch);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        filled.offer(new End(failure));
    }

    /** One reader's way through the work. */
    private final class Filling {
        private final MailReader reader = new MailReader(settings);
        private Run run;
        private int next;

        /** Reads until the batch is full; false at the end of the work. */
        boolean fill(ReadBatch batch) throws IOException, InterruptedException {
            while (!stopped) {
                if (run == null) {
                    run = work.next(runMails, RUN_BYTES);
                    next = 0;
                    if (run == null) {
                        return false;
                    }
                }
                for (; next < run.count; next++) {
                    if (stopped) {
                        return false;
                    }
                    if (batch.isFull() || !reader.read(batch, run.source, run.positions[next])) {
                        if (batch.size() == 0) {
                            throw new IllegalStateException("an empty buffer has no room for a mail");
                        }
                        return true;
                    }
                    run.source.retain();
                }
                run.source.release();
                run = null;
            }
            return false;
        }
    }

    /** Stops the readers and waits for them. */
    @Override
    public void close() {
        stopped = true;
        threads.close();
        ReadBuffers.SHARED.giveBack(buffers);
    }
}
