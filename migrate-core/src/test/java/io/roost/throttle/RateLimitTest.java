package io.roost.throttle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {
    @ParameterizedTest
    @CsvSource({"full, full", "20MB/s, 20MB/s", "500mails/s, 500mails/s", "20MB/s+500mails/s, 20MB/s+500mails/s",
        "500mails/s 20MB/s, 20MB/s+500mails/s", "500 mails/s + 160 Mbit/s, 20MB/s+500mails/s"})
    void readsAndWrites(String text, String written) throws InvalidRateException {
        assertEquals(written, RateLimit.parse(text).toString());
        assertEquals(RateLimit.parse(text), RateLimit.parse(written));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "off", "0mails/s", "mails/s", "-1mails/s", "99999999mails/s", "20MB/s+30MB/s",
        "5mails/s+6mails/s", "full+5mails/s", "20MB/s+5mails/s+1MB/s", "20MB/s+", "500"})
    void refusesTheRest(String text) {
        String message = assertThrows(InvalidRateException.class, () -> RateLimit.parse(text)).getMessage();
        assertTrue(message.contains("expected"), message);
    }

    @Test
    void knowsFull() throws InvalidRateException {
        assertTrue(RateLimit.parse("full").isFull());
        assertTrue(!RateLimit.parse("1mails/s").isFull());
    }
}
