package io.roost.migrate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs one user's migration in processes of its own, as often as it takes. Small checkpoints and data files, so that there are many. */
final class SeparateMigration {
    private final Map<String, String> arguments = new LinkedHashMap<>();
    private List<String> prefix = List.of();
    private List<String> classPath = List.of(System.getProperty("java.class.path"));
    private String umask = "";
    private String heap = "128m";

    /** How a process ended. */
    record Ended(int exit, List<String> lines) {
        /** By itself, or by the signal of that name: both look the same. */
        boolean wasKilled() {
            return exit == MigrationProcess.HALTED;
        }

        boolean succeeded() {
            return exit == 0;
        }

        /** What the one line says that begins with this word; empty if there is none. */
        String line(String word) {
            return lines.stream().filter(l -> l.startsWith(word + " ")).map(l -> l.substring(word.length() + 1)).findFirst().orElse("");
        }

        @Override
        public String toString() {
            return "exit " + exit + "\n" + String.join("\n", lines);
        }
    }

    SeparateMigration(Path state, String user, Path home) {
        set("state", state.toString()).set("user", user).set("home", home.toString());
        set("from", "maildir:~/Maildir").set("to", "mdbox:~/mdbox").set("rotate", "32000").set("checkpoint", "8000");
    }

    SeparateMigration set(String key, String value) {
        arguments.put(key, value);
        return this;
    }

    /** A command that runs the one that follows it, such as {@code strace}. */
    SeparateMigration under(String... command) {
        prefix = List.of(command);
        return this;
    }

    /** A class path that others can read too. */
    SeparateMigration withClassPath(List<String> path) {
        classPath = path;
        return this;
    }

    /** The largest size of the heap, as after {@code -Xmx}. */
    SeparateMigration heap(String size) {
        heap = size;
        return this;
    }

    SeparateMigration umask(String mask) {
        umask = mask;
        return this;
    }

    /** Runs to the end, with {@code key=value} more. */
    Ended run(String... more) throws IOException, InterruptedException {
        return run(process -> { }, more);
    }

    /** Runs to the end, and does something as soon as the migration has begun; with {@code hold=1} it waits for that. */
    Ended run(Consumer<Process> onceStarted, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap, "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:-UsePerfData", "--add-opens", "java.base/java.nio=ALL-UNNAMED",
                "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "-cp", String.join(":", classPath), MigrationProcess.class.getName()));
        arguments.forEach((key, value) -> command.add(key + "=" + value));
        command.addAll(List.of(more));
        if (!umask.isEmpty()) {
            command.addAll(0, List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = out.readLine()) != null;) {
                lines.add(line);
                if (line.startsWith("started ")) {
                    onceStarted.accept(process);
                    process.getOutputStream().close();
                }
            }
            return new Ended(process.waitFor(), lines);
        } finally {
            process.toHandle().destroyForcibly();
        }
    }
}
