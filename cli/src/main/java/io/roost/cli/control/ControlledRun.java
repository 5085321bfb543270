package io.roost.cli.control;

import io.roost.checkpoint.CheckpointStore;
import io.roost.engine.Engine;
import io.roost.throttle.LimitSource;
import io.roost.throttle.OperatorPause;
import io.roost.throttle.Throttle;
import io.roost.throttle.TimetableSource;

/**
 * What operators may look at and change. All of it is thread-safe.
 *
 * @param engine    owns the state of the run
 * @param throttle  asks the three sources that follow, and others
 * @param pause     holds those in flight while the run is paused
 * @param limit     the rate that operators set
 * @param timetable the one that operators replace
 * @param store     what has been done so far; open until the server is closed
 * @param halt      ends the process at once, as a second Ctrl-C does; need not return
 */
public record ControlledRun(Engine engine, Throttle throttle, OperatorPause pause, LimitSource limit, TimetableSource timetable,
        CheckpointStore store, Runnable halt) {
}
