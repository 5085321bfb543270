package io.roost.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.roost.cli.report.RunRecorder.Explained;
import io.roost.cli.report.RunSummary.Run;
import io.roost.cli.report.RunSummary.Throttling;
import io.roost.engine.Brakes;
import io.roost.engine.EngineStatus;
import io.roost.engine.RunEvent;
import io.roost.throttle.LatencyReading;

/**
 * Keeps the files about a run: the page once a minute and at the end, the metrics every ten seconds and at the end, the log as
 * things happen. Each is written for the first time before the run begins, so that a mistake is told then. What cannot be
 * written later stops nothing, and is told at the end. Thread-safe.
 */
public final class RunRecords implements RunEvent.Sink {
    static final int METRICS_SECONDS = 10;
    static final int PAGE_SECONDS = 60;

    private final Destinations files;
    private final Run run;
    private final Clock clock;
    private final RunRecorder recorder;
    private final LogFile log;
    private final RunLog runLog;
    private final Map<String, String> problems = new TreeMap<>();
    private Supplier<EngineStatus> engine;
    private Brakes brakes;
    private ScheduledExecutorService timer;
    private long seconds;

    /** Where each of them goes; empty: it is not wanted. */
    public record Destinations(Optional<Path> page, Optional<Path> metrics, Optional<Path> log) {
    }

    /**
     * @param run     as it is at the beginning
     * @param explain tells what an exception means
     * @throws IOException if the log cannot be opened, or a name cannot be right; with a message for people
     */
    public RunRecords(Destinations files, Run run, Function<Throwable, Explained> explain, Clock clock) throws IOException {
        this.files = files;
        this.run = run;
        this.clock = clock;
        if (files.metrics().isPresent()) {
            MetricsFile.requireName(files.metrics().get());
        }
        recorder = new RunRecorder(explain);
        log = files.log().isPresent() ? new LogFile(files.log().get(), clock) : null;
        runLog = log == null ? null : new RunLog(log, explain);
    }

    /**
     * Writes page and metrics for the first time, and goes on with them in a thread of its own until {@link #end}.
     *
     * @throws IOException if one cannot be written, with a message for people
     */
    public synchronized void follow(Supplier<EngineStatus> status, Brakes heldBy) throws IOException {
        engine = status;
        brakes = heldBy;
        RunSummary first = summary(run);
        if (log != null) {
            log.line(LogFile.Level.INFO, "run: begun by " + run.version() + " on " + run.host() + " with "
                    + first.status().usersTotal() + " users and " + first.status().workers() + " workers"
                    + String.join("", run.settings().stream().map(s -> ", " + s.name() + " " + s.value()).toList()));
        }
        if (files.page().isPresent()) {
            HtmlReport.write(files.page().get(), first);
        }
        if (files.metrics().isPresent()) {
            MetricsFile.write(files.metrics().get(), first);
        }
        if (files.page().isPresent() || files.metrics().isPresent()) {
            timer = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "roost-records");
                thread.setDaemon(true);
                return thread;
            });
            timer.scheduleWithFixedDelay(this::second, 1, 1, TimeUnit.SECONDS);
        }
    }

    @Override
    public void event(RunEvent event) {
        recorder.event(event);
        if (runLog != null) {
            runLog.event(event);
        }
    }

    /** For what has no event. */
    RunRecorder recorder() {
        return recorder;
    }

    private void second() {
        try {
            recorder.sample(engine.get(), !brakes.throttle().state().isOpen());
            seconds++;
            if (seconds % METRICS_SECONDS == 0) {
                write(files.metrics(), MetricsFile::write, run);
            }
            if (seconds % PAGE_SECONDS == 0) {
                write(files.page(), HtmlReport::write, run);
            }
        } catch (RuntimeException e) {
            // A fault of ours must not end the timer in silence.
            problem("records", "the files about the run could not be kept up to date: " + e);
        }
    }

    private interface Writer {
        void write(Path file, RunSummary summary) throws IOException;
    }

    private void write(Optional<Path> file, Writer writer, Run as) {
        if (file.isPresent()) {
            try {
                writer.write(file.get(), summary(as));
                problem(file.get().toString(), null);
            } catch (IOException e) {
                problem(file.get().toString(), e.getMessage());
            }
        }
    }

    private void problem(String of, String what) {
        synchronized (problems) {
            if (what == null) {
                problems.remove(of);
            } else {
                problems.put(of, what);
            }
        }
    }

    private RunSummary summary(Run as) {
        return recorder.summary(as, engine.get(), new Throttling(brakes.throttle().state(), brakes.throttle().restrictions(),
                brakes.throttle().waitedSeconds(), brakes.latency().map(l -> l.reading()).orElse(new LatencyReading(0, 0, 0))));
    }

    /**
     * Writes all of them for the last time.
     *
     * @param exitCode of the command
     * @param ending   why the run ended before its last user, a clause; empty if it did not
     * @return what could not be written, for people
     */
    public List<String> end(int exitCode, String ending) {
        if (timer != null) {
            timer.shutdown();
            try {
                timer.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            recorder.sample(engine.get(), !brakes.throttle().state().isOpen());
        }
        Run ended = new Run(run.version(), run.host(), clock.millis(), exitCode, ending, run.settings(), run.logs());
        write(files.metrics(), MetricsFile::write, ended);
        write(files.page(), HtmlReport::write, ended);
        List<String> all;
        synchronized (problems) {
            all = new ArrayList<>(problems.values());
        }
        if (log != null) {
            log.line(LogFile.Level.INFO, "run: ended with exit code " + exitCode + (ending.isEmpty() ? "" : ": " + ending));
            try {
                log.close();
            } catch (IOException e) {
                all.add("the log could not be closed: " + e.getMessage());
            }
            log.problem().ifPresent(all::add);
        }
        return all;
    }
}
