package io.roost.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.report.RunSummary.Throttling;
import io.roost.migrate.MigrationException.Kind;
import io.roost.migrate.MonthCounts;

class MetricsFileTest {
    @Test
    void tellsOfTheRun() {
        Map<String, Double> found = PrometheusParser.parse(RunMetrics.of(Runs.night()));
        Map<String, Double> expected = new LinkedHashMap<>();
        expected.put("roost_run_info{version=roost 0.1.0,host=mail7.example.org}", 1.0);
        expected.put("roost_run_state{state=ended}", 1.0);
        expected.put("roost_run_state{state=running}", 0.0);
        expected.put("roost_run_exit_code{}", 8.0);
        expected.put("roost_users{state=done}", 98_500.0);
        expected.put("roost_users{state=failed}", 500.0);
        expected.put("roost_users{state=retrying}", 0.0);
        expected.put("roost_mails_per_second{}", 812.5);
        expected.put("roost_bytes_per_second{}", 5_500_000.0);
        expected.put("roost_failed_attempts_total{kind=io,class=transient}", 167.0);
        expected.put("roost_mails_rejected{}", 334.0);
        expected.put("roost_throttle_held{source=flag_file}", 1.0);
        expected.put("roost_throttle_held{source=timetable}", 0.0);
        expected.put("roost_throttle_limit_bytes_per_second{source=timetable}", 20_000_000.0);
        expected.put("roost_throttle_limit_mails_per_second{source=latency}", 5.0);
        expected.put("roost_throttle_waited_seconds_total{source=timetable}", 3_610.5);
        expected.put("roost_read_latency_seconds{kind=recent}", 0.0052);
        expected.put("roost_lockout_seconds_count{}", 120.0);
        expected.put("roost_lockout_seconds_bucket{le=+Inf}", 120.0);
        expected.put("roost_lockout_seconds_bucket{le=1}", 0.0);
        expected.put("roost_user_seconds_count{}", 98_500.0);
        expected.forEach((sample, value) -> assertEquals(value, found.get(sample), () -> sample + " in " + found));
        assertEquals(2, found.keySet().stream().filter(s -> s.startsWith("roost_throttle_limit_bytes")).count(),
                "no limit, no sample");
    }

    @Test
    void aRunThatHasJustBegunHasNumbers() {
        Map<String, Double> found = PrometheusParser.parse(RunMetrics.of(new RunRecorder(Runs::explain).summary(Runs.run(0, -1,
                ""),
                Runs.status(Runs.STARTED, new EnumMap<>(io.roost.engine.Phase.class), 0, 0), Throttling.NONE)));
        assertEquals(1, found.get("roost_run_state{state=running}"));
        assertTrue(!found.containsKey("roost_run_exit_code{}"));
        assertEquals(1_795_471_200.0, found.get("roost_run_start_time_seconds{}"));
    }

    @Test
    void labelsAreEscaped() {
        PrometheusText out = new PrometheusText().family("x_total", "counter", "back\\slash\nand line").sample(0.25, "a",
                "q\"\\\nz", "b", "");
        assertEquals("# HELP x_total back\\\\slash\\nand line\n# TYPE x_total counter\nx_total{a=\"q\\\"\\\\\\nz\",b=\"\"} "
                + "0.25\n",
                out.toString());
        assertEquals(Map.of("x_total{a=q\"\\\nz,b=}", 0.25), PrometheusParser.parse(out.toString()));
        assertThrows(IllegalArgumentException.class, () -> out.family("x_total", "counter", "twice"));
        assertThrows(IllegalArgumentException.class, () -> out.family("x-y", "counter", "not a name"));
        assertEquals("# HELP y h\n# TYPE y gauge\ny +Inf\ny 0.00000001\ny NaN\n", new PrometheusText().family("y", "gauge", "h")
                .sample(Double.POSITIVE_INFINITY).sample(1e-8).sample(Double.NaN).toString());
    }

    @Test
    void theParserIsStrict() {
        for (String wrong : List.of("x 1\n", "# HELP x h\n# TYPE x gauge\nx 1", "# HELP x h\n# TYPE x gauge\nx 1 5\n",
                "# HELP x h\n# TYPE x gauge\ny 1\n", "# HELP x h\n# TYPE x gauge\nx{a=\"\n\"} 1\n",
                "# HELP x h\n# TYPE x gauge\nx 1\nx 2\n",
                "# HELP x h\n# TYPE x count\nx 1\n",
                "# HELP x h\n# TYPE x histogram\nx_bucket{le=\"1\"} 2\nx_sum 1\nx_count 2\n")) {
            assertThrows(AssertionError.class, () -> PrometheusParser.parse(wrong), wrong);
        }
    }

    @Test
    void everybodyMayReadIt(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("roost.prom");
        MetricsFile.requireName(file);
        MetricsFile.write(file, Runs.night());
        MetricsFile.write(file, Runs.three());
        assertEquals(1, PrometheusParser.parse(Files.readString(file)).get("roost_run_exit_code{}"));
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (var files = Files.list(dir)) {
            assertEquals(1, files.count(), "and nothing beside it, which the node exporter would read");
        }
        assertTrue(assertThrows(IOException.class, () -> MetricsFile.requireName(dir.resolve("roost.txt"))).getMessage()
                .contains(".prom"));
    }

    @Test
    void countsEachUserOnceWhateverBecomesOfIt() {
        RunRecorder recorder = new RunRecorder(Runs::explain);
        recorder.event(Runs.failed("anna", Kind.SOURCE, "why", List.of(Runs.unreadable("anna", "1")), 1, 0));
        recorder.event(Runs.failed("bert", Kind.IO, "EIO", List.of(), 1, 5));
        recorder.event(Runs.failed("bert", Kind.IO, "EIO", List.of(), 2, 0));
        recorder.event(Runs.failed("carla", Kind.IO, "EIO", List.of(), 1, 5));
        Runs.done(recorder, "carla", Runs.result(5, 10, List.of()), new MonthCounts(), new MonthCounts());
        recorder.event(new io.roost.engine.RunEvent.Requeued("anna"));
        RunSummary summary = recorder.summary(Runs.run(0, -1, ""), Runs.status(Runs.STARTED, Runs.users(1, 1, 1), 1, 1),
                Throttling.NONE);
        assertEquals(List.of("bert"), summary.failures().stream().map(RunSummary.FailedUser::user).toList());
        assertEquals(0, summary.rejectedTotal());
        Map<String, Double> found = PrometheusParser.parse(RunMetrics.of(summary));
        assertEquals(3, found.get("roost_failed_attempts_total{kind=io,class=transient}"));
        assertEquals(1, found.get("roost_failed_attempts_total{kind=source,class=permanent}"));
    }
}
