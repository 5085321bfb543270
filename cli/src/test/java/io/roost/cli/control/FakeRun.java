package io.roost.cli.control;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.screen.JsonLines;
import io.roost.dovecot.CorruptFileException;
import io.roost.engine.Brakes;
import io.roost.engine.Engine;
import io.roost.engine.EngineSettings;
import io.roost.engine.RetryPolicy;
import io.roost.engine.RunEvent;
import io.roost.engine.StopReason;
import io.roost.engine.UserWork;
import io.roost.migrate.Event;
import io.roost.migrate.MigrationException;
import io.roost.migrate.Result;
import io.roost.throttle.LimitSource;
import io.roost.throttle.RateLimit;
import io.roost.throttle.Throttle;
import io.roost.throttle.ThrottleClock;
import io.roost.throttle.TimetableSource;

/**
 * A real engine with its control socket, over users whose migration is made up: names that begin with {@code bad} fail, with
 * {@code again} fail for a reason that may pass, with {@code held} last until {@link #release}, others are done at once.
 */
public final class FakeRun implements AutoCloseable {
    private final CheckpointStore store;
    private final ControlServer server;
    private final Engine engine;
    private final Throttle throttle;
    private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
    private final AtomicBoolean halted = new AtomicBoolean();
    private final Thread thread;

    private FakeRun(Path state, List<String> users, int workers) throws IOException {
        store = CheckpointStore.open(state.toString());
        server = ControlServer.open(state.toString(), FakeRun::json);
        Brakes brakes = Brakes.of(ThrottleClock.SYSTEM, new LimitSource(RateLimit.FULL, "nobody"),
                new TimetableSource(null, ZoneId.systemDefault()), Optional.empty(), Optional.empty());
        throttle = brakes.throttle();
        EngineSettings settings = new EngineSettings(workers, 1, new RetryPolicy(3, Duration.ofHours(1), Duration.ofHours(1)), 0,
                EngineSettings.NO_DEADLINE);
        engine = new Engine(users, this::work, settings, brakes, server::event, Clock.systemUTC());
        server.serve(new ControlledRun(engine, store, () -> halted.set(true)));
        thread = new Thread(engine::run, "fake-run");
    }

    /** Begins a run in a state directory. */
    public static FakeRun start(Path state, int workers, String... users) throws IOException {
        return start(state, workers, List.of(users));
    }

    public static FakeRun start(Path state, int workers, List<String> users) throws IOException {
        FakeRun run = new FakeRun(state, users, workers);
        run.thread.start();
        return run;
    }

    private static RunEvent.Sink json(JsonLines lines) {
        return event -> {
            if (event instanceof RunEvent.Progress e) {
                lines.object(e.event().getClass().getSimpleName().toLowerCase(), event.user(), json -> { });
            } else if (event instanceof RunEvent.StateChanged e) {
                lines.object("run", "", json -> json.writeStringField("state", e.state().name().toLowerCase()));
            } else {
                lines.object(event.getClass().getSimpleName().toLowerCase(), event.user(), json -> { });
            }
        };
    }

    private UserWork.Migrated work(String user, int readers, Event.Sink events) throws Exception {
        events.event(new Event.Started(user, "/s", "/t", 0));
        events.event(new Event.Scanned(user, 2, 100, 10_000));
        store.userOrNew(user, "/s", "/t", System.currentTimeMillis());
        if (user.startsWith("bad")) {
            throw new CorruptFileException("/mail/" + user + "/dovecot-uidlist", 12, "a number", "\"\u001b[31m\"");
        }
        if (user.startsWith("again")) {
            throw new MigrationException(MigrationException.Kind.BUSY, "another process works on " + user);
        }
        if (user.startsWith("held")) {
            events.event(new Event.Copying(user, 10, 100, 1_000, 10_000));
            held.computeIfAbsent(user, name -> new CountDownLatch(1)).await();
        }
        events.event(new Event.Copying(user, 100, 100, 10_000, 10_000));
        return new UserWork.Migrated(null, new Result(2, 100, 10_000, 100, 0, 0, 1, List.of(), List.of(), 5, false));
    }

    /** Lets a user go on whose name begins with {@code held}. */
    public void release(String user) {
        held.computeIfAbsent(user, name -> new CountDownLatch(1)).countDown();
    }

    public Engine engine() {
        return engine;
    }

    public Throttle throttle() {
        return throttle;
    }

    public ControlServer server() {
        return server;
    }

    public boolean isHalted() {
        return halted.get();
    }

    /** Waits for something, with patience. */
    public static void await(String what, BooleanSupplier condition) {
        await(what, 60, condition);
    }

    /** Waits so many seconds at the most. */
    public static void await(String what, int seconds, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("after " + seconds + " seconds not yet: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Ends as a run does: the engine, the socket, the store. */
    @Override
    public void close() throws IOException {
        engine.stop(StopReason.OPERATOR, "the test is over");
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        server.close();
        store.close();
    }
}
