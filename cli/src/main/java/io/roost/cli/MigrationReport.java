package io.roost.cli;

import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** Tells of a run over one or several users. */
interface MigrationReport {
    /** What happens in between. */
    Event.Sink events();

    void done(Account account, Result result);

    /** @param source root of the Maildir, empty if it is not known */
    void failed(String user, String source, Failure failure);

    void summary(MigrationTotals totals);
}
