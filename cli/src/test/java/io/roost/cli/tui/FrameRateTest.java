package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames at made-up times. */
class FrameRateTest {
    private static final long BEGIN = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);

    private FrameRate rate;
    private long now;

    @BeforeEach
    void firstFrame() {
        now = BEGIN;
        rate = new FrameRate(now);
        assertTrue(rate.isTime(now, true), "the first frame waits for nothing");
        rate.drawn(now);
        after(500);
        assertFalse(rate.isTime(now, false));
    }

    private void after(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void aKeyByItselfIsDrawnAtOnce() {
        rate.key(now);
        assertTrue(rate.isTime(now, false));
        rate.drawn(now);
        assertFalse(rate.isTime(now, false));
    }

    @Test
    void aKeyThatIsHeldDownIsDrawnEveryTenthOfASecond() {
        int frames = 0;
        for (int i = 0; i < 3_000; i += 5) {
            if (i % 30 == 0) {
                rate.key(now);
            }
            if (rate.isTime(now, i % 30 < 20)) {
                frames++;
                rate.drawn(now);
            }
            after(5);
        }
        assertTrue(frames >= 27 && frames <= 30, "frames in three seconds: " + frames);
    }

    @Test
    void aKeyWaitsForItsRowsButNotForLong() {
        rate.key(now);
        assertFalse(rate.isTime(now, true));
        assertTrue(rate.pause(now, true) <= TimeUnit.MILLISECONDS.toNanos(2), "rows are looked for often");
        after(12);
        assertFalse(rate.isTime(now, true));
        assertTrue(rate.isTime(now, false), "as soon as they are there");
        after(18);
        assertTrue(rate.isTime(now, true), "without them");
        rate.drawn(now);
        after(20);
        assertFalse(rate.isTime(now, true));
        rate.answered(now);
        assertTrue(rate.isTime(now, false), "and again once they have come");
    }

    @Test
    void whatTheRunHasNewIsDrawnFourTimesASecond() {
        List<Long> drawn = new ArrayList<>();
        for (int i = 0; i < 2_000; i += 10) {
            rate.news(now);
            if (rate.isTime(now, false)) {
                drawn.add(now);
                rate.drawn(now);
            }
            after(10);
        }
        assertEquals(8, drawn.size());
    }

    @Test
    void neverMoreThanTenInASecondWhateverHappens() {
        Random random = new Random(6);
        List<Long> drawn = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            switch (random.nextInt(8)) {
                case 0 -> rate.key(now);
                case 1 -> rate.answered(now);
                case 2 -> rate.news(now);
                case 3 -> rate.resized(now);
                case 4 -> rate.due(now);
                default -> after(random.nextInt(40));
            }
            if (rate.isTime(now, random.nextBoolean())) {
                drawn.add(now);
                rate.drawn(now);
            }
        }
        for (int i = 0; i + FrameRate.A_SECOND < drawn.size(); i++) {
            assertTrue(drawn.get(i + FrameRate.A_SECOND) - drawn.get(i) >= TimeUnit.SECONDS.toNanos(1), "frame " + i);
        }
        assertTrue(drawn.size() > 1_000, "frames: " + drawn.size());
    }
}
