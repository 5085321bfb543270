package io.roost.cli.control;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import io.roost.cli.control.RefusedException.Kind;

/**
 * The run as clients reach it: as long as it is there. After {@link #end} nothing of it is touched any more, so that what it is made
 * of may be closed. Thread-safe.
 */
final class ServedRun {
    private final ControlledRun run;
    private final RunHistory history;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean ended;

    ServedRun(ControlledRun run, RunHistory history) {
        this.run = run;
        this.history = history;
    }

    /** Does what a verb does, unless the run has ended. */
    void run(Verb verb, String argument, Answer answer) throws RefusedException {
        lock.readLock().lock();
        try {
            if (ended) {
                throw new RefusedException(Kind.REFUSED, "the run has ended");
            }
            verb.action().run(run, history, argument, answer);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The lines of a status; empty once the run has ended. */
    String status(boolean json) {
        Answer answer = new Answer(json);
        lock.readLock().lock();
        try {
            if (!ended) {
                RunStatus.of(run, history).put(answer);
            }
        } finally {
            lock.readLock().unlock();
        }
        return answer.toString();
    }

    /** Waits for requests that are being obeyed; no other will be. */
    void end() {
        lock.writeLock().lock();
        try {
            ended = true;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
