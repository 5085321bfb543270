package io.roost.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleMaildirTest {
    @TempDir
    private Path temp;

    /** Name, time and content of every file. */
    private static List<String> contents(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).sorted().map(file -> {
                try {
                    return root.relativize(file) + " "
                            + "" + Files.getLastModifiedTime(file).toMillis() / (file.toString().contains(",S=") ? 1
                            : Long.MAX_VALUE) + " " + Arrays.hashCode(Files.readAllBytes(file));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }).toList();
        }
    }

    @Test
    void isTheSameEveryTime() throws IOException {
        SampleMaildir one = new SampleMaildir(temp.resolve("a"));
        one.write();
        new SampleMaildir(temp.resolve("b")).write();
        assertEquals(contents(temp.resolve("a")), contents(temp.resolve("b")));
        assertEquals(one.mails(), contents(temp.resolve("a")).stream().filter(l -> l.matches("(.*/)?(cur|new)/.*")).count());
    }

    @Test
    void namesTellTheTruthAboutSizes() throws IOException {
        new SampleMaildir(temp.resolve("a")).write();
        try (Stream<Path> all = Files.walk(temp.resolve("a"))) {
            List<Path> mails = all.filter(f -> f.toString().contains(",S=")).toList();
            assertTrue(mails.size() > 500);
            for (Path mail : mails) {
                String name = mail.getFileName().toString();
                assertEquals(Files.size(mail), Long.parseLong(name.replaceAll(".*,S=(\\d+),.*", "$1")), name);
                assertTrue(name.chars().allMatch(c -> c < 127), name);
            }
        }
    }
}
