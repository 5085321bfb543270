package io.roost.engine;

import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

import io.roost.checkpoint.CheckpointStore;
import io.roost.engine.EngineStatus.Page;
import io.roost.migrate.Event;
import io.roost.throttle.ThrottleState;

/**
 * A run over many users. One thread calls {@link #run}; everything else may be called by any thread at any time, and is obeyed at
 * once or as soon as it is safe. One user's failure never stops the others. Where the run stands is {@link RunLedger}'s; here are
 * the threads, and the telling.
 */
public final class Engine {
    /** Phases in which nobody works at a user. */
    private static final Set<Phase> IDLE = EnumSet.complementOf(EnumSet.of(Phase.ACTIVE));
    private static final Set<Phase> NOT_DONE = EnumSet.complementOf(EnumSet.of(Phase.ACTIVE, Phase.DONE));

    private final UserWork work;
    private final EngineSettings settings;
    private final Brakes brakes;
    private final RunEvent.Sink sink;
    private final Clock clock;
    private final long started;
    private final Throughput throughput = new Throughput();
    private final RunLedger ledger;
    private String throttledBy = "";

    /** Only one event at a time reaches the sink; nothing else is held meanwhile, so that a slow sink cannot stop a command. */
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
        ledger = new RunLedger(users, settings, clock);
        started = clock.millis();
    }

    // ---- the run and its threads ----

    /**
     * Works until no user is left or the run is stopped, and all in flight have ended. Interrupting the thread stops the run as a
     * signal does.
     *
     * @return why it ended early; empty if it did not
     */
    public Optional<StopReason> run() {
        boolean signalled = false;
        long nextTick = System.nanoTime();
        long seen = ledger.changes();
        while (ledger.goesOn()) {
            tellUntold();
            ledger.missingWorkers().forEach(worker -> thread("roost-worker-" + worker, () -> work(worker)).start());
            if (System.nanoTime() >= nextTick) {
                throughput.tick();
                lookAtBrakes();
                nextTick += TimeUnit.SECONDS.toNanos(1);
            }
            try {
                ledger.await(seen, nextTick - System.nanoTime());
            } catch (InterruptedException e) {
                signalled = true;
                ledger.stop(StopReason.SIGNAL, "the process was told to stop");
            }
            seen = ledger.changes();
        }
        tellUntold();
        String reason = ledger.end();
        tell(new RunEvent.StateChanged(RunState.ENDED, reason));
        if (signalled) {
            Thread.currentThread().interrupt();
        }
        return ledger.stopReason();
    }

    private static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Tells of it when something begins or ends to hold the run back. */
    private void lookAtBrakes() {
        ThrottleState now = brakes.throttle().state();
        if (!now.source().equals(throttledBy)) {
            throttledBy = now.source();
            tell(new RunEvent.Throttled(now.source(), now.reason()));
        }
    }

    private void work(int worker) {
        try {
            for (ActiveUser user; (user = ledger.next(worker)) != null;) {
                attempt(user);
                // whoever interrupted it meant the user, not the next one
                Thread.interrupted();
            }
        } finally {
            ledger.gone(worker);
        }
    }

    private void attempt(ActiveUser user) {
        tell(new RunEvent.Begun(user.name, user.worker, user.attempt));
        RunEvent end;
        try {
            UserWork.Migrated migrated = work.run(user.name, ledger.readers(), event -> progress(user, event));
            user.event(new Event.Done(user.name, migrated.result()), throughput::mails, throughput::bytes);
            end = new RunEvent.Done(user.name, migrated.account(), migrated.result());
            ledger.size(user, migrated.result().mails(), migrated.result().bytes());
            ledger.ended(user, Phase.DONE);
        } catch (Throwable e) {
            // Also an OutOfMemoryError, or a fault of ours: it costs one user, not the night.
            end = ledger.failed(user, e);
        }
        tell(end);
        if (user.skip && !(end instanceof RunEvent.Done)) {
            tell(new RunEvent.Skipped(user.name));
        }
        tellUntold();
    }

    private void progress(ActiveUser user, Event event) {
        if (event instanceof Event.Done || event instanceof Event.Failed) {
            return;
        }
        if (event instanceof Event.Scanned scanned) {
            ledger.size(user, scanned.mails(), scanned.bytes());
        }
        user.event(event, throughput::mails, throughput::bytes);
        tell(new RunEvent.Progress(event));
    }

    /** What was decided while nobody could be told. */
    private void tellUntold() {
        ledger.takeUntold().forEach(this::tell);
    }

    private void tell(RunEvent event) {
        synchronized (telling) {
            sink.event(event);
        }
    }

    // ---- what operators say ----

    /** Holds the run: nobody is begun, and those in flight read nothing. @return whether that changes anything */
    public boolean pause(String why) {
        return change(RunState.RUNNING, RunState.PAUSED, why);
    }

    /** Goes on after {@link #pause}. @return whether that changes anything */
    public boolean resume() {
        return change(RunState.PAUSED, RunState.RUNNING, "");
    }

    private synchronized boolean change(RunState from, RunState to, String why) {
        if (!ledger.change(from, to, why)) {
            return false;
        }
        if (to == RunState.PAUSED) {
            brakes.pause().pause(why);
        } else {
            brakes.pause().resume();
        }
        brakes.throttle().changed();
        tell(new RunEvent.StateChanged(to, why));
        return true;
    }

    /** Ends the run: nobody is begun, and those in flight end at their next safe step. */
    public void stop(StopReason because, String why) {
        ledger.stop(because, why);
        tellUntold();
    }

    /** Changes the number of users in flight: more at once, fewer as users end. */
    public void workers(int count) {
        if (count < 1 || count > EngineSettings.MAX_WORKERS) {
            throw new IllegalArgumentException("expected 1 to " + EngineSettings.MAX_WORKERS + " workers, found " + count);
        }
        ledger.workers(count);
        tell(new RunEvent.WorkersChanged(count));
    }

    /**
     * Tries a user again before all others: one that failed, was skipped, or waits for its pause to end.
     *
     * @throws IllegalArgumentException if the run has no such user, or the user is not one to be tried again
     */
    public void retry(String name) {
        ledger.retry(name);
        tell(new RunEvent.Requeued(name));
    }

    /**
     * Takes a user out of this run; one in flight ends at the next safe step.
     *
     * @throws IllegalArgumentException if the run has no such user, or the user is done
     */
    public void skip(String name) {
        if (ledger.skip(name)) {
            tell(new RunEvent.Skipped(name));
        }
    }

    /**
     * Begins a user at once, with a worker of its own beside the others.
     *
     * @throws IllegalArgumentException if the run has no such user or begins nobody now, or if the user is in flight or done
     */
    public void now(String name) {
        beside(name, NOT_DONE, true, this::attempt);
    }

    /**
     * Brings a user back to the Maildir, with a worker of its own, also while the run is paused. Then the run leaves the user alone,
     * unless told to try again; if it cannot be done, the user is what they were before.
     *
     * @throws IllegalArgumentException if the run has no such user or is ending, or if the user is in flight
     */
    public void rollBack(String name, Errand errand) {
        beside(name, IDLE, false, user -> rollBack(user, errand));
    }

    private void rollBack(ActiveUser user, Errand errand) {
        operated(user.name, "rollback", "begun");
        RunEvent end;
        try {
            String said = errand.run(step -> {
                user.step(step);
                operated(user.name, "rollback", step);
            });
            ledger.ended(user, Phase.SKIPPED);
            end = new RunEvent.RolledBack(user.name, user.before == Phase.DONE, said);
        } catch (Throwable e) {
            // whatever it was, it costs one user
            ledger.restored(user);
            end = new RunEvent.Operated(user.name, "rollback", "FAILED: " + (e.getMessage() == null ? e : e.getMessage()));
        }
        tell(end);
    }

    private void beside(String name, Set<Phase> from, boolean attempt, Consumer<ActiveUser> work) {
        ActiveUser[] taken = new ActiveUser[1];
        Thread thread = thread("roost-beside", () -> {
            try {
                work.accept(taken[0]);
            } finally {
                ledger.gone(taken[0].worker);
            }
        });
        taken[0] = ledger.takeBeside(name, from, attempt, thread);
        if (attempt && (taken[0].before == Phase.FAILED || taken[0].before == Phase.SKIPPED)) {
            // whoever counts has counted the user already
            tell(new RunEvent.Requeued(name));
        }
        thread.start();
    }

    /** Tells that an operator had something done that the engine has no part in; {@link RunEvent.Operated} says what is what. */
    public void operated(String user, String verb, String said) {
        tell(new RunEvent.Operated(user, verb, said));
    }

    /** Says how many users in flight only wait for an operator: others are in flight in their place. */
    public void parked(IntSupplier count) {
        ledger.parked(count);
    }

    /** What may hold the run back; changes count at once after {@link io.roost.throttle.Throttle#changed}. */
    public Brakes brakes() {
        return brakes;
    }

    /** What is waiting and big is begun early. Sizes are of any unit, the same for all. */
    public void big(String name, long size) {
        ledger.big(name, size);
    }

    // ---- looking ----

    /** Users of the run in its order, those of some phases whose names pass the filter. */
    public Page users(Set<Phase> phases, Predicate<String> filter, int offset, int limit) {
        return users(new UserQuery(phases, filter, UserSort.NUMBER, false, -1, offset, limit));
    }

    public Page users(UserQuery query) {
        return ledger.lists().page(query);
    }

    /** One user as lists show it; empty if the run has no such user. */
    public Optional<EngineStatus.Row> user(String name) {
        return ledger.lists().row(name);
    }

    /** Reads what earlier runs have recorded of users whom this one has not touched yet, for lists to be sorted by. */
    public void recall(CheckpointStore store) {
        store.users(ledger.lists()::recall);
    }

    public EngineStatus status() {
        long now = clock.millis();
        RunLedger.RunView view = ledger.view();
        String held = view.reason().isEmpty() ? brakes.throttle().state().reason() : view.reason();
        return new EngineStatus(view.state(), held, started, now, settings.deadline(), view.workers(), view.counts(), view.active(),
                throughput.mails(), throughput.bytes(), throughput.mailsPerSecond(), throughput.bytesPerSecond(),
                throughput.history(), secondsLeft(view, now));
    }

    /** As if the users to come took as long as those that are done. */
    private double secondsLeft(RunLedger.RunView view, long now) {
        int left = view.count(Phase.WAITING) + view.count(Phase.RETRYING) + view.count(Phase.ACTIVE);
        int ended = view.count(Phase.DONE) + view.count(Phase.FAILED);
        return left == 0 ? 0 : ended == 0 ? -1 : (now - started) / 1000.0 / ended * left;
    }
}
