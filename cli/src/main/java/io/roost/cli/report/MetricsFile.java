package io.roost.cli.report;

import java.io.IOException;
import java.nio.file.Path;

/** A file for Prometheus' node exporter, whose textfile collector reads it. */
final class MetricsFile {
    /** The node exporter runs as another user. */
    private static final String MODE = "rw-r--r--";

    private MetricsFile() {
    }

    /** @throws IOException if its name does not end with {@code .prom} */
    static void requireName(Path file) throws IOException {
        if (!file.getFileName().toString().endsWith(".prom")) {
            throw new IOException(file + ": the node exporter reads files whose names end with .prom, and no others");
        }
    }

    /**
     * Writes it; readers see the one before, or this one.
     *
     * @throws IOException with a message for people
     */
    static void write(Path file, RunSummary summary) throws IOException {
        new AtomicFile(file, MODE).write(RunMetrics.of(summary));
    }
}
