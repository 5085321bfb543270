package io.roost.aftercare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.UserNames;

/**
 * Runs one {@link MaintenanceTask} for many users, each where the director has the user: two backends must not write to an mdbox.
 * Users come in an order of chance, so that neighbours, who may share a file server, do not come together; they begin one after the
 * other at even distances, and no more than so many are under way. A failure of one does not stop the others. One thread calls
 * {@link #run}; {@link #stop} may be called by any.
 */
public final class Maintenance {
    private final MaintenanceTask task;
    private final DovecotProgram doveadm;
    private final String server;
    private final List<String> query;
    private final Pace pace;
    private final Listener listener;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * How fast.
     *
     * @param workers      users at the same time, 1 or more
     * @param maxPerMinute users that are begun in a minute at the most; 0 for any number
     */
    public record Pace(int workers, int maxPerMinute) { }

    /** Told of each user, by the thread that has just finished with them; one call at a time. */
    public interface Listener {
        void done(String user, double seconds);

        void failed(String user, IOException why);
    }

    /**
     * @param doveadm with the time limit for one user
     * @param server  {@code host:port} of the director's doveadm; empty if this is the director's host, or the only backend
     * @param query   search keys for {@link MaintenanceTask#ALTMOVE}
     */
    public Maintenance(MaintenanceTask task, DovecotProgram doveadm, String server, List<String> query, Pace pace, Listener listener) {
        this.task = task;
        this.doveadm = doveadm;
        this.server = server;
        this.query = List.copyOf(query);
        this.pace = pace;
        this.listener = listener;
    }

    /**
     * Sees to all of them, and returns when the last has ended.
     *
     * @param order makes the order; the same seed, the same order
     * @return how many failed
     */
    public int run(List<String> users, Random order) throws InterruptedException {
        List<String> shuffled = new ArrayList<>(users);
        Collections.shuffle(shuffled, order);
        Iterator<String> queue = shuffled.iterator();
        int[] failures = new int[1];
        long[] nextStart = {System.nanoTime()};
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(pace.workers(), users.size()); i++) {
            Thread thread = new Thread(() -> {
                for (String user; (user = next(queue, nextStart)) != null;) {
                    see(user, failures);
                }
            }, "roost-maintain-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return failures[0];
    }

    /** Begins with nobody any more; who is under way comes to the end. */
    public void stop() {
        stopped.countDown();
    }

    /** Whose turn it is, when it is; null if nobody is left. */
    private String next(Iterator<String> queue, long[] nextStart) {
        String user;
        long start;
        synchronized (queue) {
            if (stopped.getCount() == 0 || !queue.hasNext()) {
                return null;
            }
            user = queue.next();
            start = nextStart[0];
            if (pace.maxPerMinute() > 0) {
                nextStart[0] = Math.max(start, System.nanoTime()) + TimeUnit.MINUTES.toNanos(1) / pace.maxPerMinute();
            }
        }
        try {
            return stopped.await(start - System.nanoTime(), TimeUnit.NANOSECONDS) ? null : user;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void see(String user, int[] failures) {
        long started = System.nanoTime();
        IOException failure = null;
        try {
            UserNames.check(user);
            DovecotProgram.Result result = doveadm.run(task.arguments(user, server, query).toArray(String[]::new));
            if (result.exitCode() == DovecotProgram.Result.EX_TEMPFAIL) {
                throw new IOException("not now: locked out by a gate, or the userdb does not work: " + result.firstErrors());
            }
            result.requireSuccess();
        } catch (IOException e) {
            failure = e;
        }
        synchronized (failures) {
            if (failure == null) {
                listener.done(user, (System.nanoTime() - started) / 1e9);
            } else {
                failures[0]++;
                listener.failed(user, failure);
            }
        }
    }
}
