package io.roost.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Keeps a file for Prometheus' node exporter (its textfile collector) up to date: written every ten seconds in a thread of its
 * own, and at the end. What cannot be written is told once, at the end: it stops nothing.
 */
public final class MetricsFile implements AutoCloseable {
    static final int SECONDS = 10;
    private static final String MODE = "rw-r--r--";

    private final AtomicFile file;
    private final Supplier<RunSummary> summary;
    private final ScheduledExecutorService timer;
    private volatile String problem;

    /**
     * Writes it for the first time.
     *
     * @param summary asked from another thread
     * @throws IOException if it cannot be written, with a message for people; or if its name does not end with {@code .prom}
     */
    public MetricsFile(Path path, Supplier<RunSummary> summary) throws IOException {
        if (!path.getFileName().toString().endsWith(".prom")) {
            throw new IOException(path + ": the node exporter reads files whose names end with .prom, and no others");
        }
        file = new AtomicFile(path, MODE);
        this.summary = summary;
        write();
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "roost-metrics");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::tryToWrite, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    private synchronized void write() throws IOException {
        file.write(RunMetrics.of(summary.get()));
        problem = null;
    }

    private void tryToWrite() {
        try {
            write();
        } catch (IOException | RuntimeException e) {
            problem = e.getMessage();
        }
    }

    /** Why it could not be written the last time, if so. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** Writes it for the last time. */
    @Override
    public void close() {
        timer.shutdown();
        tryToWrite();
    }
}
