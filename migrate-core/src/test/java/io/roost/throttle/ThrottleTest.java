package io.roost.throttle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ThrottleTest {
    private final ManualClock clock = new ManualClock();
    private final LimitSource limit = new LimitSource(RateLimit.FULL, "--max-mbps");
    private final OperatorPause pause = new OperatorPause();
    private final Throttle throttle = new Throttle(clock, List.of(pause, limit));

    private void limit(String rate) throws InvalidRateException {
        limit.set(RateLimit.parse(rate), "an operator");
        throttle.changed();
    }

    @Test
    void nothingHoldsBackUnlessAsked() throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            throttle.acquire(1, 1 << 30);
        }
        assertEquals(0, clock.sleptSeconds());
        assertSame(ThrottleState.OPEN, throttle.state());
        Throttle.unlimited().acquire(1, 1);
        assertTrue(Throttle.unlimited().restrictions().isEmpty());
    }

    @Test
    void mailsComeAtTheirRate() throws Exception {
        limit("10mails/s");
        for (int i = 0; i < 101; i++) {
            throttle.acquire(1, 5_000);
        }
        assertEquals(10, clock.sleptSeconds(), 0.001);
        assertEquals(new ThrottleState(Bandwidth.UNLIMITED, 10, false, "limit", "limited to 10mails/s by an operator"),
                throttle.state());
    }

    @Test
    void bytesComeAtTheirRateWhateverTheSizes() throws Exception {
        limit("1MB/s");
        long bytes = 0;
        for (int i = 0; i < 200; i++) {
            long size = i % 50 == 7 ? 5_000_000 : 10_000;
            throttle.acquire(1, size);
            bytes += size;
        }
        throttle.acquire(1, 0);
        assertEquals(bytes / 1e6, clock.sleptSeconds(), 0.001);
    }

    @Test
    void bytesMayBeToldAfterwards() throws Exception {
        limit("1MB/s");
        throttle.acquire(1, 0);
        throttle.charge(3_000_000);
        assertEquals(0, clock.sleptSeconds());
        throttle.acquire(1, 0);
        assertEquals(3, clock.sleptSeconds(), 0.001);
    }

    @Test
    void aPauseIsNotCaughtUpWith() throws Exception {
        limit("100mails/s");
        throttle.acquire(1, 0);
        clock.advance(Duration.ofHours(1));
        for (int i = 0; i < 126; i++) {
            throttle.acquire(1, 0);
        }
        assertEquals(1, clock.sleptSeconds(), 0.02, "25 at once, then the rate");
    }

    @Test
    void whoWaitsHasTheNewRateAtOnce() throws Exception {
        limit("1kB/s");
        throttle.acquire(1, 1_000_000);
        AtomicInteger looks = new AtomicInteger();
        clock.whenSleeping(() -> {
            if (looks.incrementAndGet() == 4) {
                limit.set(RateLimit.FULL, "an operator");
            }
        });
        throttle.acquire(1, 1);
        assertEquals(1.25, clock.sleptSeconds(), 0.26, "instead of 1000 s");
    }

    @Test
    void aDebtKeepsItsTimeWhenTheRateFalls() throws Exception {
        limit("100MB/s");
        throttle.acquire(1, 100_000_000);
        clock.advance(Duration.ofMillis(500));
        limit("1kB/s");
        throttle.acquire(1, 0);
        assertEquals(0.5, clock.sleptSeconds(), 0.26, "and not for the 500 minutes that 50 MB take now");
    }

    @Test
    void aPauseHoldsUntilItIsOver() throws Exception {
        pause.pause("paused by an operator at 21:14");
        throttle.changed();
        assertTrue(throttle.state().held());
        assertTrue(pause.isPaused());
        AtomicInteger looks = new AtomicInteger();
        clock.whenSleeping(() -> {
            if (looks.incrementAndGet() == 400) {
                pause.resume();
            }
        });
        throttle.acquire(1, 1);
        assertEquals(100, clock.sleptSeconds(), 0.26);
        assertEquals(Map.of("pause", clock.sleptSeconds(), "limit", 0.0), throttle.waitedSeconds());
    }

    @Test
    void theLowestCountsAndTheReasonNamesAllThatTakePart() throws Exception {
        RateLimit slow = RateLimit.parse("5MB/s+900mails/s");
        ThrottleSource other = new ThrottleSource() {
            @Override
            public String name() {
                return "other";
            }

            @Override
            public Restriction restriction(ThrottleClock clock) {
                return Restriction.limit(name(), slow, "slow");
            }
        };
        Throttle two = new Throttle(clock, List.of(pause, limit, other));
        limit.set(RateLimit.parse("8MB/s+7mails/s"), "A");
        two.changed();
        assertEquals(new ThrottleState(5_000_000, 7, false, "other", "slow; limited to 8MB/s+7mails/s by A"),
                two.state());
        two.acquire(8, 0);
        two.acquire(1, 0);
        Map<String, Double> waited = two.waitedSeconds();
        assertTrue(waited.get("limit") > 1 && waited.get("other") == 0, waited.toString());
        pause.pause("paused");
        two.changed();
        assertEquals(new ThrottleState(5_000_000, 7, true, "pause", "paused"), two.state());
        assertEquals(List.of("pause", "limit", "other"), two.restrictions().stream().map(Restriction::source).toList());
        assertThrows(IllegalArgumentException.class, () -> new Throttle(clock, List.of(other, other)));
    }

    @Test
    void changesAreSeenWithoutBeingTold() throws Exception {
        assertTrue(throttle.state().isOpen());
        pause.pause("paused");
        assertTrue(throttle.state().isOpen(), "not asked yet");
        clock.advance(Duration.ofNanos(Throttle.LOOK_NANOS));
        assertTrue(throttle.state().held());
    }

    @Test
    void manyReadersShareOneRate() throws Exception {
        limit("1000mails/s");
        AtomicLong passed = new AtomicLong();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<?>> readers = new ArrayList<>();
        for (int r = 0; r < 8; r++) {
            readers.add(pool.submit(() -> {
                for (int i = 0; i < 250; i++) {
                    throttle.acquire(1, 0);
                    passed.incrementAndGet();
                }
                return null;
            }));
        }
        for (Future<?> reader : readers) {
            reader.get(60, TimeUnit.SECONDS);
        }
        pool.shutdown();
        assertEquals(2_000, passed.get());
        assertEquals(2, clock.sleptSeconds(), 0.01);
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        pause.pause("paused");
        throttle.changed();
        List<Thread> readers = new ArrayList<>();
        AtomicInteger interrupted = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            Thread reader = new Thread(() -> {
                try {
                    throttle.acquire(1, 1);
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                }
            });
            reader.start();
            readers.add(reader);
        }
        for (Thread reader : readers) {
            reader.interrupt();
            reader.join(60_000);
        }
        assertEquals(3, interrupted.get());
        pause.resume();
        throttle.changed();
        throttle.acquire(1, 1);
        assertFalse(throttle.state().held(), "and nothing is locked");
    }

    @Test
    void whatWasReadIsToldToThoseWhoWantToKnow() {
        List<Long> seen = new ArrayList<>();
        ThrottleSource watching = new ThrottleSource() {
            @Override
            public String name() {
                return "watching";
            }

            @Override
            public Restriction restriction(ThrottleClock clock) {
                return Restriction.none(name());
            }

            @Override
            public void observed(long bytes, long nanos) {
                seen.add(bytes * 1000 + nanos);
            }

            @Override
            public boolean observes() {
                return true;
            }
        };
        new Throttle(clock, List.of(watching)).observed(5, 7);
        assertEquals(List.of(5007L), seen);
    }

    /** The bucket may have filled between the decision to wait and the wait itself. */
    @Test
    void aWaitIsCountedForTheOnlyLimitThereIs() throws Exception {
        ThrottleClock runs = new ThrottleClock() {
            private long nanos;

            @Override
            public long nanoTime() {
                return nanos += 1_000_000;
            }

            @Override
            public java.time.Instant now() {
                return java.time.Instant.EPOCH;
            }

            @Override
            public void sleep(long time) {
                nanos += time;
            }
        };
        for (String rate : new String[] {"200mails/s", "200kB/s"}) {
            Throttle throttle = new Throttle(runs, List.of(new LimitSource(RateLimit.parse(rate), "a test")));
            for (int i = 0; i < 200; i++) {
                throttle.acquire(1, 1_000);
            }
            assertTrue(throttle.waitedSeconds().get("limit") > 0, rate);
        }
    }
}
