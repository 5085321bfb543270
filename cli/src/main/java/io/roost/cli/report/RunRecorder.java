package io.roost.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Function;

import io.roost.cli.report.RunSummary.FailedAttempts;
import io.roost.cli.report.RunSummary.FailedUser;
import io.roost.cli.report.RunSummary.LockOuts;
import io.roost.cli.report.RunSummary.Run;
import io.roost.cli.report.RunSummary.Throttling;
import io.roost.cli.report.RunSummary.TimedUser;
import io.roost.cli.report.RunSummary.Totals;
import io.roost.engine.EngineStatus;
import io.roost.engine.RunEvent;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.Event;
import io.roost.migrate.MonthCounts;
import io.roost.migrate.Result;

/**
 * Gathers what a run over many users is remembered by, from its events. Memory is bounded whatever the number of users: sums,
 * histograms, the slowest, and the first {@link #MAX_LISTED} of those that failed. Thread-safe.
 */
public final class RunRecorder implements RunEvent.Sink {
    /** Users and mails that are remembered by name, each. */
    public static final int MAX_LISTED = 10_000;
    static final int SLOWEST = 20;

    private static final Comparator<TimedUser> BY_SECONDS = Comparator.comparingDouble(TimedUser::seconds);

    private final Function<Throwable, Explained> explain;
    private final ThroughputHistory throughput = new ThroughputHistory();
    private final PriorityQueue<TimedUser> slowest = new PriorityQueue<>(BY_SECONDS);
    private final DurationCounts durations = new DurationCounts();
    private final Map<String, FailedUser> failures = new LinkedHashMap<>();
    /** Failures that are not remembered by name. */
    private final Map<String, Long> otherFailures = new HashMap<>();
    private final Map<FailedAttempts, Long> attempts = new LinkedHashMap<>();
    private final RejectedMails rejected = new RejectedMails(MAX_LISTED);
    private final MonthCounts source = new MonthCounts();
    private final MonthCounts target = new MonthCounts();
    /** Of users in flight: counts once the user is done. */
    private final Map<String, Event.Compared> compared = new HashMap<>();
    private final DurationCounts lockOuts = new DurationCounts();
    private String longestLockOutUser = "";
    private double longestLockOut;
    private Totals totals = new Totals(0, 0, 0, 0, 0, 0, 0, 0);
    private long now;

    /**
     * What people and scripts are told of an exception.
     *
     * @param kind     stable identifier
     * @param reason   one line
     * @param problems of the source, that led to it
     */
    public record Explained(String kind, String reason, List<SourceProblem> problems) {
    }

    /** @param explain tells what an exception means */
    public RunRecorder(Function<Throwable, Explained> explain) {
        this.explain = explain;
    }

    @Override
    public synchronized void event(RunEvent event) {
        if (event instanceof RunEvent.Progress progress) {
            if (progress.event() instanceof Event.Compared last) {
                compared.put(last.user(), last);
            }
        } else if (event instanceof RunEvent.Done done) {
            done(done.user(), done.result());
        } else if (event instanceof RunEvent.Failed failed) {
            compared.remove(failed.user());
            failed(failed);
        } else if (event instanceof RunEvent.Stopped) {
            compared.remove(event.user());
        } else if (event instanceof RunEvent.Skipped || event instanceof RunEvent.Requeued
                || event instanceof RunEvent.RolledBack) {
            forget(event.user());
        }
    }

    private void done(String user, Result result) {
        forget(user);
        totals = new Totals(totals.users() + 1, totals.migrated() + (result.alreadyDone() ? 0 : 1),
                totals.mailboxes() + result.mailboxes(), totals.mails() + result.mails(), totals.bytes() + result.bytes(),
                totals.copied() + result.copiedMails(), totals.shared() + result.sharedMails(),
                totals.vanished() + result.vanished());
        rejected.add(user, result.skipped(), true);
        Event.Compared months = compared.remove(user);
        if (months != null) {
            source.addAll(months.source());
            target.addAll(months.target());
        }
        if (!result.alreadyDone()) {
            double seconds = result.millis() / 1000.0;
            durations.add(seconds);
            slowest.add(new TimedUser(user, seconds, result.mails(), result.bytes()));
            if (slowest.size() > SLOWEST) {
                slowest.remove();
            }
        }
    }

    private void failed(RunEvent.Failed event) {
        Explained why = explain.apply(event.why());
        forget(event.user());
        attempts.merge(new FailedAttempts(why.kind(), event.failureClass()), 1L, Long::sum);
        if (failures.size() < MAX_LISTED) {
            failures.put(event.user(), new FailedUser(event.user(), why.kind(), why.reason(), event.failureClass(),
                    event.attempt(), Math.max(now, System.currentTimeMillis()), event.retryAt()));
            rejected.add(event.user(), why.problems(), false);
        } else if (event.retryAt() == 0) {
            otherFailures.merge(why.kind(), 1L, Long::sum);
        }
    }

    /** The user has another chance, or has used it. */
    private void forget(String user) {
        failures.remove(user);
        rejected.forget(user);
    }

    /** How far the run is; to be called about once a second. */
    public synchronized void sample(EngineStatus status, boolean heldBack) {
        now = status.now();
        throughput.add(status.now(), status.mails(), status.bytes(), heldBack);
    }

    /** A user was locked out for the switch. */
    public synchronized void lockedOut(String user, double seconds) {
        lockOuts.add(seconds);
        if (longestLockOutUser.isEmpty() || seconds > longestLockOut) {
            longestLockOut = seconds;
            longestLockOutUser = user;
        }
    }

    /** All of it, as it is now. */
    public synchronized RunSummary summary(Run run, EngineStatus status, Throttling throttling) {
        List<TimedUser> slow = new ArrayList<>(slowest);
        slow.sort(BY_SECONDS.reversed().thenComparing(TimedUser::user));
        MonthCounts before = new MonthCounts();
        MonthCounts after = new MonthCounts();
        before.addAll(source);
        after.addAll(target);
        return new RunSummary(run, status, totals, throughput.samples(), slow, durations.copy(), List.copyOf(failures.values()),
                failedKinds(), Map.copyOf(attempts), rejected.listed(), rejected.total(), before, after, throttling,
                new LockOuts(lockOuts.copy(), longestLockOutUser, longestLockOut));
    }

    private Map<String, Long> failedKinds() {
        Map<String, Long> counts = new TreeMap<>(otherFailures);
        failures.values().forEach(failure -> counts.merge(failure.kind(), 1L, Long::sum));
        Map<String, Long> sorted = new LinkedHashMap<>();
        counts.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }
}
