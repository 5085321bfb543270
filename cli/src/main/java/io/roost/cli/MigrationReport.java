package io.roost.cli;

import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** Tells of a run over one or several users. */
interface MigrationReport {
    /** What happens in between. */
    Event.Sink events();

    void done(String user, Result result);

    void failed(String user, Failure failure);

    void summary(MigrationTotals totals);
}
