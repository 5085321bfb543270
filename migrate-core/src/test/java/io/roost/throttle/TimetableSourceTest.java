package io.roost.throttle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;

class TimetableSourceTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void tellsWhatCountsAndUntilWhen() throws InvalidRateException {
        ManualClock clock = new ManualClock("2026-11-23T20:59:30Z");
        TimetableSource source = new TimetableSource(Timetable.parse("22:00-06:00=full, 06:00-22:00=20MB/s"), BERLIN);
        assertEquals(new Restriction("timetable", 20_000_000, Bandwidth.UNLIMITED, false,
                "limited to 20MB/s by the timetable (06:00-22:00=20MB/s), until 22:00"), source.restriction(clock));
        clock.advance(Duration.ofSeconds(30));
        assertTrue(source.restriction(clock).isNone());
    }

    @Test
    void offHolds() throws InvalidRateException {
        TimetableSource source = new TimetableSource(Timetable.parse("Mon 0:00-24:00=off, Tue 0:00-24:00=off"), ZoneOffset.UTC);
        assertEquals(Restriction.hold("timetable", "the timetable says off (Mon 00:00-24:00=off), until Wed 00:00"),
                source.restriction(new ManualClock("2026-11-23T10:00:00Z")));
    }

    @Test
    void mayBeReplacedAndTakenAway() throws InvalidRateException {
        ManualClock clock = new ManualClock();
        TimetableSource source = new TimetableSource(null, ZoneOffset.UTC);
        assertTrue(source.restriction(clock).isNone());
        source.set(Timetable.parse("0:00-24:00=off"));
        assertEquals("the timetable says off (00:00-24:00=off)", source.restriction(clock).reason());
        source.set(null);
        assertTrue(source.restriction(clock).isNone());
        assertTrue(source.timetable().isEmpty());
    }

    /** Put back on 2026-10-25 at 3:00 to 2:00, put forward on 2026-03-29 at 2:00 to 3:00. */
    @Test
    void anHourThatComesTwiceCountsTwiceAndOneThatIsLeftOutNever() throws InvalidRateException {
        TimetableSource source = new TimetableSource(Timetable.parse("2:00-3:00=off"), BERLIN);
        assertEquals(120, heldMinutes(source, "2026-10-24T22:00:00Z"));
        assertEquals(0, heldMinutes(source, "2026-03-28T23:00:00Z"));
        assertEquals(60, heldMinutes(source, "2026-11-22T23:00:00Z"));
    }

    private static int heldMinutes(TimetableSource source, String from) {
        ManualClock clock = new ManualClock(from);
        int held = 0;
        for (int minute = 0; minute < 6 * 60; minute++) {
            held += source.restriction(clock).held() ? 1 : 0;
            clock.advance(Duration.ofMinutes(1));
        }
        return held;
    }
}
