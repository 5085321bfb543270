package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptHistoryTest {
    @TempDir
    private Path temp;

    private PromptHistory open(Path file) {
        return new PromptHistory(Optional.of(file));
    }

    @Test
    void theNextSessionHasTheLinesOfAllOthers() throws Exception {
        Path file = temp.resolve("some/where/history");
        PromptHistory one = open(file);
        PromptHistory other = open(file);
        one.add("pause");
        one.add("pause");
        other.add("rate 20MB/s");
        one.add("retry ümläut");
        one.add("a\nb");
        one.add(" ");
        assertEquals(List.of("pause", "retry ümläut"), one.lines());
        assertEquals(List.of("pause", "rate 20MB/s", "retry ümläut"), open(file).lines());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
    }

    @Test
    void aLongOneIsShortened() throws Exception {
        Path file = temp.resolve("history");
        Files.write(file, IntStream.range(0, 700).mapToObj(i -> "rate " + i + "MB/s").toList());
        assertEquals(500, open(file).lines().size());
        List<String> left = Files.readAllLines(file);
        assertEquals("rate 200MB/s", left.get(0));
        assertEquals(500, left.size());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void whatIsNoHistoryIsPassedOver() throws Exception {
        Path target = Files.writeString(temp.resolve("target"), "secret\n");
        Path link = Files.createSymbolicLink(temp.resolve("link"), target);
        PromptHistory linked = open(link);
        assertEquals(List.of(), linked.lines());
        linked.add("pause");
        assertEquals("secret\n", Files.readString(target), "no link is followed");
        assertEquals(List.of("pause"), linked.lines());

        Path odd = temp.resolve("odd");
        Files.write(odd, "ok\n\033[31mred\n\u00ff\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(2, open(odd).lines().size());
        PromptHistory nowhere = open(Path.of("/proc/none/history"));
        nowhere.add("pause");
        assertEquals(List.of("pause"), nowhere.lines());
        assertFalse(Files.exists(Path.of("/proc/none")));
    }
}
