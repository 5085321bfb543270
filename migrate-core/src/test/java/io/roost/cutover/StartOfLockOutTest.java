package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StartOfLockOutTest {
    private static final long SOME_SECOND = 1_700_000_000_000L;

    @Test
    void workEndsBeforeTheSecondDoes() {
        for (int work : new int[] {10, 250, 500, 800}) {
            StartOfLockOut start = new StartOfLockOut();
            // what was long ago counts ever less
            for (int i = 0; i < 100; i++) {
                start.worked(work);
            }
            for (int at = 0; at < 1000; at++) {
                int wait = start.millisToWait(SOME_SECOND + at);
                assertTrue(wait >= 0 && wait < 1000, () -> work + " " + wait);
                int begin = (at + wait) % 1000;
                assertTrue(begin + work <= 910, () -> work + " begins at " + begin);
                // and it is not locked out for much longer than it takes
                assertTrue(begin + work >= 550 || begin == 0, () -> work + " begins at " + begin);
            }
        }
    }

    @Test
    void doesNotWaitForNothing() {
        StartOfLockOut start = new StartOfLockOut();
        assertEquals(0, start.millisToWait(SOME_SECOND + 500));
        start.worked(5_000);
        start.worked(5_000);
        assertEquals(0, start.millisToWait(SOME_SECOND + 999));
    }
}
