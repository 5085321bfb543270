package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;

class LineReaderTest {
    @TempDir
    Path temp;

    private List<String> read(String content) throws IOException {
        Files.writeString(temp.resolve("f"), content, StandardCharsets.ISO_8859_1);
        List<String> lines = new ArrayList<>();
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString())); OpenFile file = dir.openFile("f")) {
            LineReader reader = new LineReader(file);
            while (reader.next()) {
                lines.add(reader.text());
                assertEquals(lines.size(), reader.number());
                assertTrue(content.startsWith(reader.text(), (int) reader.offset()));
            }
        }
        return lines;
    }

    @Test
    void readsLines() throws Exception {
        assertEquals(List.of(), read(""));
        assertEquals(List.of(), read("not finished"));
        assertEquals(List.of("", "a", ""), read("\na\n\nnot finished"));
        assertEquals(List.of("a", "b\rc", "\r"), read("a\r\nb\rc\n\r\r\n"));
        assertEquals(List.of("a", ""), read("a\0b\n\0\0\0\n"));
    }

    @Test
    void readsLinesAcrossBlocks() throws Exception {
        StringBuilder content = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            expected.add(i + "x".repeat(i * 37 % 900));
            content.append(expected.get(i)).append('\n');
        }
        expected.add("y".repeat(LineReader.MAX_LINE));
        content.append(expected.get(3000)).append('\n');
        assertEquals(expected, read(content.toString()));
    }

    @Test
    void refusesLongLines() {
        assertThrows(CorruptFileException.class, () -> read("a\n" + "y".repeat(300_000) + "\n"));
        assertThrows(CorruptFileException.class, () -> read("y".repeat(300_000)));
    }
}
