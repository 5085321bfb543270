package io.roost.cli.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class QuantityTest {
    private static String plain(String text) {
        return text.replace('\u00a0', ' ');
    }

    @Test
    void countsHaveCommasAndTheRightWord() {
        assertEquals("0", Quantity.count(0));
        assertEquals("20,000", Quantity.count(20_000));
        assertEquals("1 mail", plain(Quantity.count(1, "mail", "mails")));
        assertEquals("0 mails", plain(Quantity.count(0, "mail", "mails")));
        assertEquals("1,234 mails", plain(Quantity.count(1_234, "mail", "mails")));
    }

    @Test
    void sizesHaveTwoOrThreeDigits() {
        assertEquals("0 B", plain(Quantity.bytes(0)));
        assertEquals("1023 B", plain(Quantity.bytes(1023)));
        assertEquals("1.0 KiB", plain(Quantity.bytes(1024)));
        assertEquals("9.9 KiB", plain(Quantity.bytes(9.94 * 1024)));
        assertEquals("10 KiB", plain(Quantity.bytes(9.96 * 1024)));
        assertEquals("1.0 MiB", plain(Quantity.bytes(1024 * 1023.6)), "never 1024 KiB");
        assertEquals("8.0 EiB", plain(Quantity.bytes(Long.MAX_VALUE)));
        assertEquals("0 B", plain(Quantity.bytes(-5)));
    }

    @Test
    void timesGrowCoarserAsTheyGrow() {
        assertEquals("under 0.1 s", plain(Quantity.seconds(0.01)));
        assertEquals("0.4 s", plain(Quantity.seconds(0.4)));
        assertEquals("10 s", plain(Quantity.seconds(9.96)));
        assertEquals("59 s", plain(Quantity.seconds(59)));
        assertEquals("1 min 0 s", plain(Quantity.seconds(60)));
        assertEquals("3 min 20 s", plain(Quantity.seconds(200)));
        assertEquals("5 h 7 min", plain(Quantity.seconds(5 * 3600 + 7 * 60 + 3)));
        assertEquals("2 d 3 h", plain(Quantity.seconds(51 * 3600)));
    }

    @Test
    void whatLiesAheadIsRoundedUp() {
        assertEquals("1 s", plain(Quantity.wholeSeconds(0)));
        assertEquals("2 s", plain(Quantity.wholeSeconds(1.2)));
        assertEquals("1 min 0 s", plain(Quantity.wholeSeconds(59.5)));
    }

    @Test
    void percentIsNeverAHundredBeforeTheEnd() {
        assertEquals("99 %", plain(Quantity.percent(9_999, 10_000)));
        assertEquals("100 %", plain(Quantity.percent(10_000, 10_000)));
        assertEquals("0 %", plain(Quantity.percent(0, 0)));
    }

    @Test
    void momentsOfTodayShowTheTimeOthersTheDay() {
        long now = 1_700_000_000_000L;
        assertEquals("-", Quantity.when(0, now));
        assertTrue(Quantity.when(now, now).matches("\\d\\d:\\d\\d:\\d\\d"), Quantity.when(now, now));
        assertTrue(Quantity.when(now - 40 * 86_400_000L, now).matches("2023-1\\d-\\d\\d"),
                Quantity.when(now - 40 * 86_400_000L, now));
    }
}
