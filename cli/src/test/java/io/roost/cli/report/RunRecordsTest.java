package io.roost.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.report.RunRecords.Destinations;
import io.roost.engine.Brakes;
import io.roost.engine.RunEvent;
import io.roost.migrate.MigrationException.Kind;
import io.roost.throttle.LatencyBackoff;
import io.roost.throttle.LimitSource;
import io.roost.throttle.RateLimit;
import io.roost.throttle.ThrottleClock;
import io.roost.throttle.TimetableSource;

class RunRecordsTest {
    private static RunRecords records(Path page, Path metrics, Path log) throws IOException {
        return new RunRecords(new Destinations(Optional.ofNullable(page), Optional.ofNullable(metrics),
                Optional.ofNullable(log)),
                Runs.run(0, -1, ""), Runs::explain, Clock.systemUTC());
    }

    private static Brakes brakes() throws IOException {
        return Brakes.of(ThrottleClock.SYSTEM, new LimitSource(RateLimit.parse("20MB/s"), "the command line"),
                new TimetableSource(null, ZoneOffset.UTC), Optional.of(new LatencyBackoff(3)), Optional.empty());
    }

    @Test
    void allAreThereFromTheBeginningAndRightAtTheEnd(@TempDir Path dir) throws IOException {
        Path page = dir.resolve("night.html");
        Path metrics = dir.resolve("night.prom");
        Path log = dir.resolve("night.log");
        RunRecords records = records(page, metrics, log);
        records.follow(() -> Runs.status(System.currentTimeMillis(), Runs.users(1, 1, 0), 5, 5_000), brakes());
        assertTrue(Files.readString(page).contains("still running at"));
        assertEquals(1, PrometheusParser.parse(Files.readString(metrics)).get("roost_run_state{state=running}"));
        records.event(new RunEvent.Begun("anna", 0, 1));
        records.event(Runs.failed("anna", Kind.IO, "EIO", List.of(), 1, 0));
        records.recorder().lockedOut("anna", 2);

        assertEquals(List.of(), records.end(8, "the maintenance window is over"));

        assertTrue(Files.readString(page).contains("Ended early: the maintenance window is over."));
        var samples = PrometheusParser.parse(Files.readString(metrics));
        assertEquals(8, samples.get("roost_run_exit_code{}"));
        assertEquals(20_000_000, samples.get("roost_throttle_limit_bytes_per_second{source=limit}"));
        assertEquals(1, samples.get("roost_lockout_seconds_count{}"));
        List<String> lines = Files.readAllLines(log).stream().map(line -> line.substring(36)).toList();
        assertEquals(List.of("run: begun by roost 0.1.0 on mail7.example.org with 2 users and 8 workers, users --users-file "
                + "/root/night1.txt, timetable 22:00-06:00=full", "anna: begun", "anna: failed (io), attempt 1: EIO",
                "run: ended with exit code 8: the maintenance window is over"), lines);
    }

    @Test
    void whatCannotBeWrittenIsToldBeforeTheRunBegins(@TempDir Path dir) throws IOException {
        assertThrows(IOException.class, () -> records(null, null, dir.resolve("no/log")));
        assertThrows(IOException.class, () -> records(null, dir.resolve("metrics.txt"), null));
        for (boolean page : new boolean[] {true, false}) {
            RunRecords records = records(page ? dir.resolve("no/page.html") : null, page ? null : dir.resolve("no/m.prom"),
                    null);
            String message = assertThrows(IOException.class, () -> records.follow(() -> Runs.status(Runs.STARTED,
                    Runs.users(1, 0, 0), 1, 1), brakes())).getMessage();
            assertTrue(message.endsWith("there is no directory " + dir.resolve("no")), message);
        }
    }

    @Test
    void whatCannotBeWrittenLaterIsToldAtTheEnd(@TempDir Path dir) throws IOException {
        Path below = Files.createDirectory(dir.resolve("below"));
        RunRecords records = records(below.resolve("page.html"), below.resolve("m.prom"), null);
        records.follow(() -> Runs.status(Runs.STARTED, Runs.users(1, 0, 0), 1, 1), brakes());
        Files.delete(below.resolve("page.html"));
        Files.delete(below.resolve("m.prom"));
        Files.delete(below);
        assertEquals(List.of("cannot write " + below.resolve("m.prom") + ": there is no directory " + below,
                "cannot write " + below.resolve("page.html") + ": there is no directory " + below), records.end(0, ""));
    }

    @Test
    void nothingIsWrittenThatNobodyWants(@TempDir Path dir) throws IOException {
        RunRecords records = records(null, null, null);
        records.follow(() -> Runs.status(Runs.STARTED, Runs.users(1, 0, 0), 1, 1), brakes());
        records.event(new RunEvent.Begun("anna", 0, 1));
        assertEquals(List.of(), records.end(0, ""));
    }
}
