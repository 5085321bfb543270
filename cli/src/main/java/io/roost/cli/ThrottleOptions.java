package io.roost.cli;

import java.time.ZoneId;
import java.util.Optional;

import io.roost.engine.Brakes;
import io.roost.posix.ByteString;
import io.roost.throttle.Bandwidth;
import io.roost.throttle.FlagFile;
import io.roost.throttle.InvalidRateException;
import io.roost.throttle.LatencyBackoff;
import io.roost.throttle.LimitSource;
import io.roost.throttle.RateLimit;
import io.roost.throttle.ThrottleClock;
import io.roost.throttle.Timetable;
import io.roost.throttle.TimetableSource;
import picocli.CommandLine.Option;

/** What holds a run back. Filled by picocli. */
final class ThrottleOptions {
    @Option(names = {"--max-mbps", "--max-rate"}, paramLabel = "RATE", description = "Read no faster than this, all users together, "
            + "such as 20MB/s (megabytes) or 160Mbit/s (megabits).")
    String maxRate;

    @Option(names = "--max-mails-per-second", paramLabel = "N", description = "Read no more mails than this a second, all users together.")
    Long maxMails;

    @Option(names = "--timetable", paramLabel = "TIMES",
            description = "Limits by the time of day, such as '22:00-06:00=full, 06:00-22:00=20MB/s', or off.")
    String timetable;

    @Option(names = "--hold-file", paramLabel = "FILE", description = "Hold while this file exists.")
    String holdFile;

    @Option(names = "--backoff-factor", paramLabel = "X",
            description = "Slow down when the store answers so many times more slowly than usual. Default: 3; "
            + "for a single user: never.")
    Double backoffFactor;

    @Option(names = "--no-backoff", description = "Do not slow down when the store does.")
    boolean noBackoff;

    Brakes brakes(boolean single) throws CommandException {
        try {
            if (maxMails != null && (maxMails < 1 || maxMails > RateLimit.MAX_MAILS)) {
                throw CommandException.usage("--max-mails-per-second: found " + maxMails + ", expected 1 to " + RateLimit.MAX_MAILS);
            }
            if (backoffFactor != null && !(backoffFactor > 1 && backoffFactor <= 1000)) {
                throw CommandException.usage("--backoff-factor: found " + backoffFactor + ", expected more than 1 and at most 1000");
            }
            if (backoffFactor != null && noBackoff) {
                throw CommandException.usage("--backoff-factor and --no-backoff exclude each other");
            }
            RateLimit limit = new RateLimit(maxRate == null ? Bandwidth.FULL : Bandwidth.parse(maxRate),
                    maxMails == null ? Bandwidth.UNLIMITED : maxMails);
            boolean backsOff = !noBackoff && (!single || backoffFactor != null);
            return Brakes.of(ThrottleClock.SYSTEM, new LimitSource(limit, "the command line"),
                    new TimetableSource(timetable == null ? null : Timetable.parse(timetable), ZoneId.systemDefault()),
                    backsOff ? Optional.of(new LatencyBackoff(backoffFactor == null ? LatencyBackoff.DEFAULT_FACTOR : backoffFactor))
                            : Optional.empty(),
                    Optional.ofNullable(holdFile).map(file -> new FlagFile(ByteString.ofText(file))));
        } catch (InvalidRateException e) {
            throw CommandException.usage(e.getMessage());
        }
    }
}
