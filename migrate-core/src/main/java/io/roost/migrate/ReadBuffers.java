package io.roost.migrate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The batches that mails are read into, of all users of the process: so many and no more, however many users are migrated at
 * once. A user takes what he needs in one go and waits only while he has none, so nobody waits for himself. Thread-safe.
 */
final class ReadBuffers {
    /** Of the process, 48 MiB in all. */
    static final ReadBuffers SHARED = new ReadBuffers(24);

    private final Deque<ReadBatch> spare = new ArrayDeque<>();
    private int left;

    /** @param most batches there may be at a time */
    ReadBuffers(int most) {
        left = most;
    }

    /**
     * Takes batches, at least one and, where there are that many, all that are wanted; but of what is left at most the half beyond
     * the second, so that those who come later need not wait.
     */
    synchronized List<ReadBatch> take(int wanted) throws InterruptedException {
        int least = Math.min(wanted, 2);
        while (left < least) {
            wait();
        }
        int n = Math.min(wanted, Math.max(least, left / 2 + 1));
        left -= n;
        List<ReadBatch> out = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            out.add(spare.isEmpty() ? new ReadBatch() : spare.pop());
        }
        return out;
    }

    /** Gives back what was taken. */
    synchronized void giveBack(List<ReadBatch> batches) {
        for (ReadBatch batch : batches) {
            batch.clear();
            spare.push(batch);
        }
        left += batches.size();
        notifyAll();
    }
}
