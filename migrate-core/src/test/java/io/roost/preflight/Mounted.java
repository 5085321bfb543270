package io.roost.preflight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A mount of any kind, for tests that require {@code MOUNT}; unmounted by {@link #close}. */
public final class Mounted implements AutoCloseable {
    private final Path point;

    private Mounted(Path point, String... command) throws IOException {
        this.point = Files.createDirectories(point);
        List<String> all = new ArrayList<>(Arrays.asList(command));
        all.add(point.toString());
        run(all.toArray(String[]::new));
    }

    /** A directory once more, elsewhere. */
    public static Mounted bind(Path directory, Path point) throws IOException {
        return new Mounted(point, "mount", "--bind", directory.toString());
    }

    /** A file system in a file of a MiB. */
    public static Mounted loop(Path image, Path point) throws IOException {
        run("truncate", "-s", "1M", image.toString());
        run("mkfs.ext4", "-q", "-O", "^has_journal", image.toString());
        return new Mounted(point, "mount", "-o", "loop,noexec", image.toString());
    }

    /** @param options such as {@code noexec,size=1m} */
    public static Mounted tmpfs(Path point, String options) throws IOException {
        return new Mounted(point, "mount", "-t", "tmpfs", "-o", options, "tmpfs");
    }

    public Path point() {
        return point;
    }

    /** Runs a program that must succeed. */
    public static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        run("umount", "-l", point.toString());
    }
}
