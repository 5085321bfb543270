package io.roost.preflight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A process of this machine, from {@code /proc}.
 *
 * @param name  what the kernel calls it: at most 15 bytes of the program's name
 * @param words its command line; empty for the kernel's own, and where it may not be seen
 */
public record RunningProgram(String name, List<String> words) {
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

    /** Whether one of its words, without directories and {@code .py} or {@code .pl}, is this. */
    public boolean hasWord(String word) {
        return words.stream().map(w -> w.substring(w.lastIndexOf('/') + 1).replaceFirst("\\.(py|pl)$",
                "")).anyMatch(word::equals);
    }
}
