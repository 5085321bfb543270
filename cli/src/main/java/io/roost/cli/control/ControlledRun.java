package io.roost.cli.control;

import java.util.Map;
import java.util.Optional;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.control.RefusedException.Kind;
import io.roost.engine.Engine;
import io.roost.engine.EngineStatus;
import io.roost.throttle.LimitSource;
import io.roost.throttle.OperatorPause;
import io.roost.throttle.Throttle;
import io.roost.throttle.TimetableSource;

/**
 * What operators may look at and change. All of it is thread-safe.
 *
 * @param engine  owns the state of the run
 * @param store   what has been done so far; open until the server is closed
 * @param halt    ends the process at once, as a second Ctrl-C does; need not return
 * @param cutover empty if users are neither kept on this backend nor cut over
 */
public record ControlledRun(Engine engine, CheckpointStore store, Runnable halt, Optional<ControlledCutover> cutover) {
    /** Of a user who is ready, and whose cutover is held. */
    static final String HELD = "held";

    /** Of a run that leaves the userdb alone. */
    public ControlledRun(Engine engine, CheckpointStore store, Runnable halt) {
        this(engine, store, halt, Optional.empty());
    }

    /** The run now; users who are ready and held have the step {@link #HELD}. */
    EngineStatus status() {
        EngineStatus status = engine.status();
        Map<String, Long> waiting = cutover.map(c -> c.hold().waiting()).orElse(Map.of());
        return waiting.isEmpty() ? status : status.withActive(status.active().stream()
                .map(user -> waiting.containsKey(user.user()) ? user.withStep(HELD) : user).toList());
    }

    /** @throws RefusedException if this run cuts nobody over */
    ControlledCutover cutsOver() throws RefusedException {
        return cutover.filter(ControlledCutover::cutsOver).orElseThrow(() -> new RefusedException(Kind.REFUSED,
                "this run cuts nobody over: it was started without --cutover"));
    }

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
