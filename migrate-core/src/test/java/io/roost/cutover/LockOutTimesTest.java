package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LockOutTimesTest {
    @Test
    void percentiles() {
        LockOutTimes times = new LockOutTimes();
        assertEquals(0, times.percentile(50));
        for (int i = 100; i >= 1; i--) {
            times.add(10L * i);
        }
        assertEquals(100, times.count());
        assertEquals(500, times.percentile(50));
        assertEquals(950, times.percentile(95));
        assertEquals(1000, times.percentile(100));
        assertEquals(10, times.percentile(1));
    }

    @Test
    void oneUserIsAllOfThem() {
        LockOutTimes times = new LockOutTimes();
        times.add(1729);
        assertEquals(1729, times.percentile(50));
        assertEquals(1729, times.percentile(100));
    }
}
