package io.roost.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A tmpfs of limited size, for tests that {@link Requires} {@code MOUNT}; unmounted by {@link #close}. */
public final class SmallFileSystem implements AutoCloseable {
    private final Path directory;

    private SmallFileSystem(Path directory, String options) throws IOException {
        this.directory = Files.createDirectories(directory);
        run("mount", "-t", "tmpfs", "-o", "mode=0755," + options, "tmpfs", directory.toString());
    }

    public static SmallFileSystem ofBytes(Path directory, long bytes) throws IOException {
        return new SmallFileSystem(directory, "size=" + bytes);
    }

    /** With room for bytes, and for so many files and directories. */
    public static SmallFileSystem ofInodes(Path directory, int inodes) throws IOException {
        return new SmallFileSystem(directory, "size=64m,nr_inodes=" + inodes);
    }

    public Path directory() {
        return directory;
    }

    /** Changes mount options, such as {@code size=4m} or {@code ro}. */
    public void remount(String options) throws IOException {
        run("mount", "-o", "remount," + options, directory.toString());
    }

    /** Bytes that can still be written. */
    public long free() throws IOException {
        FileStore store = Files.getFileStore(directory);
        return store.getUsableSpace();
    }

    /** Leaves no byte free. */
    public void fill() throws IOException {
        Path ballast = directory.resolve("ballast");
        try (OutputStream out = Files.newOutputStream(ballast)) {
            byte[] page = new byte[4096];
            while (free() > 0) {
                out.write(page);
            }
        } catch (IOException e) {
            if (free() > 0) {
                throw e;
            }
        }
        Files.setPosixFilePermissions(ballast, PosixFilePermissions.fromString("r--r--r--"));
    }

    private static void run(String... command) throws IOException {
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
        run("umount", "-l", directory.toString());
    }
}
