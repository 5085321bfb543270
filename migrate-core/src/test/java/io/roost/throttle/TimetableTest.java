package io.roost.throttle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDateTime;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimetableTest {
    private static final String NIGHTS = "22:00-06:00=full, 06:00-22:00=20MB/s";

    /** 2026-11-23 is a Monday. */
    private static String at(String timetable, String time) throws InvalidRateException {
        Timetable.Slot slot = Timetable.parse(timetable).at(LocalDateTime.parse(time));
        return slot.entry().map(Timetable.Entry::toString).orElse("-")
                + slot.until().map(until -> " until " + until).orElse("");
    }

    @ParameterizedTest
    @CsvSource({"2026-11-23T21:59:59, 06:00-22:00=20MB/s until 2026-11-23T22:00",
        "2026-11-23T22:00:00, 22:00-06:00=full until 2026-11-24T06:00",
        "2026-11-24T00:00:00, 22:00-06:00=full until 2026-11-24T06:00",
        "2026-11-24T05:59:59.9, 22:00-06:00=full until 2026-11-24T06:00",
        "2026-11-24T06:00:00, 06:00-22:00=20MB/s until 2026-11-24T22:00"})
    void nightsGoOnOverMidnight(String time, String expected) throws InvalidRateException {
        assertEquals(expected, at(NIGHTS, time));
    }

    @Test
    void gapsAreFull() throws InvalidRateException {
        assertEquals("- until 2026-11-24T08:00", at("8:00-18:00=off", "2026-11-23T20:00"));
        assertEquals("08:00-18:00=off until 2026-11-23T18:00", at("8:00-18:00=off", "2026-11-23T08:00"));
    }

    @Test
    void neighboursOfTheSameSpeedAreOne() throws InvalidRateException {
        assertEquals("00:00-12:00=5MB/s", at("0:00-12:00=5MB/s, 12:00-24:00=5MB/s", "2026-11-23T08:00"));
        assertEquals("22:00-23:00=full until 2026-11-24T08:00", at("8:00-18:00=off, 22:00-23:00=full", "2026-11-23T22:30"));
        assertEquals("- until 2026-11-24T08:00", at("8:00-18:00=off, 22:00-23:00=full", "2026-11-23T21:30"));
    }

    @Test
    void entriesWithDaysCountBeforeThoseWithout() throws InvalidRateException {
        String timetable = NIGHTS + ", Sat,Sun 0:00-24:00=full";
        assertEquals("06:00-22:00=20MB/s until 2026-11-27T22:00", at(timetable, "2026-11-27T12:00"));
        assertEquals("22:00-06:00=full until 2026-11-30T06:00", at(timetable, "2026-11-27T23:00"));
        assertEquals("Sat,Sun 00:00-24:00=full until 2026-11-30T06:00", at(timetable, "2026-11-28T12:00"));
    }

    @Test
    void aNightBelongsToTheDayItBeginsOn() throws InvalidRateException {
        String timetable = "Fri 22:00-06:00=off, sunday 23:00-1:00=off";
        assertEquals("Fri 22:00-06:00=off until 2026-11-28T06:00", at(timetable, "2026-11-28T05:00"));
        assertEquals("- until 2026-11-29T23:00", at(timetable, "2026-11-29T05:00"));
        assertEquals("Sun 23:00-01:00=off until 2026-11-30T01:00", at(timetable, "2026-11-30T00:30"));
        assertEquals("Sun 23:00-01:00=off until 2026-11-23T01:00", at(timetable, "2026-11-23T00:30"), "the week before");
    }

    @Test
    void daysMayBeRangesOverTheWeekend() throws InvalidRateException {
        assertEquals("Mon,Wed,Sat,Sun 10:00-11:00=5mails/s", Timetable.parse("Sat-Mon,Wed 10:00-11:00=5mails/s").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"8:00-12:00=off, 11:59-13:00=full; 08:00-12:00=off, 11:59-13:00=full; Mon at 11:59",
        "22:00-06:00=off, 05:00-06:30=full; 22:00-06:00=off; Mon at 05:00",
        "Sat,Sun 0:00-24:00=off, Sun 9:00-10:00=full; Sun; Sun at 09:00",
        "Sun 22:00-2:00=off, Mon 1:00-3:00=full; Sun; Mon at 01:00"})
    void refusesOverlaps(String text, String names, String when) {
        String message = assertThrows(InvalidRateException.class, () -> Timetable.parse(text)).getMessage();
        assertTrue(message.contains(names) && message.contains(when) && message.contains("do not overlap"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "full", "22:00=full", "22:00-06:00", "22:00-06:00=", "22:00-06:00=20",
        "22:00-06:00=20MB/s,",
        "24:00-6:00=off", "6:00-24:01=off", "6:60-7:00=off", "6:00-6:00=off", "Xyz 6:00-7:00=off", "Mon", "Mon,",
        "6:00-7:00=off;7:00-8:00=off", "Mon--Tue 6:00-7:00=off",
        "-1:00-6:00=off", "6-7=off", "6:0-7:00=off"})
    void refusesTheRestAndSaysWhatWasExpected(String text) {
        String message = assertThrows(InvalidRateException.class, () -> Timetable.parse(text)).getMessage();
        assertTrue(message.startsWith("timetable: found \"") && message.contains("expected"), message);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws InvalidRateException {
        for (String text : new String[] {NIGHTS, "0:00-24:00=off",
            "Mon-Fri 6:00-22:00=20MB/s+100mails/s, Sat , Sun 0:00-24:00 = off"}) {
            Timetable timetable = Timetable.parse(text);
            assertEquals(timetable, Timetable.parse(timetable.toString()));
            assertEquals(timetable.hashCode(), Timetable.parse(timetable.toString()).hashCode());
        }
    }

    /** Whatever comes in: a timetable, or a message. */
    @Test
    void anyTextIsReadOrRefused() {
        Random random = new Random(7);
        String alphabet = "0123456789:-=, MonTueSatfulloffMB/s+mails\t\u0000é";
        int read = 0;
        for (int i = 0; i < 4_000; i++) {
            StringBuilder text = new StringBuilder(NIGHTS + ", Sat,Sun 0:00-24:00=full");
            for (int n = random.nextInt(2); n >= 0; n--) {
                int position = random.nextInt(text.length());
                text.replace(position, Math.min(text.length(), position + random.nextInt(3)),
                        "" + alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Timetable timetable = Timetable.parse(text.toString());
                assertEquals(timetable, Timetable.parse(timetable.toString()));
                read++;
            } catch (InvalidRateException e) {
                assertTrue(e.getMessage().contains("expected"), e.getMessage());
            }
        }
        assertTrue(read > 50, "some of them are right: " + read);
        assertThrows(InvalidRateException.class, () -> Timetable.parse("6:00-7:00=off,".repeat(2_000)));
    }
}
