package io.roost.gate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets many threads change one document and writes it once for all who came while the last writing went on. Thread-safe.
 *
 * @param <D> the document, which an edit changes in place
 */
final class GroupedChanges<D> {
    private final Writer<D> writer;
    private final ReentrantLock writing = new ReentrantLock();
    private final List<Pending<D>> waiting = new ArrayList<>();

    /** One change. */
    @FunctionalInterface
    interface Edit<D> {
        /** @throws IOException if it cannot be made; then it has changed nothing, and others' changes are made all the same */
        void apply(D document) throws IOException;
    }

    /** Reads the document, edits and writes it. The edit may be applied several times, to newer content each time. */
    @FunctionalInterface
    interface Writer<D> {
        void write(Edit<D> edit) throws IOException;
    }

    private static final class Pending<D> {
        private final Edit<D> edit;
        private boolean done;
        private IOException failure;

        Pending(Edit<D> edit) {
            this.edit = edit;
        }
    }

    GroupedChanges(Writer<D> writer) {
        this.writer = writer;
    }

    /** Makes a change, alone or together with others', and returns when it is written. */
    void make(Edit<D> edit) throws IOException {
        Pending<D> own = new Pending<>(edit);
        synchronized (waiting) {
            waiting.add(own);
        }
        writing.lock();
        try {
            if (!own.done) {
                List<Pending<D>> group;
                synchronized (waiting) {
                    group = List.copyOf(waiting);
                    waiting.clear();
                }
                write(group);
            }
        } finally {
            writing.unlock();
        }
        if (own.failure != null) {
            throw own.failure;
        }
    }

    private void write(List<Pending<D>> group) {
        // what a RuntimeException or Error leaves
        group.forEach(pending -> {
            pending.done = true;
            pending.failure = new IOException("a change that was to be made together with this one failed badly");
        });
        try {
            writer.write(document -> {
                for (Pending<D> pending : group) {
                    pending.failure = null;
                    try {
                        pending.edit.apply(document);
                    } catch (IOException e) {
                        pending.failure = e;
                    }
                }
            });
        } catch (IOException e) {
            group.forEach(pending -> pending.failure = e);
        }
    }
}
