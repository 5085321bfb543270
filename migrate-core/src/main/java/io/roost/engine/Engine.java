package io.roost.engine;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import io.roost.engine.EngineStatus.Page;
import io.roost.migrate.Event;
import io.roost.throttle.ThrottleState;

/**
 * A run over many users. One thread calls {@link #run}; everything else may be called by any thread at any time, and is obeyed at
 * once or as soon as it is safe. One user's failure never stops the others.
 */
public final class Engine {
    private final UserWork work;
    private final EngineSettings settings;
    private final Brakes brakes;
    private final RunEvent.Sink sink;
    private final Clock clock;
    private final long started;
    private final Throughput throughput = new Throughput();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final UserQueue queue;
    private final List<ActiveUser> active = new ArrayList<>();
    /** Numbers of the workers that are there. */
    private final Set<Integer> running = new HashSet<>();
    private int workers;
    private RunState state = RunState.RUNNING;
    private String reason = "";
    private StopReason stopReason;
    private long failures;
    private String throttledBy = "";
    /** To be told once the lock is free. */
    private final List<RunEvent> untold = new ArrayList<>();

    /** Only one event at a time reaches the sink; never taken while {@link #lock} is held, so that a slow sink cannot stop a command. */
    private final Object telling = new Object();

    /**
     * @param users  names, each once
     * @param brakes what may hold it back; the work is to read through {@link ThrottledPace}
     * @param sink   told everything that happens
     * @param clock  for pauses and the deadline
     */
    public Engine(List<String> users, UserWork work, EngineSettings settings, Brakes brakes, RunEvent.Sink sink, Clock clock) {
        this.work = work;
        this.settings = settings;
        this.brakes = brakes;
        this.sink = sink;
        this.clock = clock;
        queue = new UserQueue(users);
        workers = settings.workers();
        started = clock.millis();
    }

    /**
     * Works until no user is left or the run is stopped, and all in flight have ended. Interrupting the thread stops the run as a
     * signal does.
     *
     * @return why it ended early; empty if it did not
     */
    public Optional<StopReason> run() {
        boolean signalled = false;
        long nextTick = System.nanoTime();
        lock.lock();
        try {
            while (true) {
                tellUntold();
                if (active.isEmpty() && (state == RunState.STOPPING || !queue.hasMore())) {
                    break;
                }
                if (clock.millis() >= settings.deadline() && state != RunState.STOPPING) {
                    stopLocked(StopReason.WINDOW, "the maintenance window is over");
                }
                startWorkers();
                if (System.nanoTime() >= nextTick) {
                    throughput.tick();
                    lookAtBrakes();
                    nextTick += TimeUnit.SECONDS.toNanos(1);
                }
                try {
                    changed.awaitNanos(Math.max(1, nextTick - System.nanoTime()));
                } catch (InterruptedException e) {
                    signalled = true;
                    stopLocked(StopReason.SIGNAL, "the process was told to stop");
                }
            }
            state = RunState.ENDED;
            changed.signalAll();
            while (!running.isEmpty()) {
                // They have yet to tell how their last users ended.
                changed.awaitUninterruptibly();
            }
            return Optional.ofNullable(stopReason);
        } finally {
            lock.unlock();
            tell(new RunEvent.StateChanged(RunState.ENDED, reason));
            if (signalled) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Tells of it when something begins or ends to hold the run back. */
    private void lookAtBrakes() {
        ThrottleState now = brakes.throttle().state();
        if (!now.source().equals(throttledBy)) {
            throttledBy = now.source();
            untold.add(new RunEvent.Throttled(now.source(), now.reason()));
        }
    }

    private void startWorkers() {
        int useful = active.size() + queue.count(Phase.WAITING) + queue.count(Phase.RETRYING);
        for (int i = 0; i < workers && running.size() < useful && state == RunState.RUNNING; i++) {
            if (running.add(i)) {
                int worker = i;
                Thread thread = new Thread(() -> work(worker), "roost-worker-" + worker);
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private void work(int worker) {
        try {
            for (ActiveUser user; (user = next(worker)) != null;) {
                attempt(user);
                // whoever interrupted it meant the user, not the next one
                Thread.interrupted();
            }
        } finally {
            lock.lock();
            try {
                running.remove(worker);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Waits for a user to work at; null if this worker is not needed any more. */
    private ActiveUser next(int worker) {
        lock.lock();
        try {
            while (worker < workers && state != RunState.STOPPING && state != RunState.ENDED
                    && (queue.hasMore() || !active.isEmpty())) {
                long now = clock.millis();
                if (state == RunState.RUNNING && now < settings.deadline()) {
                    // Of four workers two take the biggest that are known.
                    int user = queue.take(worker % 2 == 1, now);
                    if (user != UserQueue.NONE) {
                        ActiveUser taken = new ActiveUser(user, queue.name(user), worker, queue.attempts(user), now);
                        active.add(taken);
                        return taken;
                    }
                }
                long pause = Math.min(queue.nextRetry() - now, TimeUnit.SECONDS.toMillis(1));
                try {
                    changed.await(Math.max(1, pause), TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    // Meant for the user that has just ended.
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void attempt(ActiveUser user) {
        tell(new RunEvent.Begun(user.name, user.worker, user.attempt));
        RunEvent end;
        try {
            UserWork.Migrated migrated = work.run(user.name, readers(), event -> progress(user, event));
            user.event(new Event.Done(user.name, migrated.result()), throughput::mails, throughput::bytes);
            end = new RunEvent.Done(user.name, migrated.account(), migrated.result());
            end(user, Phase.DONE);
        } catch (Throwable e) {
            // Also an OutOfMemoryError, or a fault of ours: it costs one user, not the night.
            end = failed(user, e);
        }
        tell(end);
        if (user.skip && !(end instanceof RunEvent.Done)) {
            tell(new RunEvent.Skipped(user.name));
        }
        tellUntold();
    }

    /** When few users are left, each may have the readers of the workers that have none. */
    private int readers() {
        lock.lock();
        try {
            int busy = Math.max(1, Math.min(workers, active.size() + queue.count(Phase.WAITING)));
            return Math.min(EngineSettings.MAX_READERS, Math.max(settings.readers(), Math.min(settings.readers() * workers / busy, 16)));
        } finally {
            lock.unlock();
        }
    }

    private void progress(ActiveUser user, Event event) {
        if (event instanceof Event.Done || event instanceof Event.Failed) {
            return;
        }
        user.event(event, throughput::mails, throughput::bytes);
        tell(new RunEvent.Progress(event));
    }

    private void end(ActiveUser user, Phase phase) {
        lock.lock();
        try {
            active.remove(user);
            queue.end(user.user, phase);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private RunEvent failed(ActiveUser user, Throwable why) {
        FailureClass failure = FailureClass.of(why);
        lock.lock();
        try {
            active.remove(user);
            changed.signalAll();
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
                stopLocked(StopReason.STATE, "the checkpoint store failed: " + why.getMessage());
            } else if (settings.errorsMax() > 0 && failures >= settings.errorsMax()) {
                stopLocked(StopReason.ERRORS, failures + " users have failed, which is as many as --errors-max allows");
            }
            return new RunEvent.Failed(user.name, why, failure, user.attempt, 0);
        } finally {
            lock.unlock();
        }
    }

    /** What was decided under the lock; lets go of it meanwhile if this thread holds it. */
    private void tellUntold() {
        boolean held = lock.isHeldByCurrentThread();
        if (!held) {
            lock.lock();
        }
        List<RunEvent> events = List.copyOf(untold);
        untold.clear();
        lock.unlock();
        try {
            events.forEach(this::tell);
        } finally {
            if (held) {
                lock.lock();
            }
        }
    }

    private void tell(RunEvent event) {
        synchronized (telling) {
            sink.event(event);
        }
    }

    /** Holds the run: nobody is begun, and those in flight read nothing. @return whether that changes anything */
    public boolean pause(String why) {
        return change(RunState.RUNNING, RunState.PAUSED, why);
    }

    /** Goes on after {@link #pause}. @return whether that changes anything */
    public boolean resume() {
        return change(RunState.PAUSED, RunState.RUNNING, "");
    }

    private boolean change(RunState from, RunState to, String why) {
        lock.lock();
        try {
            if (state != from) {
                return false;
            }
            if (to == RunState.PAUSED) {
                brakes.pause().pause(why);
            } else {
                brakes.pause().resume();
            }
            brakes.throttle().changed();
            state = to;
            reason = why;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tell(new RunEvent.StateChanged(to, why));
        return true;
    }

    /** Ends the run: nobody is begun, and those in flight end at their next safe step. */
    public void stop(StopReason because, String why) {
        lock.lock();
        try {
            stopLocked(because, why);
        } finally {
            lock.unlock();
        }
        tellUntold();
    }

    private void stopLocked(StopReason because, String why) {
        if (state == RunState.STOPPING || state == RunState.ENDED) {
            return;
        }
        state = RunState.STOPPING;
        reason = why;
        stopReason = because;
        active.forEach(user -> user.thread.interrupt());
        untold.add(new RunEvent.StateChanged(RunState.STOPPING, why));
        changed.signalAll();
    }

    /** Changes the number of users in flight: more at once, fewer as users end. */
    public void workers(int count) {
        if (count < 1 || count > EngineSettings.MAX_WORKERS) {
            throw new IllegalArgumentException("expected 1 to " + EngineSettings.MAX_WORKERS + " workers, found " + count);
        }
        lock.lock();
        try {
            workers = count;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tell(new RunEvent.WorkersChanged(count));
    }

    /**
     * Tries a user again before all others: one that failed, was skipped, or waits for its pause to end.
     *
     * @throws IllegalArgumentException if the run has no such user, or the user is not one to be tried again
     */
    public void retry(String name) {
        lock.lock();
        try {
            int user = known(name);
            Phase phase = queue.phase(user);
            if (phase == Phase.ACTIVE || phase == Phase.DONE) {
                throw new IllegalArgumentException(name + " is " + phase.name().toLowerCase(Locale.ROOT)
                        + ": there is nothing to try again");
            }
            if (phase == Phase.FAILED) {
                failures--;
            }
            queue.first(user);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tell(new RunEvent.Requeued(name));
    }

    /**
     * Takes a user out of this run; one in flight ends at the next safe step.
     *
     * @throws IllegalArgumentException if the run has no such user, or the user is done
     */
    public void skip(String name) {
        lock.lock();
        try {
            int user = known(name);
            switch (queue.phase(user)) {
                case DONE -> throw new IllegalArgumentException(name + " is done");
                case ACTIVE -> {
                    active.stream().filter(a -> a.user == user).forEach(a -> {
                        a.skip = true;
                        a.thread.interrupt();
                    });
                    return;
                }
                default -> queue.end(user, Phase.SKIPPED);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tell(new RunEvent.Skipped(name));
    }

    private int known(String name) {
        int user = queue.find(name);
        if (user == UserQueue.NONE) {
            throw new IllegalArgumentException("this run has no user " + name);
        }
        return user;
    }

    /** What may hold the run back; changes count at once after {@link io.roost.throttle.Throttle#changed}. */
    public Brakes brakes() {
        return brakes;
    }

    /** What is waiting and big is begun early. Sizes are of any unit, the same for all. */
    public void big(String name, long size) {
        lock.lock();
        try {
            int user = queue.find(name);
            if (user != UserQueue.NONE) {
                queue.big(user, size);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Users of the run in its order, those of some phases whose names pass the filter. */
    public Page users(Set<Phase> phases, Predicate<String> filter, int offset, int limit) {
        lock.lock();
        try {
            return queue.page(phases, filter, offset, limit);
        } finally {
            lock.unlock();
        }
    }

    public EngineStatus status() {
        lock.lock();
        try {
            long now = clock.millis();
            List<EngineStatus.Active> users = active.stream().map(ActiveUser::status)
                    .sorted(Comparator.comparingInt(EngineStatus.Active::worker)).toList();
            String held = reason.isEmpty() ? brakes.throttle().state().reason() : reason;
            return new EngineStatus(state, held, started, now, settings.deadline(), workers, queue.counts(), users,
                    throughput.mails(), throughput.bytes(), throughput.mailsPerSecond(), throughput.bytesPerSecond(),
                    throughput.history(), secondsLeft(now));
        } finally {
            lock.unlock();
        }
    }

    /** As if the users to come took as long as those that are done. */
    private double secondsLeft(long now) {
        int left = queue.count(Phase.WAITING) + queue.count(Phase.RETRYING) + queue.count(Phase.ACTIVE);
        int ended = queue.count(Phase.DONE) + queue.count(Phase.FAILED);
        return left == 0 ? 0 : ended == 0 ? -1 : (now - started) / 1000.0 / ended * left;
    }
}
