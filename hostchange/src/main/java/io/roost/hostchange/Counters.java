package io.roost.hostchange;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the daemon counts, and the textfile of it for Prometheus' node exporter, in the text format 0.0.4:
 *
 * <pre>
 *   *( "# HELP" SP name SP text LF "# TYPE" SP name SP ( "counter" / "gauge" / "histogram" ) LF 1*( name [ labels ] SP value
 * LF ) )
 * </pre>
 *
 * Thread-safe.
 */
final class Counters {
    private static final String PREFIX = "roost_hostchange_";
    /** Upper bounds in seconds. */
    private static final double[] BOUNDS = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10};

    final AtomicLong flushed = new AtomicLong();
    final AtomicLong flushesFailed = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong usersFlushed = new AtomicLong();
    final AtomicLong usersLeft = new AtomicLong();
    final AtomicLong usersSwept = new AtomicLong();
    final AtomicLong files = new AtomicLong();
    final AtomicLong bytes = new AtomicLong();
    final AtomicLong sweepsFailed = new AtomicLong();
    final AtomicLong directorFailed = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLongArray slots = new AtomicLongArray(BOUNDS.length + 1);

    void deleted(Purge.Deleted deleted) {
        files.addAndGet(deleted.files());
        bytes.addAndGet(deleted.bytes());
    }

    void took(long flushNanos) {
        nanos.addAndGet(flushNanos);
        int slot = 0;
        while (slot < BOUNDS.length && flushNanos > BOUNDS[slot] * 1e9) {
            slot++;
        }
        slots.incrementAndGet(slot);
    }

    /** @param users who have a directory */
    String text(int users) {
        StringBuilder out = new StringBuilder(2048);
        one(out, "users", "gauge", "Users with a directory in this host's memory.", users);
        header(out, "flushes_total", "counter", "Flushes that a director asked for.");
        line(out, "flushes_total{result=\"ok\"}", flushed.get());
        line(out, "flushes_total{result=\"failed\"}", flushesFailed.get());
        line(out, "flushes_total{result=\"refused\"}", refused.get());
        header(out, "users_purged_total", "counter", "Users whose list index was deleted.");
        line(out, "users_purged_total{reason=\"flush\"}", usersFlushed.get());
        line(out, "users_purged_total{reason=\"left\"}", usersLeft.get());
        line(out, "users_purged_total{reason=\"age\"}", usersSwept.get());
        one(out, "files_deleted_total", "counter", "Files of list indexes that were deleted.", files.get());
        one(out, "bytes_freed_total", "counter", "Bytes of list indexes that were deleted.", bytes.get());
        one(out, "sweep_failures_total", "counter", "Directories that could not be swept.", sweepsFailed.get());
        one(out, "director_failures_total", "counter", "Times the director could not be asked.", directorFailed.get());
        header(out, "flush_seconds", "histogram", "Time from a flush's request to its answer.");
        long count = 0;
        for (int i = 0; i <= BOUNDS.length; i++) {
            count += slots.get(i);
            line(out, "flush_seconds_bucket{le=\"" + (i == BOUNDS.length ? "+Inf" : Double.toString(BOUNDS[i])) + "\"}", count);
        }
        out.append(PREFIX).append("flush_seconds_sum ").append(String.format(Locale.ROOT, "%.6f",
                nanos.get() / 1e9)).append('\n');
        line(out, "flush_seconds_count", count);
        return out.toString();
    }

    private static void one(StringBuilder out, String name, String type, String help, long value) {
        header(out, name, type, help);
        line(out, name, value);
    }

    private static void header(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ").append(PREFIX).append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(PREFIX).append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder out, String name, long value) {
        out.append(PREFIX).append(name).append(' ').append(value).append('\n');
    }

    /** Replaces the file by rename, so that nobody reads half of it. */
    void write(Path file, int users) throws IOException {
        // node exporter reads *.prom
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(temporary, text(users).getBytes(StandardCharsets.UTF_8));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
