package io.roost.cli;

import io.roost.engine.RunEvent;

/** Tells of a run over one or several users. */
interface MigrationReport extends RunEvent.Sink {
    /** At the end. */
    void summary(MigrationTotals totals);
}
