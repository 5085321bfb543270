package io.roost.throttle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BandwidthTest {
    @ParameterizedTest
    @CsvSource({"20MB/s, 20000000", "160Mbit/s, 20000000", "160 Mbit/s, 20000000", "160Mbps, 20000000", "160mbps, 20000000",
        "20MiB/s, 20971520", "1.5GB/s, 1500000000", "1kB/s, 1000", "1KB/s, 1000", "8kbit/s, 1000", "1000B/s, 1000",
        "8000bit/s, 1000", "1Gibit/s, 134217728", "20mB/s, 20000000", "1000GB/s, 1000000000000", "1000.4B/s, 1000"})
    void readsWhatAdministratorsWrite(String text, long bytes) throws InvalidRateException {
        assertEquals(bytes, Bandwidth.parse(text).bytesPerSecond());
    }

    @Test
    void fullIsNoLimit() throws InvalidRateException {
        assertTrue(Bandwidth.parse("full").isFull());
        assertEquals("full", Bandwidth.FULL.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "20", "MB/s", "-20MB/s", "20 furlongs/s", "20MB", "1e9B/s", "20,5MB/s", "20MB/min", " 20MB/s",
        "20MB/s ", "20TB/s", "20bps", "99999999999999999999B/s"})
    void refusesTheRestAndSaysWhatWasExpected(String text) {
        String message = assertThrows(InvalidRateException.class, () -> Bandwidth.parse(text)).getMessage();
        assertTrue(message.contains("found \"" + text + "\"") && message.contains("MB/s"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"20Mb/s", "20mb/s", "20MBps", "20MBPS"})
    void refusesWhatCouldBeBitsOrBytes(String text) {
        String message = assertThrows(InvalidRateException.class, () -> Bandwidth.parse(text)).getMessage();
        assertTrue(message.contains("could be either"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0MB/s", "999B/s", "1001GB/s"})
    void refusesWhatIsHardlyMeant(String text) {
        String message = assertThrows(InvalidRateException.class, () -> Bandwidth.parse(text)).getMessage();
        assertTrue(message.contains("at least 1kB/s and at most 1000GB/s"), message);
    }

    @ParameterizedTest
    @CsvSource({"20000000, 20MB/s", "20971520, 20MiB/s", "1500000, 1.5MB/s", "1234567, 1.234567MB/s", "1000, 1kB/s",
        "1024, 1KiB/s"})
    void isWrittenShort(long bytes, String text) {
        assertEquals(text, new Bandwidth(bytes).toString());
    }

    @Test
    void whatIsWrittenIsReadAgainExactly() throws InvalidRateException {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            long bytes = Bandwidth.MIN + (random.nextLong() >>> 1 + random.nextInt(50)) % (Bandwidth.MAX - Bandwidth.MIN);
            Bandwidth bandwidth = new Bandwidth(bytes);
            assertEquals(bandwidth, Bandwidth.parse(bandwidth.toString()));
        }
    }

    @Test
    void controlCharactersDoNotReachTheMessage() {
        String message = assertThrows(InvalidRateException.class, () -> Bandwidth.parse("20\u001b[31mMB/s\n")).getMessage();
        assertTrue(message.contains("20\\x1b[31mMB/s\\x0a"), message);
        String longOne = assertThrows(InvalidRateException.class, () -> Bandwidth.parse("9".repeat(10_000))).getMessage();
        assertTrue(longOne.length() < 400, longOne);
    }

    @Test
    void aboutHasThreeDigits() {
        assertEquals("999B/s", Bandwidth.about(999));
        assertEquals("1.23MB/s", Bandwidth.about(1_234_567));
        assertEquals("12.3MB/s", Bandwidth.about(12_345_678));
        assertEquals("1235GB/s", Bandwidth.about(1_234_567_890_123L));
    }
}
