package io.roost.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One Dovecot of a {@link DirectorCluster}: a backend or the director, with its own base directory, address and logs. May be
 * stopped, killed and started again. To be used by one thread at a time, but for {@link #doveadm}.
 */
public final class DovecotNode {
    private static final long PATIENCE_SECONDS = 60;

    private final String name;
    private final String ip;
    private final Path directory;
    private final Path config;
    private final DovecotLog log;
    private Process master;

    DovecotNode(String name, String ip, Path parent, String configuration) throws IOException {
        this.name = name;
        this.ip = ip;
        directory = Files.createDirectory(parent.resolve(name));
        config = directory.resolve("dovecot.conf");
        log = new DovecotLog(directory);
        Files.writeString(config, ("""
                base_dir = %1$s/base
                state_dir = %1$s/state
                log_path = %1$s/error.log
                info_log_path = %1$s/info.log
                debug_log_path = %1$s/info.log
                instance_name = roost-%2$s
                listen = %3$s
                """).formatted(directory, name, ip) + configuration);
    }

    public String name() {
        return name;
    }

    public String ip() {
        return ip;
    }

    public Path directory() {
        return directory;
    }

    /** The configuration file, for {@code doveconf -c} and {@code doveadm -c}. */
    public Path config() {
        return config;
    }

    /** Where its unix sockets lie. */
    public Path baseDirectory() {
        return directory.resolve("base");
    }

    public boolean isRunning() {
        return master != null && master.isAlive();
    }

    /** Process id of the master. */
    public long pid() {
        return master.pid();
    }

    void launch() throws IOException {
        if (!isRunning()) {
            Files.deleteIfExists(directory.resolve("base/master.pid"));
            master = new ProcessBuilder(DovecotPrograms.dovecot().toString(), "-F", "-c", config.toString())
                    .redirectErrorStream(true).redirectOutput(directory.resolve("master.out").toFile()).start();
        }
    }

    void awaitStarted() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(directory.resolve("base/master.pid"))) {
            if (!master.isAlive() || System.nanoTime() > deadline) {
                kill();
                throw new IOException(name + " did not start: " + Files.readString(directory.resolve("master.out"))
                        + String.join("\n", log.all()));
            }
            pause(5);
        }
        doveadm("who").succeeded();
    }

    /** Starts the master process, if it does not run, and waits until it takes connections. */
    public void start() throws IOException {
        launch();
        awaitStarted();
    }

    /** Stops the master process as a service manager does, and waits until no process of it is left. */
    public void stop() {
        if (master != null) {
            List<ProcessHandle> processes = Stream.concat(Stream.of(master.toHandle()), master.descendants()).toList();
            master.destroy();
            processes.forEach(p -> p.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join());
            master = null;
        }
    }

    /** Ends all its processes at once, as a power failure does. */
    public void kill() {
        if (master != null) {
            List<ProcessHandle> children = master.descendants().toList();
            master.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            master.onExit().join();
            children.forEach(p -> p.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join());
            master = null;
        }
    }

    /** Runs {@code doveadm -c CONFIG ARGS...} to its end. */
    public DoveadmResult doveadm(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(DovecotPrograms.doveadm().toString(), "-c", config.toString()));
        command.addAll(Arrays.asList(arguments));
        Path stderr = Files.createTempFile(directory, "doveadm", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectError(stderr.toFile());
        builder.environment().put("TZ", "UTC");
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            int exit = process.waitFor();
            return new DoveadmResult(exit, output, Files.readString(stderr, StandardCharsets.ISO_8859_1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for doveadm", e);
        } finally {
            process.destroyForcibly();
            Files.delete(stderr);
        }
    }

    /** All lines logged so far, without their times: errors, then infos. */
    public List<String> log() throws IOException {
        return log.all();
    }

    /** The warnings, errors, panics and fatal lines logged so far, those of a stop left out. */
    public List<String> remarkable() throws IOException {
        if (isRunning()) {
            // answered by the log process; after the second answer it has been round all its pipes once
            doveadm("log", "errors").succeeded();
            doveadm("log", "errors").succeeded();
        }
        return log.remarkable().stream().filter(l -> !l.contains(": Info: ") && !l.contains(": Debug: ")).toList();
    }

    /** Fails if the log has a remarkable line that contains none of the {@code expected} texts. */
    public void assertLogClean(String... expected) throws IOException {
        List<String> lines = remarkable().stream().filter(l -> Stream.of(expected).noneMatch(l::contains)).toList();
        if (!lines.isEmpty()) {
            throw new AssertionError(name + " complained:\n" + String.join("\n", lines));
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }
}
