package io.roost.engine;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Where a run and each of its users stand. All of it is guarded by its monitor, which is never held while somebody is told of it: what
 * there is to tell is handed back, or kept for {@link #takeUntold}. Thread-safe.
 */
final class RunLedger {
    /** Numbers of workers beside the others, who take no user from the queue, begin here. */
    static final int BESIDE = 2 * EngineSettings.MAX_WORKERS;
    private static final int MAX_BESIDE = 16;
    /** Workers at the most in place of those who wait. */
    private static final int MAX_PARKED = 64;

    private final EngineSettings settings;
    private final Clock clock;
    private final UserQueue queue;
    private final UserFigures figures;
    private final UserLists lists;
    /** So that none is missed between two looks. */
    private long changes;
    private final List<ActiveUser> active = new ArrayList<>();
    /** Numbers of the workers that are there. */
    private final Set<Integer> running = new HashSet<>();
    private int workers;
    private IntSupplier parked = () -> 0;
    private RunState state = RunState.RUNNING;
    private String reason = "";
    private StopReason stopReason;
    private long failures;
    private final List<RunEvent> untold = new ArrayList<>();

    /** The run as a whole. */
    record RunView(RunState state, String reason, int workers, Map<Phase, Integer> counts, List<EngineStatus.Active> active) {
        int count(Phase phase) {
            return counts.getOrDefault(phase, 0);
        }
    }

    RunLedger(List<String> users, EngineSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        queue = new UserQueue(users);
        figures = new UserFigures(users.size());
        lists = new UserLists(this, queue, figures, active, clock);
        workers = settings.workers();
    }

    /** The users, for whoever looks at them. */
    UserLists lists() {
        return lists;
    }

    private void signal() {
        changes++;
        notifyAll();
    }

    // ---- the run ----

    /** Whether there is something left to do; stops the run when its window is over. */
    synchronized boolean goesOn() {
        if (clock.millis() >= settings.deadline()) {
            stop(StopReason.WINDOW, "the maintenance window is over");
        }
        return !active.isEmpty() || state != RunState.STOPPING && queue.hasMore();
    }

    /** For {@link #await}. */
    synchronized long changes() {
        return changes;
    }

    /** Returns after a while, or as soon as there have been other changes than those. */
    synchronized void await(long seen, long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; changes == seen && left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, left));
        }
    }

    /** Nothing is in flight any more; waits for the workers to tell how their last users ended. */
    synchronized String end() {
        state = RunState.ENDED;
        signal();
        boolean interrupted = false;
        while (!running.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return reason;
    }

    synchronized Optional<StopReason> stopReason() {
        return Optional.ofNullable(stopReason);
    }

    /** @return whether the run was in the first state, and is in the other now */
    synchronized boolean change(RunState from, RunState to, String why) {
        if (state != from) {
            return false;
        }
        state = to;
        reason = why;
        signal();
        return true;
    }

    synchronized void stop(StopReason because, String why) {
        if (state == RunState.STOPPING || state == RunState.ENDED) {
            return;
        }
        state = RunState.STOPPING;
        reason = why;
        stopReason = because;
        active.forEach(user -> user.thread.interrupt());
        untold.add(new RunEvent.StateChanged(RunState.STOPPING, why));
        signal();
    }

    /** What was decided meanwhile and nobody has been told. */
    synchronized List<RunEvent> takeUntold() {
        if (untold.isEmpty()) {
            return List.of();
        }
        List<RunEvent> events = List.copyOf(untold);
        untold.clear();
        return events;
    }

    // ---- workers ----

    /** Users in flight who only wait, so that others may be in flight in their place. */
    synchronized void parked(IntSupplier count) {
        parked = count;
    }

    private int wanted() {
        return workers + Math.min(MAX_PARKED, parked.getAsInt());
    }

    synchronized void workers(int count) {
        workers = count;
        signal();
    }

    /** Numbers of workers that are wanted and not there yet; from now on they count as there. */
    synchronized List<Integer> missingWorkers() {
        List<Integer> missing = new ArrayList<>();
        int useful = active.size() + queue.count(Phase.WAITING) + queue.count(Phase.RETRYING);
        for (int i = 0, wanted = wanted(); i < wanted && running.size() < useful && state == RunState.RUNNING; i++) {
            if (running.add(i)) {
                missing.add(i);
            }
        }
        return missing;
    }

    synchronized void gone(int worker) {
        running.remove(worker);
        signal();
    }

    /** Waits for a user for the calling thread to work at; null if this worker is not needed any more. */
    synchronized ActiveUser next(int worker) {
        while (worker < wanted() && state != RunState.STOPPING && state != RunState.ENDED
                && (queue.hasMore() || !active.isEmpty())) {
            long now = clock.millis();
            if (state == RunState.RUNNING && now < settings.deadline()) {
                // Of four workers two take the biggest that are known.
                int user = queue.take(worker % 2 == 1, now);
                if (user != UserQueue.NONE) {
                    return taken(user, worker, Thread.currentThread());
                }
            }
            long pause = Math.min(queue.nextRetry() - now, TimeUnit.SECONDS.toMillis(1));
            try {
                wait(Math.max(1, pause));
            } catch (InterruptedException e) {
                // Meant for the user that has just ended.
            }
        }
        return null;
    }

    private ActiveUser taken(int user, int worker, Thread thread) {
        long now = clock.millis();
        figures.changed(user, now);
        ActiveUser taken = new ActiveUser(user, queue.name(user), worker, queue.attempts(user), now, thread);
        active.add(taken);
        return taken;
    }

    /**
     * Takes a certain user at once, for a worker of his own beside the others.
     *
     * @param attempt whether it is an attempt at the migration, which is not begun while the run is paused
     * @throws IllegalArgumentException if the run has no such user, the user is in another phase, or nobody is begun any more
     */
    synchronized ActiveUser takeBeside(String name, Set<Phase> from, boolean attempt, Thread thread) {
        int user = known(name);
        Phase phase = queue.phase(user);
        if (!from.contains(phase)) {
            throw new IllegalArgumentException(name + " is " + id(phase) + " already");
        }
        if (state != RunState.RUNNING && !(!attempt && state == RunState.PAUSED) || clock.millis() >= settings.deadline()) {
            throw new IllegalArgumentException("the run is " + state.name().toLowerCase(Locale.ROOT) + ": nobody is begun"
                    + (state == RunState.PAUSED ? ", resume it first" : ""));
        }
        if (running.stream().filter(worker -> worker >= BESIDE).count() >= MAX_BESIDE) {
            throw new IllegalArgumentException(MAX_BESIDE + " users are worked at beside the queue already: say it again when one has "
                    + "ended");
        }
        failures -= phase == Phase.FAILED ? 1 : 0;
        queue.takeUp(user, attempt);
        int worker = BESIDE;
        while (!running.add(worker)) {
            worker++;
        }
        ActiveUser taken = taken(user, worker, thread);
        taken.before = phase;
        signal();
        return taken;
    }

    /** When few users are left, each may have the readers of the workers that have none. */
    synchronized int readers() {
        int busy = Math.max(1, Math.min(workers, active.size() + queue.count(Phase.WAITING)));
        return Math.min(EngineSettings.MAX_READERS, Math.max(settings.readers(), Math.min(settings.readers() * workers / busy, 16)));
    }

    synchronized void size(ActiveUser user, long mails, long bytes) {
        figures.size(user.user, mails, bytes);
    }

    synchronized void ended(ActiveUser user, Phase phase) {
        leave(user);
        queue.end(user.user, phase);
    }

    /** Nothing has come of what was done with the user, which was no attempt. */
    synchronized void restored(ActiveUser user) {
        leave(user);
        queue.restore(user.user, user.before);
        failures += user.before == Phase.FAILED ? 1 : 0;
    }

    private void leave(ActiveUser user) {
        active.remove(user);
        long now = clock.millis();
        figures.changed(user.user, now);
        figures.took(user.user, now - user.since);
        signal();
    }

    /** @return what is to be told of it */
    synchronized RunEvent failed(ActiveUser user, Throwable why) {
        FailureClass failure = FailureClass.of(why);
        leave(user);
        if (failure == FailureClass.STOPPED) {
            if (user.skip) {
                queue.end(user.user, Phase.SKIPPED);
            } else {
                queue.putBack(user.user);
            }
            return new RunEvent.Stopped(user.name);
        }
        long delay = failure == FailureClass.TRANSIENT && !user.skip ? settings.retries().delayMillis(user.attempt) : -1;
        if (delay >= 0) {
            long at = clock.millis() + delay;
            queue.retryAt(user.user, at);
            return new RunEvent.Failed(user.name, why, failure, user.attempt, at);
        }
        queue.end(user.user, user.skip ? Phase.SKIPPED : Phase.FAILED);
        failures++;
        if (failure == FailureClass.FATAL) {
            stop(StopReason.STATE, "the checkpoint store failed: " + why.getMessage());
        } else if (settings.errorsMax() > 0 && failures >= settings.errorsMax()) {
            stop(StopReason.ERRORS, failures + " users have failed, which is as many as --errors-max allows");
        }
        return new RunEvent.Failed(user.name, why, failure, user.attempt, 0);
    }

    // ---- single users ----

    /** The user is next. */
    synchronized void retry(String name) {
        int user = known(name);
        Phase phase = queue.phase(user);
        if (phase == Phase.ACTIVE || phase == Phase.DONE) {
            throw new IllegalArgumentException(name + " is " + id(phase) + ": there is nothing to try again");
        }
        if (phase == Phase.FAILED) {
            failures--;
        }
        queue.first(user);
        signal();
    }

    /** @return whether the user is out of the run now; else one in flight will be at the next safe step */
    synchronized boolean skip(String name) {
        int user = known(name);
        switch (queue.phase(user)) {
            case DONE -> throw new IllegalArgumentException(name + " is done");
            case ACTIVE -> {
                active.stream().filter(a -> a.user == user).forEach(a -> {
                    a.skip = true;
                    a.thread.interrupt();
                });
                return false;
            }
            default -> queue.end(user, Phase.SKIPPED);
        }
        signal();
        return true;
    }

    synchronized void big(String name, long size) {
        int user = queue.find(name);
        if (user != UserQueue.NONE) {
            queue.big(user, size);
        }
    }

    private int known(String name) {
        int user = queue.find(name);
        if (user == UserQueue.NONE) {
            throw new IllegalArgumentException("this run has no user " + name);
        }
        return user;
    }

    private static String id(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    synchronized RunView view() {
        return new RunView(state, reason, workers, queue.counts(), active.stream().map(ActiveUser::status)
                .sorted(Comparator.comparingInt(EngineStatus.Active::worker)).toList());
    }
}
