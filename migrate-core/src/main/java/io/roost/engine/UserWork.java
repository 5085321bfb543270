package io.roost.engine;

import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** What a run does with each of its users. Called by several threads at once, each with a user of its own. */
@FunctionalInterface
public interface UserWork {
    /** A user that is done. */
    record Migrated(Account account, Result result) {
    }

    /**
     * Takes one user to the end, or goes on where an earlier attempt stopped. Ends soon, at a safe step, when the thread is
     * interrupted.
     *
     * @param user    name as it was given
     * @param readers threads that may read ahead for this user, at least 1
     * @param events  told what happens, on the calling thread
     * @throws Exception if there is no result; {@link FailureClass} tells what it means for the run
     */
    Migrated run(String user, int readers, Event.Sink events) throws Exception;
}
