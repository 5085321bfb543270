package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.engine.EngineSettings;
import io.roost.engine.RetryPolicy;

class RunOptionsTest {
    private static final ZonedDateTime EVENING = ZonedDateTime.of(2026, 11, 23, 22, 30, 0, 0, ZoneId.of("Europe/Berlin"));

    private final RunOptions options = new RunOptions();

    private EngineSettings settings() throws CommandException {
        return options.settings(false, 4, EVENING);
    }

    @ParameterizedTest
    @CsvSource({"06:00, 2026-11-24T06:00+01:00[Europe/Berlin]", "6:00, 2026-11-24T06:00+01:00[Europe/Berlin]",
        "23:15, 2026-11-23T23:15+01:00[Europe/Berlin]", "22:30, 2026-11-24T22:30+01:00[Europe/Berlin]",
        "24:00, 2026-11-24T00:00+01:00[Europe/Berlin]"})
    void theWindowEndsWhenClocksShowItNext(String until, String expected) throws Exception {
        assertEquals(ZonedDateTime.parse(expected), RunOptions.next(until, EVENING));
    }

    /** Clocks jump from 2:00 to 3:00 that night. */
    @Test
    void aTimeThatIsLeftOutIsTheNextOneThereIs() throws Exception {
        ZonedDateTime before = ZonedDateTime.of(2026, 3, 28, 23, 0, 0, 0, ZoneId.of("Europe/Berlin"));
        assertEquals(Duration.ofMinutes(3 * 60 + 30), Duration.between(before, RunOptions.next("02:30", before)));
    }

    @Test
    void theSoonerOfBothEndsCounts() throws Exception {
        assertEquals(EngineSettings.NO_DEADLINE, settings().deadline());
        options.maxDuration = "8h";
        assertEquals(EVENING.plusHours(8).toInstant().toEpochMilli(), settings().deadline());
        options.until = "06:00";
        assertEquals(EVENING.plusHours(7).plusMinutes(30).toInstant().toEpochMilli(), settings().deadline());
        options.maxDuration = "90m";
        assertEquals(EVENING.plusMinutes(90).toInstant().toEpochMilli(), settings().deadline());
    }

    @Test
    void whoWaitsForOneUserIsToldAtOnce() throws Exception {
        assertEquals(0, options.settings(true, 4, EVENING).retries().retries());
        assertEquals(RetryPolicy.USUAL, settings().retries());
        options.retries = 2;
        options.retryDelay = "1s";
        assertEquals(1000, options.settings(true, 4, EVENING).retries().delayMillis(1));
        assertEquals(2000, settings().retries().delayMillis(2));
        assertEquals(-1, settings().retries().delayMillis(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "25:00", "06:60", "six", "06:00:00"})
    void timesOfDayThatAreNone(String text) {
        assertEquals(ExitCode.USAGE, assertThrows(CommandException.class, () -> RunOptions.next(text, EVENING)).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "m", "-1m", "1.5h", "10 m", "9999999s"})
    void timesThatAreNone(String text) {
        assertEquals(ExitCode.USAGE, assertThrows(CommandException.class, () -> RunOptions.duration("--x", text)).code());
    }

    @Test
    void numbersOutOfRange() {
        options.workers = 0;
        assertThrows(CommandException.class, this::settings);
        options.workers = EngineSettings.MAX_WORKERS + 1;
        assertThrows(CommandException.class, this::settings);
        options.workers = 1;
        options.readers = 65;
        assertThrows(CommandException.class, this::settings);
        options.readers = null;
        options.errorsMax = -1;
        assertThrows(CommandException.class, this::settings);
        options.errorsMax = 0;
        options.goOn = true;
        options.restart = true;
        assertThrows(CommandException.class, this::settings);
    }
}
