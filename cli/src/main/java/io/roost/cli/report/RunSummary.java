package io.roost.cli.report;

import java.util.List;
import java.util.Map;

import io.roost.engine.EngineStatus;
import io.roost.engine.FailureClass;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.MonthCounts;
import io.roost.throttle.LatencyReading;
import io.roost.throttle.Restriction;
import io.roost.throttle.ThrottleState;

/**
 * A run over many users as it is at a moment, or as it was at its end. Immutable, and bounded in size whatever the number of
 * users: lists have the first or the greatest, and say how many there are in all. Times are Unix milliseconds, sizes bytes.
 *
 * @param run          what was to be done, and how it ended
 * @param status       of the engine: users by phase, rates
 * @param totals       sums over the users that are done
 * @param throughput   over time, earliest first, at most {@link ThroughputHistory#MAX}
 * @param slowest      users done that took longest, slowest first
 * @param durations    of the users that this run migrated
 * @param failures     users that failed, or that wait to be tried again, in the order in which they failed
 * @param failedKinds  how many users that is in all, by kind of failure, most frequent first
 * @param attempts     failed attempts of all users, by kind and class
 * @param rejected     mails that could not be carried over, by name
 * @param rejectedTotal how many there are in all
 * @param source       mails of the users done by the month in which they were received, as the Maildirs tell
 * @param target       likewise, as the mdboxes tell
 * @param throttling   what held the run back, and how fast the store is
 * @param lockOuts     how long users were locked out
 */
public record RunSummary(Run run, EngineStatus status, Totals totals, List<Sample> throughput, List<TimedUser> slowest,
        DurationCounts durations, List<FailedUser> failures, Map<String, Long> failedKinds, Map<FailedAttempts, Long> attempts,
        List<RejectedMail> rejected, long rejectedTotal, MonthCounts source, MonthCounts target, Throttling throttling,
        LockOuts lockOuts) {

    /**
     * What was to be done, and how it ended.
     *
     * @param version  of Roost
     * @param host     where it runs
     * @param ended    0 while it runs
     * @param exitCode -1 while it runs
     * @param ending   why it ended before the last user; empty if it did not
     * @param settings that matter to a reader, in order
     * @param logs     where all events are, for what is too much for a page; empty if nowhere
     */
    public record Run(String version, String host, long ended, int exitCode, String ending, List<Setting> settings,
            String logs) {
        public Run {
            settings = List.copyOf(settings);
        }

        public boolean isEnded() {
            return ended > 0;
        }
    }

    /** A line of the settings. */
    public record Setting(String name, String value) {
    }

    /**
     * Sums over the users that are done.
     *
     * @param migrated  users that this run migrated, the others being done before
     * @param mails     that the mdboxes show
     * @param bytes     their plain size
     * @param copied    mails whose bytes this run wrote
     * @param shared    mails that share the bytes of a copy
     * @param vanished  mails that were expunged meanwhile
     */
    public record Totals(long users, long migrated, long mailboxes, long mails, long bytes, long copied, long shared,
            long vanished) {
    }

    /**
     * What went through between two moments.
     *
     * @param from   begin
     * @param to     end, after {@code from}
     * @param mails  copied meanwhile
     * @param bytes  copied meanwhile
     * @param slowed whether something held the run back
     */
    public record Sample(long from, long to, long mails, long bytes, boolean slowed) {
    }

    /** A user that is done, and how long the last attempt took. */
    public record TimedUser(String user, double seconds, long mails, long bytes) {
    }

    /**
     * A user that failed.
     *
     * @param kind     stable identifier
     * @param reason   for people
     * @param attempts so far
     * @param at       when the last one failed
     * @param retryAt  when the next one is due, 0 if none is
     */
    public record FailedUser(String user, String kind, String reason, FailureClass failureClass, int attempts, long at,
            long retryAt) {
    }

    /** Failed attempts of one sort. */
    public record FailedAttempts(String kind, FailureClass failureClass) {
    }

    /**
     * A mail, or mailbox, that could not be carried over.
     *
     * @param leftOut whether the user was migrated without it; else the user was refused because of it
     */
    public record RejectedMail(String user, SourceProblem problem, boolean leftOut) {
    }

    /**
     * What held the run back.
     *
     * @param state        now
     * @param restrictions what each source asks for now
     * @param waited       seconds, by source
     * @param latency      of the store
     */
    public record Throttling(ThrottleState state, List<Restriction> restrictions, Map<String, Double> waited,
            LatencyReading latency) {
        public static final Throttling NONE = new Throttling(ThrottleState.OPEN, List.of(), Map.of(),
                new LatencyReading(0, 0, 0));
    }

    /**
     * How long users were locked out for the switch.
     *
     * @param durations    of all of them
     * @param longestUser  empty if there was none
     * @param longest      seconds
     */
    public record LockOuts(DurationCounts durations, String longestUser, double longest) {
    }

    public RunSummary {
        throughput = List.copyOf(throughput);
        slowest = List.copyOf(slowest);
        failures = List.copyOf(failures);
        rejected = List.copyOf(rejected);
    }

    /** Seconds from the begin to the end, or to now. */
    public double seconds() {
        return ((run.isEnded() ? run.ended() : status.now()) - status.started()) / 1000.0;
    }

    /** Users that failed or wait to be tried again, those not in the list included. */
    public long failedTotal() {
        return failedKinds.values().stream().mapToLong(Long::longValue).sum();
    }
}
