package io.roost.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneId;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.cli.report.RunSummary.Sample;

class ThroughputHistoryTest {
    @Test
    void keepsEverySecondOfAShortRun() {
        ThroughputHistory history = new ThroughputHistory();
        history.add(5_000, 10, 100, false);
        history.add(5_400, 11, 110, true);
        history.add(6_000, 12, 120, false);
        history.add(7_500, 12, 120, false);
        assertEquals(List.of(new Sample(5_000, 6_000, 2, 20, true), new Sample(6_000, 7_500, 0, 0, false)), history.samples());
    }

    @Test
    void aNightTakesTheSameRoomAndNothingIsLost() {
        ThroughputHistory history = new ThroughputHistory();
        int seconds = 36_001;
        for (int i = 0; i < seconds; i++) {
            history.add(i * 1_000L, i * 3L, i * 7_000L, i == 20_000);
        }
        List<Sample> samples = history.samples();
        assertTrue(samples.size() < ThroughputHistory.MAX && samples.size() >= ThroughputHistory.MAX / 2, () -> ""
                + samples.size());
        long end = 0;
        for (Sample sample : samples) {
            assertEquals(end, sample.from());
            end = sample.to();
            assertEquals(7_000.0, sample.bytes() * 1_000.0 / (sample.to() - sample.from()), 0.001);
        }
        assertTrue(end > 35_800_000, "but for the last, which is not full yet: " + end);
        assertEquals(end / 1_000 * 3, samples.stream().mapToLong(Sample::mails).sum());
        assertEquals(1, samples.stream().filter(Sample::slowed).count());
        assertEquals(100, Thinned.of(samples.subList(0, 300), 100).size());
        assertEquals(101, Thinned.of(samples.subList(0, 301), 150).size());
        assertEquals(samples.subList(0, 300).stream().mapToLong(Sample::bytes).sum(),
                Thinned.of(samples.subList(0, 300), 7).stream().mapToLong(Sample::bytes).sum());
    }

    @Test
    void axesHaveRoundNumbers() {
        assertEquals(1, Axis.roundUp(0));
        assertEquals(0.2, Axis.roundUp(0.11), 1e-9);
        assertEquals(500, Axis.roundUp(201), 1e-9);
        assertEquals(1_000, Axis.roundUp(1_000), 1e-9);
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        List<String> night = Axis.times(Runs.STARTED + 1, Runs.STARTED + 8 * 3_600_000L, berlin).stream()
                .map(t -> Axis.time(t, 8 * 3_600_000L, berlin)).toList();
        assertEquals(List.of("00:00", "02:00", "04:00", "06:00"), night);
        assertEquals(List.of("23:00:01", "23:00:02", "23:00:03", "23:00:04", "23:00:05"),
                Axis.times(Runs.STARTED + 1, Runs.STARTED + 5_000, berlin).stream().map(t -> Axis.time(t, 5_000,
                berlin)).toList());
    }
}
