package io.roost.cli.tui;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A terminal of any size that a test sees and types into: tmux with a server of its own. */
final class Tmux implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final String socket;
    private final Path directory;
    private int panes;

    /** @param directory for the server's socket */
    Tmux(Path directory) {
        this.directory = directory;
        socket = directory.resolve("tmux").toString();
    }

    private String run(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tmux", "-u", "-f", "/dev/null", "-S", socket));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).directory(directory.toFile());
        builder.environment().remove("TMUX");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** Opens a terminal with a command in it; when that has ended, the pane says {@code EXIT} and its code and stays. */
    Pane open(int columns, int rows, Map<String, String> environment, String... command) throws IOException,
            InterruptedException {
        StringBuilder shell = new StringBuilder("echo BEFORE; ");
        environment.forEach((name, value) -> shell.append(name).append("='").append(value).append("' "));
        for (String word : command) {
            shell.append('\'').append(word.replace("'", "'\\''")).append("' ");
        }
        shell.append("; echo EXIT $?; stty -a | tr ' ' '\\n' | grep -x -e echo -e icanon -e isig; exec sleep 1000");
        String name = "pane" + panes++;
        run("new-session", "-d", "-s", name, "-x", String.valueOf(columns), "-y", String.valueOf(rows), shell.toString());
        return new Pane(name);
    }

    /** One terminal. */
    final class Pane {
        private final String name;

        private Pane(String name) {
            this.name = name;
        }

        /** Presses keys, by tmux's names. */
        Pane keys(String... keys) throws IOException, InterruptedException {
            for (String key : keys) {
                run("send-keys", "-t", name, key);
            }
            return this;
        }

        /** Types text. */
        Pane type(String text) throws IOException, InterruptedException {
            run("send-keys", "-t", name, "-l", text);
            return this;
        }

        /** Pastes text, as from a clipboard: between marks if the program wants them. */
        void paste(String text) throws IOException, InterruptedException {
            run("set-buffer", text);
            run("paste-buffer", "-p", "-r", "-t", name);
        }

        void resize(int columns, int rows) throws IOException, InterruptedException {
            run("resize-window", "-t", name, "-x", String.valueOf(columns), "-y", String.valueOf(rows));
        }

        /** What is seen now. */
        List<String> screen() throws IOException, InterruptedException {
            return run("capture-pane", "-p", "-t", name).lines().toList();
        }

        /** Waits until the screen is as wanted. */
        List<String> await(String what, Predicate<String> wanted) throws IOException, InterruptedException {
            return await(what, 50, wanted);
        }

        /** As the other, looking every so many milliseconds. */
        List<String> await(String what, int millis, Predicate<String> wanted) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (true) {
                List<String> screen = screen();
                if (wanted.test(String.join("\n", screen))) {
                    return screen;
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("after a minute not yet: " + what + "\n" + String.join("\n", screen));
                }
                TimeUnit.MILLISECONDS.sleep(millis);
            }
        }

        /** Waits until a text is seen. */
        List<String> await(String text) throws IOException, InterruptedException {
            return await(text, screen -> screen.contains(text));
        }

        /** The process id of the pane's shell. */
        long pid() throws IOException, InterruptedException {
            return Long.parseLong(run("display-message", "-p", "-t", name, "#{pane_pid}").strip());
        }

        /** The terminal goes away, as when a connection breaks. */
        void kill() throws IOException, InterruptedException {
            run("kill-session", "-t", name);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            run("kill-server");
        } catch (IOException e) {
            // it ends by itself with its last session
        }
    }
}
