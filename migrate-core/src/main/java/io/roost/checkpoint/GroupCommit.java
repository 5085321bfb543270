package io.roost.checkpoint;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Function;

import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * The one thread that writes to an environment. A commit waits for the disk, whatever is in it: all work that has come while the
 * last one went on goes into the next, so that many users cost as many commits as one. Work is done in the order it was given, and
 * waits for nothing but the disk. If a piece of work fails, or the commit of all, each is done again in a transaction of its own:
 * nobody fails for what another wanted, and work has to be such that it may be done twice. Thread-safe.
 */
final class GroupCommit {
    private final Env<ByteBuffer> env;
    private final Queue<Piece<?>> waiting = new ArrayDeque<>();
    /** Started when first needed. */
    private Thread thread;
    private boolean closed;
    /** What a piece failed with that nobody waits for. */
    private RuntimeException missed;

    GroupCommit(Env<ByteBuffer> env) {
        this.env = env;
    }

    /** Something to be written, and what came of it. Guarded by the group's monitor where that matters. */
    private static final class Piece<T> implements Later {
        final Function<Txn<ByteBuffer>, T> work;
        final boolean awaited;
        T result;
        Throwable failure;
        volatile boolean done;

        Piece(Function<Txn<ByteBuffer>, T> work, boolean awaited) {
            this.work = work;
            this.awaited = awaited;
        }

        void run(Txn<ByteBuffer> txn) {
            result = work.apply(txn);
        }

        @Override
        public boolean isDone() {
            return done;
        }
    }

    /** Work that nobody has waited for yet. */
    interface Later {
        boolean isDone();
    }

    /**
     * Does the work in a transaction and waits until that is on disk, interrupted or not.
     *
     * @return what the work returned
     * @throws RuntimeException what it threw, or {@link LmdbException} if it could not be committed; nothing is written then
     */
    <T> T write(Function<Txn<ByteBuffer>, T> work) {
        Piece<T> piece = new Piece<>(work, true);
        add(piece);
        await(piece);
        if (piece.failure instanceof RuntimeException e) {
            throw e;
        }
        if (piece.failure instanceof Error e) {
            throw e;
        }
        return piece.result;
    }

    /** Has the work done, after all that was given before, and does not wait; {@link #close} tells if it failed. */
    Later writeLater(Function<Txn<ByteBuffer>, ?> work) {
        Piece<?> piece = new Piece<>(work, false);
        add(piece);
        return piece;
    }

    /** Waits until work is done, well or not, interrupted or not. */
    synchronized void await(Later work) {
        boolean interrupted = false;
        while (!work.isDone()) {
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

    private synchronized void add(Piece<?> piece) {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
        waiting.add(piece);
        if (thread == null) {
            thread = new Thread(this::run, "roost-commit");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
    }

    private void run() {
        for (List<Piece<?>> group; (group = next()) != null;) {
            if (group.size() == 1 || !together(group)) {
                group.forEach(this::alone);
            }
            end(group);
        }
    }

    /** All that waits, null at the end. */
    private synchronized List<Piece<?>> next() {
        while (waiting.isEmpty()) {
            if (closed) {
                return null;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                // Nobody has a reason to; work that waits has to be done all the same.
            }
        }
        List<Piece<?>> group = new ArrayList<>(waiting);
        waiting.clear();
        return group;
    }

    private boolean together(List<Piece<?>> group) {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            group.forEach(piece -> piece.run(txn));
            txn.commit();
            return true;
        } catch (RuntimeException | Error e) {
            // Whose fault it was shows when each is done alone.
            return false;
        }
    }

    private void alone(Piece<?> piece) {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            piece.run(txn);
            txn.commit();
        } catch (RuntimeException | Error e) {
            piece.failure = e;
        }
    }

    private synchronized void end(List<Piece<?>> group) {
        for (Piece<?> piece : group) {
            piece.done = true;
            if (!piece.awaited && piece.failure != null && missed == null) {
                missed = piece.failure instanceof RuntimeException e ? e : new IllegalStateException(piece.failure);
            }
        }
        notifyAll();
    }

    /**
     * Waits until all that was given is done; takes no more. May be repeated.
     *
     * @throws RuntimeException what work failed with that nobody waited for
     */
    void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            running = thread;
            notifyAll();
        }
        boolean interrupted = false;
        while (running != null && running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        RuntimeException failure = missed;
        missed = null;
        if (failure != null) {
            throw failure;
        }
    }
}
