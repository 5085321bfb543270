package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RateTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void nothingCanBeSaidAtFirst() {
        Rate rate = new Rate();
        assertEquals(0, rate.mailsPerSecond());
        assertEquals(-1, rate.secondsLeft(10, 10));
        rate.at(5, 0, 0);
        rate.at(6, 1_000_000, 1_000_000);
        assertEquals(0, rate.mailsPerSecond(), "a nanosecond is no measure");
    }

    @Test
    void isTheSlopeOfTheLastTenSeconds() {
        Rate rate = new Rate();
        for (int i = 0; i <= 100; i++) {
            rate.at(i * SECOND, i * 10L, i * 100L);
        }
        assertEquals(10, rate.mailsPerSecond(), 1e-9);
        assertEquals(100, rate.bytesPerSecond(), 1e-9);
        for (int i = 101; i <= 120; i++) {
            rate.at(i * SECOND, 1000 + (i - 100) * 50L, 10_000);
        }
        assertEquals(50, rate.mailsPerSecond(), 1e-9, "what was slow before is forgotten");
        assertEquals(0, rate.bytesPerSecond(), 1e-9);
    }

    @Test
    void startsWhereAnEarlierRunEnded() {
        Rate rate = new Rate();
        rate.at(0, 1_000_000, 0);
        rate.at(2 * SECOND, 1_000_010, 0);
        assertEquals(5, rate.mailsPerSecond(), 1e-9);
    }

    @Test
    void theRestTakesAsLongAsTheSlowerOfMailsAndBytes() {
        Rate rate = new Rate();
        rate.at(0, 0, 0);
        rate.at(SECOND, 10, 1000);
        assertEquals(10, rate.secondsLeft(10, 10_000), 1e-9);
        assertEquals(20, rate.secondsLeft(200, 1000), 1e-9);
        assertEquals(20, rate.secondsLeft(200, 0), 1e-9, "no bytes known");
    }

    @Test
    void manyReportsInAMomentAreKeptAsFew() {
        Rate rate = new Rate();
        for (int i = 0; i <= 1_000_000; i++) {
            rate.at(i * 1000L, i, 0);
        }
        assertTrue(Math.abs(rate.mailsPerSecond() - 1_000_000) < 1, () -> "" + rate.mailsPerSecond());
    }
}
