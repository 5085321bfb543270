package io.roost.throttle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

class LatencyBackoffTest {
    private final ManualClock clock = new ManualClock();
    private final LatencyBackoff backoff = new LatencyBackoff(LatencyBackoff.DEFAULT_FACTOR);
    private final Random random = new Random(3);

    /** One window of reads that take so long, give or take a third; returns what is asked for afterwards. */
    private Restriction window(int mails, long size, double millis) {
        backoff.restriction(clock);
        for (int i = 0; i < mails; i++) {
            backoff.observed(size, (long) (millis * 1e6 * (0.67 + 0.66 * random.nextDouble())));
        }
        clock.advance(Duration.ofNanos(LatencyBackoff.WINDOW_NANOS));
        return backoff.restriction(clock);
    }

    private Restriction windows(int count, int mails, long size, double millis) {
        Restriction last = null;
        for (int i = 0; i < count; i++) {
            last = window(mails, size, millis);
        }
        return last;
    }

    @Test
    void aSteadyStoreIsLeftAlone() {
        for (int i = 0; i < 200; i++) {
            assertTrue(window(500, 6_000, 5).isNone());
        }
        assertEquals(0.005, backoff.reading().recentSeconds(), 0.0007);
        assertEquals(0.005, backoff.reading().usualSeconds(), 0.0007);
        assertEquals(1, backoff.reading().slowdown(), 0.2);
    }

    @Test
    void slowsDownInStepsAndRecovers() {
        assertTrue(windows(20, 1_000, 6_000, 5).isNone());
        Restriction slow = window(300, 6_000, 25);
        assertEquals(42, slow.mailsPerSecond(), 1, "0.7 of the 60 mails/s that went through");
        assertEquals(252_000, slow.bytesPerSecond(), 1_000);
        assertTrue(slow.reason().matches("the store is slow: reading a mail takes 2\\d ms, usual are [45]\\.\\d ms "
                + "\\([4-6]\\.\\d times as long over all sizes\\); 42 mails/s and 252kB/s for now"), slow.reason());
        assertEquals(29, window(210, 6_000, 25).mailsPerSecond(), 1);
        Restriction least = windows(30, 100, 6_000, 25);
        assertEquals(10, least.mailsPerSecond(), "a twentieth of the 200 mails/s that went through before");
        Restriction first = window(70, 6_000, 6);
        assertEquals(20, first.mailsPerSecond(), "10 more in each window");
        assertTrue(first.reason().startsWith("the store was slow and is recovering"), first.reason());
        assertEquals(190, windows(17, 200, 6_000, 6).mailsPerSecond());
        assertTrue(window(900, 6_000, 6).isNone());
    }

    @Test
    void neverStopsAltogether() {
        windows(20, 1_000, 6_000, 5);
        Restriction least = windows(30, 20, 6_000, 500);
        assertEquals(10, least.mailsPerSecond(), "a twentieth of 200 mails/s");
        assertEquals(64 << 10, least.bytesPerSecond());
    }

    @Test
    void aCacheInMemoryDoesNotMakeADiskLookSlow() {
        windows(20, 1_000, 6_000, 0.05);
        assertTrue(windows(20, 300, 6_000, 5).isNone());
        assertTrue(!window(300, 6_000, 9).isNone());
    }

    @Test
    void otherMailsAreNotASlowStore() {
        windows(20, 1_000, 6_000, 5);
        assertTrue(windows(20, 100, 3 << 20, 60).isNone(), "large mails take longer");
        assertTrue(windows(20, 100, 12 << 20, 240).isNone(), "and larger ones longer still");
        assertTrue(!window(100, 12 << 20, 900).isNone());
    }

    @Test
    void aSlowdownThatLastsBecomesUsual() {
        windows(10, 200, 6_000, 5);
        assertTrue(!windows(85, 100, 6_000, 25).isNone());
        assertTrue(windows(40, 100, 6_000, 25).isNone(), "after nine times as long");
    }

    @Test
    void saysNothingOfFewMails() {
        windows(20, 200, 6_000, 5);
        assertTrue(windows(50, 3, 6_000, 100).isNone());
    }

    @Test
    void canBeChangedAndSwitchedOff() {
        windows(20, 200, 6_000, 5);
        backoff.factor(Double.POSITIVE_INFINITY);
        assertTrue(windows(5, 200, 6_000, 100).isNone());
        backoff.factor(2);
        assertTrue(!window(200, 6_000, 100).isNone());
        for (double wrong : new double[] {1, 0, -3, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> backoff.factor(wrong));
        }
    }

    /** A store whose reads take the longer the more of them there are: with all at once it would answer in 40 ms. */
    @Test
    void findsAPaceThatTheStoreStands() throws InterruptedException {
        windows(30, 1_000, 6_000, 5);
        Throttle throttle = new Throttle(clock, List.of(backoff));
        double worst = 0;
        long passed = 0;
        for (int second = 0; second < 600; second++) {
            long mails = Math.min(250, throttle.state().limitMailsPerSecond());
            double millis = mails > 100 ? 40 : 5;
            for (int i = 0; i < mails; i++) {
                throttle.observed(6_000, (long) (millis * 1e6));
            }
            passed += mails;
            worst = Math.max(worst, millis);
            clock.advance(Duration.ofSeconds(1));
        }
        assertEquals(40, worst);
        assertTrue(passed > 30_000 && passed < 90_000, "50 to 150 mails/s: " + passed);
    }

    @Test
    void sizesFallIntoClasses() {
        assertEquals(0, LatencyWindow.sizeClass(0));
        assertEquals(0, LatencyWindow.sizeClass(4095));
        assertEquals(1, LatencyWindow.sizeClass(4096));
        assertEquals(4, LatencyWindow.sizeClass((1 << 20) - 1));
        assertEquals(5, LatencyWindow.sizeClass(1 << 20));
        assertEquals(5, LatencyWindow.sizeClass(Long.MAX_VALUE));
    }

    @Test
    void mediansAreRightToATenth() {
        LatencyWindow window = new LatencyWindow();
        for (int i = 1; i <= 999; i++) {
            window.add(100, i * 1_000_000L);
        }
        assertEquals(500_000, window.medianMicros(0), 50_000);
        window.add(100, Long.MAX_VALUE);
        window.add(100, 0);
        assertEquals(1001, window.count(0));
    }

    @Test
    void historyForgetsWhatIsOld() {
        LatencyHistory history = new LatencyHistory();
        for (int i = 0; i < 5; i++) {
            history.add(100);
        }
        assertEquals(0, history.usualMicros(), "too little is known");
        history.add(100);
        assertEquals(100, history.usualMicros());
        for (int i = 0; i < LatencyHistory.WINDOWS / 4; i++) {
            history.add(100);
        }
        for (int i = 0; i < LatencyHistory.WINDOWS; i++) {
            history.add(700);
        }
        assertEquals(700, history.usualMicros());
    }
}
