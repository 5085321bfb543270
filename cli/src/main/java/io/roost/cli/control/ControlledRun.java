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
 * @param engine owns the state of the run
 * @param store  what has been done so far; open until the server is closed
 * @param halt   ends the process at once, as a second Ctrl-C does; need not return
 */
public record ControlledRun(Engine engine, CheckpointStore store, Runnable halt) {
    Throttle throttle() {
        return engine.brakes().throttle();
    }

    /** Holds those in flight while the run is paused. */
    OperatorPause pause() {
        return engine.brakes().pause();
    }

    /** The rate that operators set. */
    LimitSource limit() {
        return engine.brakes().limit();
    }

    /** The one that operators replace. */
    TimetableSource timetable() {
        return engine.brakes().timetable();
    }
}
