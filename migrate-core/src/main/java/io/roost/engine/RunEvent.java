package io.roost.engine;

import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** What happens in a run, for whoever shows or records it. Times are Unix milliseconds. */
public sealed interface RunEvent {
    /** The user concerned, empty if it is about the run. */
    default String user() {
        return "";
    }

    /** A user's migration goes on; {@link Event.Done} and {@link Event.Failed} come as {@link Done} and {@link Failed} instead. */
    record Progress(Event event) implements RunEvent {
        @Override
        public String user() {
            return event.user();
        }
    }

    /** A worker takes up a user; {@code attempt} counts from 1. */
    record Begun(String user, int worker, int attempt) implements RunEvent {
        /** Whether it is a worker of the user's own, beside the others. */
        public boolean isBeside() {
            return worker >= RunLedger.BESIDE;
        }
    }

    /** A user is done. */
    record Done(String user, Account account, Result result) implements RunEvent {
    }

    /** An attempt failed. {@code retryAt} says when the next one is due, 0 if none is. The Maildir is in force. */
    record Failed(String user, Throwable why, FailureClass failureClass, int attempt, long retryAt) implements RunEvent {
    }

    /** A user ended at a safe step because the run stops, or because the user is to be skipped. */
    record Stopped(String user) implements RunEvent {
    }

    /** An operator takes a user out of this run. */
    record Skipped(String user) implements RunEvent {
    }

    /** An operator wants a user tried again. */
    record Requeued(String user) implements RunEvent {
    }

    /**
     * An operator has something else done, with a user or, if {@code user} is empty, with the run.
     *
     * @param verb of the control socket, such as {@code hold}
     * @param said what is done now, for people
     */
    record Operated(String user, String verb, String said) implements RunEvent {
    }

    /**
     * A user is back on the Maildir, as an operator wanted.
     *
     * @param wasDone whether this run had told that the user was done
     * @param said    how it ended, for people
     */
    record RolledBack(String user, boolean wasDone, String said) implements RunEvent {
    }

    /** The run changes state; the reason is for people. */
    record StateChanged(RunState state, String reason) implements RunEvent {
    }

    /** The number of workers changes. */
    record WorkersChanged(int workers) implements RunEvent {
    }

    /** Something holds the run back now, or nothing does any more; {@code reason} is empty then. */
    record Throttled(String source, String reason) implements RunEvent {
    }

    /** Takes events, from several threads, one at a time. Must be quick: the workers wait for it. */
    @FunctionalInterface
    interface Sink {
        void event(RunEvent event);
    }
}
