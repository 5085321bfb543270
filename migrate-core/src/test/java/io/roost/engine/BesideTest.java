package io.roost.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.roost.migrate.Result;
import io.roost.throttle.LimitSource;
import io.roost.throttle.RateLimit;
import io.roost.throttle.ThrottleClock;
import io.roost.throttle.TimetableSource;

/** What operators have done with single users, beside the queue. */
@Timeout(60)
class BesideTest {
    private final List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());

    private Engine engine(int users, UserWork work) {
        return new Engine(IntStream.range(0, users).mapToObj(i -> "user" + i).toList(), work,
                new EngineSettings(1, 4, RetryPolicy.NONE, 0, EngineSettings.NO_DEADLINE),
                Brakes.of(ThrottleClock.SYSTEM, new LimitSource(RateLimit.FULL, "a test"),
                        new TimetableSource(null, ZoneId.of("UTC")), Optional.empty(), Optional.empty()), events::add, Clock.systemUTC());
    }

    private static UserWork.Migrated done() {
        return new UserWork.Migrated(null, new Result(1, 10, 1000, 10, 0, 0, 1, List.of(), List.of(), 5, false));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(1);
        }
    }

    @Test
    void aUserIsBegunBesideTheWorkersAndTheWayBackIsNoAttempt() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        Engine engine = engine(3, (user, readers, sink) -> {
            if (user.equals("user0")) {
                first.countDown();
                held.await();
            }
            return done();
        });
        Thread run = new Thread(engine::run);
        run.start();
        first.await();
        assertThrows(IllegalArgumentException.class, () -> engine.now("user0"));
        engine.now("user2");
        await(() -> engine.user("user2").orElseThrow().phase() == Phase.DONE);
        assertEquals(Phase.WAITING, engine.user("user1").orElseThrow().phase(), "the only worker is busy");
        assertThrows(IllegalArgumentException.class, () -> engine.now("user2"));
        assertThrows(IllegalArgumentException.class, () -> engine.now("nobody"));

        assertTrue(engine.pause("for the test"));
        assertThrows(IllegalArgumentException.class, () -> engine.now("user1"));
        engine.rollBack("user2", steps -> {
            throw new IOException("it is not to be");
        });
        await(() -> events.stream().anyMatch(e -> e instanceof RunEvent.Operated o && o.said().equals("FAILED: it is not to be")));
        assertEquals(Phase.DONE, engine.user("user2").orElseThrow().phase());
        engine.rollBack("user2", steps -> {
            steps.accept("half of it");
            return "back";
        });
        await(() -> events.stream().anyMatch(RunEvent.RolledBack.class::isInstance));
        assertEquals(Phase.SKIPPED, engine.user("user2").orElseThrow().phase());
        assertTrue(events.stream().noneMatch(RunEvent.Requeued.class::isInstance));
        assertEquals(1, engine.user("user2").orElseThrow().attempts());
        assertTrue(events.stream().anyMatch(e -> e instanceof RunEvent.RolledBack r && r.wasDone() && r.user().equals("user2")));
        // of one who waits nothing came: the queue has them again
        engine.rollBack("user1", steps -> {
            throw new IOException("there is nothing to roll back");
        });
        await(() -> engine.user("user1").orElseThrow().phase() == Phase.WAITING);
        engine.resume();
        engine.now("user2");
        assertTrue(events.stream().anyMatch(e -> e instanceof RunEvent.Requeued r && r.user().equals("user2")));
        held.countDown();
        run.join();
        assertEquals(3, engine.status().users(Phase.DONE));
    }

    @Test
    void whoOnlyWaitsTakesNoWorker() throws Exception {
        AtomicInteger parked = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        Engine engine = engine(4, (user, readers, sink) -> {
            if (user.equals("user0")) {
                parked.set(1);
                go.await();
                parked.set(0);
            }
            return done();
        });
        engine.parked(parked::get);
        Thread run = new Thread(engine::run);
        run.start();
        await(() -> engine.status().users(Phase.DONE) == 3);
        go.countDown();
        run.join();
        assertEquals(4, engine.status().users(Phase.DONE));
    }

    @Test
    void besideIsNotWithoutEnd() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Engine engine = engine(40, (user, readers, sink) -> {
            go.await();
            return done();
        });
        Thread run = new Thread(engine::run);
        run.start();
        for (int i = 20; i < 36; i++) {
            engine.now("user" + i);
        }
        assertThrows(IllegalArgumentException.class, () -> engine.now("user39"));
        go.countDown();
        run.join();
        assertEquals(40, engine.status().users(Phase.DONE));
    }
}
