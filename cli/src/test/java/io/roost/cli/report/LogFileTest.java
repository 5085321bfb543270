package io.roost.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.report.LogFile.Level;
import io.roost.engine.RunEvent;
import io.roost.engine.RunState;
import io.roost.migrate.Event;
import io.roost.migrate.MigrationException.Kind;

class LogFileTest {
    private long now = Runs.STARTED;
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now);
        }
    };

    private static List<String> texts(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(line -> {
            assertTrue(line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d (INFO |WARN |ERROR) "
                    + ".*"), line);
            return line.substring(30);
        }).toList();
    }

    @Test
    void appendsPlainLines(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("roost.log");
        for (int i = 0; i < 2; i++) {
            try (LogFile log = new LogFile(file, clock)) {
                log.line(Level.INFO, "run " + i);
                log.line(Level.WARN, "a name\nERROR forged\u001b[31m");
            }
        }
        assertEquals(List.of("INFO  run 0", "WARN  a name\\x0aERROR forged\\x1b[31m", "INFO  run 1",
                "WARN  a name\\x0aERROR forged\\x1b[31m"), texts(file));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void followsLogrotate(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("roost.log");
        try (LogFile log = new LogFile(file, clock)) {
            log.line(Level.INFO, "first");
            Files.move(file, dir.resolve("roost.log.1"));
            log.line(Level.INFO, "not looked for yet");
            now += 1_000;
            log.line(Level.INFO, "second");
            Files.move(file, dir.resolve("roost.log.2"));
            Files.createFile(file);
            now += 1_000;
            log.line(Level.INFO, "third");
            Files.write(file, new byte[0]);
            log.line(Level.INFO, "after copytruncate");
            assertEquals(Optional.empty(), log.problem());
        }
        assertEquals(List.of("INFO  first", "INFO  not looked for yet"), texts(dir.resolve("roost.log.1")));
        assertEquals(List.of("INFO  second"), texts(dir.resolve("roost.log.2")));
        assertEquals(List.of("INFO  after copytruncate"), texts(file));
    }

    @Test
    void whatCannotBeWrittenIsCounted(@TempDir Path dir) throws IOException {
        assertEquals("cannot open the log " + dir.resolve("no/roost.log") + ": there is no directory " + dir.resolve("no"),
                assertThrows(IOException.class, () -> new LogFile(dir.resolve("no/roost.log"), clock)).getMessage());
        LogFile log = new LogFile(Path.of("/dev/full"), clock);
        log.line(Level.INFO, "one");
        log.line(Level.INFO, "two");
        assertEquals("2 lines of the log /dev/full could not be written: No space left on device", log.problem().orElseThrow());
        log.close();
    }

    @Test
    void tellsWhatHappensInARun(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("roost.log");
        try (LogFile log = new LogFile(file, clock)) {
            RunLog run = new RunLog(log, Runs::explain);
            run.event(new RunEvent.StateChanged(RunState.PAUSED, "by an operator"));
            run.event(new RunEvent.Throttled("timetable", "limited to 20MB/s"));
            run.event(new RunEvent.Throttled("", ""));
            run.event(new RunEvent.WorkersChanged(1));
            run.event(new RunEvent.Begun("anna", 0, 1));
            run.event(new RunEvent.Progress(new Event.Copying("anna", 1, 2, 3, 4)));
            run.event(new RunEvent.Progress(new Event.SourceChanged("anna", 2)));
            run.event(new RunEvent.Progress(new Event.Problem("anna", Runs.unreadable("anna", "1"))));
            run.event(new RunEvent.Done("anna", null, Runs.result(5, 1_234, List.of(Runs.unreadable("anna", "1")))));
            run.event(Runs.failed("bert", Kind.SOURCE, "why", List.of(Runs.unreadable("bert", "2")), 2, 0));
            run.event(Runs.failed("carla", Kind.IO, "EIO", List.of(), 1, 0));
            run.event(new RunEvent.Stopped("dora"));
            run.event(new RunEvent.Skipped("emil"));
            run.event(new RunEvent.Requeued("emil"));
        }
        String unreadable = "unreadable: INBOX: /mail/%s/Maildir/cur/%s: cannot open it: Permission denied";
        assertEquals(List.of("INFO  run: paused: by an operator", "INFO  throttle: timetable: limited to 20MB/s",
                "INFO  throttle: nothing holds the run back", "INFO  run: 1 worker", "INFO  anna: begun",
                "INFO  anna: the Maildir changed meanwhile, attempt 2", "WARN  anna: " + unreadable.formatted("anna", "1"),
                "INFO  anna: done: 12 mailboxes, 5 mails, 33000 bytes in 1.234 s; left out: 1",
                "WARN  anna: not carried over: " + unreadable.formatted("anna", "1"),
                "ERROR bert: failed (source), attempt 2: why",
                "ERROR bert: " + unreadable.formatted("bert", "2"), "ERROR carla: failed (io), attempt 1: EIO",
                "INFO  dora: stopped; goes on with the next run", "WARN  emil: taken out of this run by an operator",
                "INFO  emil: to be tried again, as an operator wants"), texts(file));
    }
}
