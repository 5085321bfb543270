package io.roost.cli.tui;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.roost.cli.control.ControlException;
import io.roost.cli.control.JsonObject;

/**
 * Roost itself, in further processes: children whose answer is wanted, and runs that outlive the terminal.
 *
 * @param command the program and its first arguments, before those of Roost; asked for when something is started
 */
public record RoostProgram(Supplier<List<String>> command) {
    private static final long PAUSE_MILLIS = 100;

    /**
     * Runs a command that prints JSON Lines, on a thread of its own.
     *
     * @param objects told each, on that thread
     * @param ended   told the exit code, or -1 if it could not be run, with what it said on standard error
     */
    void ask(List<String> arguments, Consumer<JsonObject> objects, Ending ended) {
        background(() -> {
            Path errors = Files.createTempFile("roost", ".err");
            try {
                Process process = new ProcessBuilder(all(arguments)).redirectInput(new File("/dev/null"))
                        .redirectError(errors.toFile()).start();
                try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                    for (String line; (line = lines.readLine()) != null;) {
                        objects.accept(JsonObject.parse(line));
                    }
                } finally {
                    process.destroy();
                }
                ended.ended(process.waitFor(), Files.readString(errors).strip());
            } finally {
                Files.delete(errors);
            }
        }, ended);
    }

    /**
     * Starts a run in a session of its own, so that neither a hang-up nor Ctrl-C of this terminal reaches it, and follows what
     * it writes.
     *
     * @param log     takes all that it says; added to
     * @param objects told each object of JSON in it, on a thread of its own, for as long as somebody is there
     */
    void detach(List<String> arguments, Path log, Consumer<JsonObject> objects, Ending ended) {
        background(() -> {
            if (!Files.exists(log.getParent())) {
                Files.createDirectories(log.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(
                        "rwx------")));
            }
            long before = Files.exists(log) ? Files.size(log) : 0;
            List<String> command = new ArrayList<>(List.of("setsid"));
            command.addAll(all(arguments));
            Process process = new ProcessBuilder(command).redirectInput(new File("/dev/null")).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            StringBuilder said = new StringBuilder();
            try (FileChannel file = FileChannel.open(log); Reader lines = new BufferedReader(
                    Channels.newReader(file.position(before), StandardCharsets.UTF_8))) {
                StringBuilder line = new StringBuilder();
                for (boolean alive = true; alive;) {
                    alive = process.isAlive();
                    for (int c; (c = lines.read()) >= 0;) {
                        if (c != '\n') {
                            line.append((char) c);
                        } else {
                            take(line.toString(), objects, said);
                            line.setLength(0);
                        }
                    }
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
            }
            ended.ended(process.waitFor(), said.toString().strip());
        }, ended);
    }

    private static void take(String line, Consumer<JsonObject> objects, StringBuilder said) {
        try {
            objects.accept(JsonObject.parse(line));
        } catch (ControlException e) {
            // a line for people
            said.append(line).append('\n');
        }
    }

    private List<String> all(List<String> arguments) {
        List<String> all = new ArrayList<>(command.get());
        all.addAll(arguments);
        return all;
    }

    /** How a process ended. */
    @FunctionalInterface
    interface Ending {
        void ended(int code, String errors);
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void background(Work work, Ending ended) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | RuntimeException e) {
                ended.ended(-1, String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "tui-process");
        thread.setDaemon(true);
        thread.start();
    }
}
