package io.roost.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

import io.roost.cutover.LockOutTimes;
import io.roost.engine.FailureClass;
import io.roost.engine.RunEvent;
import io.roost.engine.StopReason;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** What a run over users came to so far. Told of its events one at a time. */
final class MigrationTotals implements RunEvent.Sink {
    /** A night's worst; all of them are in the JSON events. */
    static final int MAX_REJECTED = 10_000;
    static final int SLOWEST = 5;

    private final long started = System.nanoTime();
    private final int users;
    private final Map<String, ExitCode> failed = new LinkedHashMap<>();
    private final Set<String> skipped = new LinkedHashSet<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final PriorityQueue<Slow> slowest = new PriorityQueue<>(Comparator.comparingLong(Slow::millis));
    private final LockOutTimes lockOuts = new LockOutTimes();
    private int done;
    private int migrated;
    private long rejectedMails;
    private long mails;
    private long bytes;
    private boolean interrupted;
    private ExitCode stopped = ExitCode.DONE;

    /** Something that was left out because of {@code --skip-unreadable}. */
    record Rejected(String user, SourceProblem problem) {
    }

    /** A user who took long. */
    record Slow(String user, long millis, long mails) {
    }

    MigrationTotals(int users) {
        this.users = users;
    }

    @Override
    public void event(RunEvent event) {
        if (event instanceof RunEvent.Progress progress && progress.event() instanceof Event.CutOver e) {
            lockOuts.add(e.lockOutMillis());
        } else if (event instanceof RunEvent.Done e) {
            done(e.user(), e.result());
        } else if (event instanceof RunEvent.Failed e && e.retryAt() == 0) {
            failed(e.user(), Failure.of(e.why()), e.failureClass());
        } else if (event instanceof RunEvent.Skipped e) {
            failed.remove(e.user());
            skipped.add(e.user());
        } else if (event instanceof RunEvent.RolledBack e) {
            rolledBack(e.user(), e.wasDone());
        } else if (event instanceof RunEvent.Requeued e) {
            failed.remove(e.user());
            skipped.remove(e.user());
        }
    }

    /** Was done, or not, and is left alone now. */
    private void rolledBack(String user, boolean wasDone) {
        done -= wasDone ? 1 : 0;
        migrated = Math.min(migrated, done);
        failed.remove(user);
        skipped.add(user);
    }

    void done(String user, Result result) {
        done++;
        migrated += result.alreadyDone() ? 0 : 1;
        mails += result.mails();
        bytes += result.bytes();
        rejectedMails += result.skipped().size();
        for (SourceProblem problem : result.skipped()) {
            if (rejected.size() < MAX_REJECTED) {
                rejected.add(new Rejected(user, problem));
            }
        }
        slowest.add(new Slow(user, result.millis(), result.mails()));
        if (slowest.size() > SLOWEST) {
            slowest.poll();
        }
    }

    private void failed(String user, Failure failure, FailureClass failureClass) {
        failed.put(user, failureClass == FailureClass.FATAL ? ExitCode.STATE_UNUSABLE : failure.code() == ExitCode.MISMATCH
                || failure.code() == ExitCode.STATE_UNUSABLE || users == 1 ? failure.code() : ExitCode.FAILED);
    }

    /** The run ended before its last user. */
    void stopped(StopReason reason) {
        interrupted = reason == StopReason.SIGNAL;
        stopped = stopped.or(switch (reason) {
            case OPERATOR -> ExitCode.STOPPED;
            case SIGNAL -> ExitCode.INTERRUPTED;
            case WINDOW -> ExitCode.WINDOW_ENDED;
            case ERRORS, MOUNT -> ExitCode.FAILED;
            case STATE -> ExitCode.STATE_UNUSABLE;
        });
    }

    int users() {
        return users;
    }

    int done() {
        return done;
    }

    /** Of those done, the ones that were not done before. */
    int migrated() {
        return migrated;
    }

    Set<String> failed() {
        return failed.keySet();
    }

    /** Whom an operator took out, or brought back to the Maildir. */
    Set<String> skipped() {
        return skipped;
    }

    int notStarted() {
        return users - done - failed.size() - skipped.size();
    }

    long mails() {
        return mails;
    }

    /** Plain size of the mails. */
    long bytes() {
        return bytes;
    }

    /** Mails and mailboxes left out, at most {@link #MAX_REJECTED} of them by name. */
    List<Rejected> rejected() {
        return rejected;
    }

    long rejectedCount() {
        return rejectedMails;
    }

    /** Slowest first. */
    List<Slow> slowest() {
        return slowest.stream().sorted(Comparator.comparingLong(Slow::millis).reversed()).toList();
    }

    /** How long users were locked out who were cut over. */
    LockOutTimes lockOuts() {
        return lockOuts;
    }

    double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    boolean isInterrupted() {
        return interrupted;
    }

    ExitCode code() {
        return failed.values().stream().reduce(stopped, ExitCode::or);
    }
}
