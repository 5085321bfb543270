package io.roost.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.roost.checkpoint.CheckpointException;
import io.roost.migrate.Event;
import io.roost.migrate.MigrationException;
import io.roost.migrate.Result;
import io.roost.throttle.LimitSource;
import io.roost.throttle.RateLimit;
import io.roost.throttle.ThrottleClock;
import io.roost.throttle.TimetableSource;

@Timeout(60)
class EngineTest {
    private static final Result RESULT = new Result(1, 10, 1000, 10, 0, 0, 1, List.of(), List.of(), 5, false);

    private final List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());

    private static EngineSettings settings(int workers) {
        return new EngineSettings(workers, 4, RetryPolicy.NONE, 0, EngineSettings.NO_DEADLINE);
    }

    private static Brakes brakes() {
        return Brakes.of(ThrottleClock.SYSTEM, new LimitSource(RateLimit.FULL, "a test"),
                new TimetableSource(null, ZoneId.of("UTC")), Optional.empty(), Optional.empty());
    }

    private Engine engine(List<String> users, EngineSettings settings, UserWork work) {
        return new Engine(users, work, settings, brakes(), events::add, Clock.systemUTC());
    }

    private static List<String> users(int count) {
        return IntStream.range(0, count).mapToObj(i -> "user" + i).toList();
    }

    private static UserWork.Migrated done() {
        return new UserWork.Migrated(null, RESULT);
    }

    /** Until the thread is interrupted, as a migration that is told to stop. */
    private static UserWork.Migrated untilStopped() throws MigrationException {
        try {
            Thread.sleep(Duration.ofMinutes(5).toMillis());
            throw new AssertionError("nobody stopped it");
        } catch (InterruptedException e) {
            throw new MigrationException(MigrationException.Kind.INTERRUPTED, "stopped", e);
        }
    }

    private <T> long count(Class<T> type) {
        return events.stream().filter(type::isInstance).count();
    }

    @Test
    void everyUserIsDoneOnceByAsManyWorkersAsThereAre() {
        CyclicBarrier three = new CyclicBarrier(3);
        Map<String, Integer> runs = new ConcurrentHashMap<>();
        Engine engine = engine(users(30), settings(3), (user, readers, sink) -> {
            runs.merge(user, 1, Integer::sum);
            // Passes only if three are in flight at the same time.
            three.await(30, TimeUnit.SECONDS);
            return done();
        });
        assertEquals(Optional.empty(), engine.run());
        assertEquals(30, runs.size());
        assertTrue(runs.values().stream().allMatch(n -> n == 1), runs::toString);
        assertEquals(30, engine.status().users(Phase.DONE));
        assertEquals(300, engine.status().mails());
        assertEquals(30, count(RunEvent.Done.class));
        assertEquals(RunState.ENDED, ((RunEvent.StateChanged) events.get(events.size() - 1)).state());
    }

    @Test
    void oneFailureDoesNotStopTheOthersNotEvenAnError() {
        Engine engine = engine(users(20), settings(2), (user, readers, sink) -> {
            switch (user) {
                case "user3" -> throw new IOException("broken");
                case "user5" -> throw new StackOverflowError();
                case "user7" -> throw new IllegalStateException("a fault");
                default -> {
                    return done();
                }
            }
        });
        assertEquals(Optional.empty(), engine.run());
        assertEquals(17, engine.status().users(Phase.DONE));
        assertEquals(3, engine.status().users(Phase.FAILED));
    }

    @Test
    void whatMayPassIsTriedAgainUntilItPasses() {
        AtomicInteger attempts = new AtomicInteger();
        EngineSettings settings = new EngineSettings(1, 4, new RetryPolicy(3, Duration.ofMillis(20), Duration.ofMillis(50)), 0,
                EngineSettings.NO_DEADLINE);
        Engine engine = engine(List.of("anna"), settings, (user, readers, sink) -> {
            if (attempts.incrementAndGet() < 3) {
                throw new MigrationException(MigrationException.Kind.ACTIVE, "busy");
            }
            return done();
        });
        assertEquals(Optional.empty(), engine.run());
        assertEquals(3, attempts.get());
        assertEquals(2, events.stream().filter(e -> e instanceof RunEvent.Failed f && f.retryAt() > 0).count());
        assertEquals(1, engine.status().users(Phase.DONE));
    }

    @Test
    void whatDoesNotPassFailsAfterTheLastAttempt() {
        AtomicInteger attempts = new AtomicInteger();
        EngineSettings settings = new EngineSettings(1, 4, new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2)), 0,
                EngineSettings.NO_DEADLINE);
        Engine engine = engine(List.of("anna"), settings, (user, readers, sink) -> {
            attempts.incrementAndGet();
            throw new MigrationException(MigrationException.Kind.BUSY, "busy");
        });
        engine.run();
        assertEquals(3, attempts.get());
        assertEquals(1, engine.status().users(Phase.FAILED));
    }

    @Test
    void whatIsPermanentIsNotTriedAgain() {
        AtomicInteger attempts = new AtomicInteger();
        EngineSettings settings = new EngineSettings(1, 4, RetryPolicy.USUAL, 0, EngineSettings.NO_DEADLINE);
        Engine engine = engine(List.of("anna"), settings, (user, readers, sink) -> {
            attempts.incrementAndGet();
            throw new MigrationException(MigrationException.Kind.SOURCE, "corrupt");
        });
        engine.run();
        assertEquals(1, attempts.get());
    }

    @Test
    void asManyFailuresAsAllowedEndTheRun() {
        EngineSettings settings = new EngineSettings(1, 4, RetryPolicy.NONE, 3, EngineSettings.NO_DEADLINE);
        Engine engine = engine(users(10), settings, (user, readers, sink) -> {
            throw new IOException("no");
        });
        assertEquals(Optional.of(StopReason.ERRORS), engine.run());
        assertEquals(3, engine.status().users(Phase.FAILED));
        assertEquals(7, engine.status().users(Phase.WAITING));
        assertTrue(events.stream().anyMatch(e -> e instanceof RunEvent.StateChanged s && s.state() == RunState.STOPPING));
    }

    @Test
    void aStoreThatFailsEndsTheRun() {
        Engine engine = engine(users(10), settings(1), (user, readers, sink) -> {
            throw new MigrationException(MigrationException.Kind.IO, "x", new CheckpointException("the store is gone"));
        });
        assertEquals(Optional.of(StopReason.STATE), engine.run());
        assertEquals(1, engine.status().users(Phase.FAILED));
    }

    @Test
    void aStopEndsUsersInFlightAtTheirNextSafeStepAndTheyAreLeftForLater() throws Exception {
        CountDownLatch inFlight = new CountDownLatch(2);
        Engine engine = engine(users(10), settings(2), (user, readers, sink) -> {
            inFlight.countDown();
            return untilStopped();
        });
        Thread operator = new Thread(() -> {
            try {
                inFlight.await();
                engine.stop(StopReason.OPERATOR, "enough");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        operator.start();
        assertEquals(Optional.of(StopReason.OPERATOR), engine.run());
        assertEquals(10, engine.status().users(Phase.WAITING));
        assertEquals(2, count(RunEvent.Stopped.class));
        operator.join();
    }

    @Test
    void theWindowEndsTheRun() {
        EngineSettings settings = new EngineSettings(2, 4, RetryPolicy.NONE, 0, System.currentTimeMillis() + 300);
        Engine engine = engine(users(10), settings, (user, readers, sink) -> untilStopped());
        assertEquals(Optional.of(StopReason.WINDOW), engine.run());
        assertEquals(10, engine.status().users(Phase.WAITING));
    }

    @Test
    void aWindowThatIsOverBeginsNobody() {
        EngineSettings settings = new EngineSettings(2, 4, RetryPolicy.NONE, 0, System.currentTimeMillis() - 1);
        Engine engine = engine(users(10), settings, (user, readers, sink) -> done());
        assertEquals(Optional.of(StopReason.WINDOW), engine.run());
        assertEquals(0, count(RunEvent.Begun.class));
    }

    @Test
    void whoIsSkippedInFlightIsStoppedAndTheNextOneIsNot() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Engine engine = engine(List.of("anna", "bert"), settings(1), (user, readers, sink) -> {
            if (user.equals("anna")) {
                begun.countDown();
                return untilStopped();
            }
            assertFalse(Thread.currentThread().isInterrupted());
            return done();
        });
        Thread operator = new Thread(() -> {
            try {
                begun.await();
                engine.skip("anna");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        operator.start();
        assertEquals(Optional.empty(), engine.run());
        assertEquals(1, engine.status().users(Phase.SKIPPED));
        assertEquals(1, engine.status().users(Phase.DONE));
        assertEquals(1, count(RunEvent.Skipped.class));
        assertThrows(IllegalArgumentException.class, () -> engine.skip("bert"));
        assertThrows(IllegalArgumentException.class, () -> engine.retry("nobody"));
        operator.join();
    }

    @Test
    void aFailedUserIsTriedAgainWhenAnOperatorWantsIt() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch retried = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        Engine engine = engine(List.of("anna", "bert"), settings(2), (user, readers, sink) -> {
            if (user.equals("bert")) {
                retried.await();
                return done();
            }
            if (attempts.incrementAndGet() == 1) {
                failed.countDown();
                throw new IOException("no");
            }
            retried.countDown();
            return done();
        });
        Thread operator = new Thread(() -> {
            try {
                failed.await();
                while (engine.status().users(Phase.FAILED) == 0) {
                    Thread.sleep(1);
                }
                engine.retry("anna");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        operator.start();
        assertEquals(Optional.empty(), engine.run());
        assertEquals(2, engine.status().users(Phase.DONE));
        operator.join();
    }

    @Test
    void aPauseBeginsNobodyAndHoldsTheThrottle() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Engine engine = engine(users(3), settings(1), (user, readers, sink) -> {
            first.countDown();
            go.await();
            return done();
        });
        Thread run = new Thread(engine::run);
        run.start();
        first.await();
        assertTrue(engine.pause("paused by a test"));
        assertFalse(engine.pause("again"));
        assertTrue(engine.brakes().throttle().state().held());
        go.countDown();
        while (!engine.status().active().isEmpty()) {
            Thread.sleep(1);
        }
        Thread.sleep(50);
        assertEquals(2, engine.status().users(Phase.WAITING));
        assertEquals("paused by a test", engine.status().reason());
        assertTrue(engine.resume());
        run.join();
        assertEquals(3, engine.status().users(Phase.DONE));
    }

    @Test
    void workersMayBecomeMoreWhileItRuns() throws Exception {
        CountDownLatch three = new CountDownLatch(3);
        Engine engine = engine(users(3), settings(1), (user, readers, sink) -> {
            three.countDown();
            three.await();
            return done();
        });
        Thread run = new Thread(engine::run);
        run.start();
        engine.workers(3);
        run.join();
        assertEquals(3, engine.status().users(Phase.DONE));
        assertEquals(1, count(RunEvent.WorkersChanged.class));
        assertThrows(IllegalArgumentException.class, () -> engine.workers(0));
    }

    @Test
    void progressIsSeenWhileItHappens() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        Engine engine = engine(List.of("anna"), settings(1), (user, readers, sink) -> {
            sink.event(new Event.Started(user, "/m", "/t", 0));
            sink.event(new Event.Scanned(user, 2, 100, 0));
            sink.event(new Event.Copying(user, 40, 100, 4000, 10_000));
            told.countDown();
            seen.await();
            return done();
        });
        Thread run = new Thread(engine::run);
        run.start();
        told.await();
        EngineStatus.Active active = engine.status().active().get(0);
        assertEquals("copying", active.step());
        assertEquals(40, active.mailsDone());
        assertEquals(100, active.mailsTotal());
        assertEquals(40, engine.status().mails());
        assertEquals(1, engine.users(EnumSet.of(Phase.ACTIVE), name -> true, 0, 10).total());
        seen.countDown();
        run.join();
    }
}
