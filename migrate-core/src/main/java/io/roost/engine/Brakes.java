package io.roost.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.throttle.FlagFile;
import io.roost.throttle.LatencyBackoff;
import io.roost.throttle.LimitSource;
import io.roost.throttle.OperatorPause;
import io.roost.throttle.Throttle;
import io.roost.throttle.ThrottleClock;
import io.roost.throttle.ThrottleSource;
import io.roost.throttle.TimetableSource;

/**
 * All that may hold a run back, and the throttle that asks them. Each may be changed while the run goes on; {@link Throttle#changed}
 * makes it count at once.
 *
 * @param pause     an operator's hold
 * @param limit     fixed limits, from the command line or an operator
 * @param timetable limits by the time of day
 * @param latency   backs off when the store becomes slow; empty if nobody wants that
 * @param flagFile  holds while a file exists; empty if none was named
 */
public record Brakes(Throttle throttle, OperatorPause pause, LimitSource limit, TimetableSource timetable,
        Optional<LatencyBackoff> latency, Optional<FlagFile> flagFile) {
    public static Brakes of(ThrottleClock clock, LimitSource limit, TimetableSource timetable, Optional<LatencyBackoff> latency,
            Optional<FlagFile> flagFile) {
        OperatorPause pause = new OperatorPause();
        List<ThrottleSource> sources = new ArrayList<>(List.of(pause));
        flagFile.ifPresent(sources::add);
        sources.add(timetable);
        sources.add(limit);
        latency.ifPresent(sources::add);
        return new Brakes(new Throttle(clock, sources), pause, limit, timetable, latency, flagFile);
    }
}
