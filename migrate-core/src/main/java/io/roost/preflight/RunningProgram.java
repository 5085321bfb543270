package io.roost.preflight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A process of this machine, from {@code /proc}.
 *
 * @param name  what the kernel calls it: at most 15 bytes of the program's name
 * @param words its command line; empty for the kernel's own, and where it may not be seen
 */
public record RunningProgram(String name, List<String> words) {
    private static final Pattern INTERPRETER = Pattern.compile("perl.*|python.*|ruby.*|node|(ba|da|k|z)?sh|env");

    /**
     * All that this user may see.
     *
     * @param root of the file system
     */
    public static List<RunningProgram> all(Path root) throws IOException {
        List<RunningProgram> programs = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(root.resolve("proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String name = Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1).strip();
                    String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                    programs.add(new RunningProgram(name, Arrays.stream(line.split("\0")).filter(word -> !word.isEmpty())
                            .toList()));
                } catch (IOException e) {
                    // it has ended, or is nobody's business
                }
            }
        }
        return programs;
    }

    /** Whether this user sees other users' processes too: {@code /proc} may be mounted with {@code hidepid}. */
    public static boolean seesOthers(Path root) {
        return Files.exists(root.resolve("proc/1"));
    }

    /** Whether this is the program that runs, by itself or as the script of an interpreter; {@code tail -f poolmon.log} is not. */
    public boolean is(String program) {
        return name.equals(program) || words.stream().findFirst().map(RunningProgram::baseName).filter(program::equals).isPresent()
                || words.stream().findFirst().map(RunningProgram::baseName).filter(w -> INTERPRETER.matcher(w).matches()).isPresent()
                && words.stream().skip(1).filter(w -> !w.startsWith("-")).findFirst().map(RunningProgram::baseName)
                .filter(program::equals).isPresent();
    }

    private static String baseName(String word) {
        return word.substring(word.lastIndexOf('/') + 1).replaceFirst("\\.(py|pl)$", "");
    }

    /** Whether one of its words, without directories and {@code .py} or {@code .pl}, is this. */
    public boolean hasWord(String word) {
        return words.stream().map(RunningProgram::baseName).anyMatch(word::equals);
    }
}
