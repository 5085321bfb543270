package io.roost.migrate;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work of one user that other threads do meanwhile, so many pieces at once, in the order they were given. The threads belong to the
 * process: they outlive a small user, for whom starting them would cost more than what they do. Where a group has none, whoever
 * gives a piece does it himself. Thread-safe.
 */
final class WorkGroup implements Closeable {
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final ExecutorService POOL = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS,
            new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "roost-worker-" + THREADS.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });

    private final int limit;
    private final Queue<FutureTask<?>> waiting = new ArrayDeque<>();
    private final Set<FutureTask<?>> running = new HashSet<>();
    /** Threads that work for the group. */
    private int threads;

    /** @param limit pieces done at once; 0: the caller does each when he gives it */
    WorkGroup(int limit) {
        this.limit = limit;
    }

    <T> Future<T> submit(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        if (limit == 0) {
            task.run();
            return task;
        }
        synchronized (this) {
            waiting.add(task);
            if (threads < limit) {
                threads++;
                POOL.execute(this::work);
            }
        }
        return task;
    }

    private void work() {
        FutureTask<?> done = null;
        for (FutureTask<?> task; (task = next(done)) != null; done = task) {
            task.run();
        }
    }

    private synchronized FutureTask<?> next(FutureTask<?> done) {
        running.remove(done);
        FutureTask<?> task = waiting.poll();
        if (task == null) {
            threads--;
            notifyAll();
        } else {
            running.add(task);
        }
        return task;
    }

    /** Waits until all that was given is done, interrupted or not. */
    synchronized void await() {
        boolean interrupted = false;
        while (threads > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Drops what has not begun, interrupts what has, and waits until that has ended: whoever handles a failure may want to remove
     * what it writes. A write that hangs, on NFS perhaps for hours, is nothing to walk away from.
     */
    @Override
    public synchronized void close() {
        waiting.forEach(task -> task.cancel(false));
        waiting.clear();
        running.forEach(task -> task.cancel(true));
        await();
    }
}
