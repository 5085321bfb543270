package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;

class KeywordsFileTest {
    @TempDir
    Path temp;

    private KeywordsFile read(String content) throws IOException {
        Files.writeString(temp.resolve(KeywordsFile.FILE), content, StandardCharsets.ISO_8859_1);
        return read();
    }

    private KeywordsFile read() throws IOException {
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            return KeywordsFile.read(dir);
        }
    }

    @Test
    void readsNames() throws Exception {
        KeywordsFile file = read("0 $Forwarded\n25 With Space\n3 unknown-4\n");
        assertEquals("$Forwarded", file.name(0));
        assertEquals("With Space", file.name(25));
        assertEquals("unknown-1", file.name(1));
        assertEquals("unknown-4?", file.name(4));
        assertTrue(file.isNamed("$forwarded"));
        assertTrue(file.isNamed("UNKNOWN-4"));
        assertFalse(file.isNamed("unknown-1"));
        assertEquals(List.of(), file.ignored());
    }

    @Test
    void ignoresBadLines() throws Exception {
        KeywordsFile file = read("0 A\n1 a\n26 b\nx c\n-1 d\n2 \n3\n\n 4 e\n5 f\n6 still being wri");
        assertEquals(List.of("1 a", "26 b", "x c", "-1 d", "2 ", "3", "", " 4 e"), file.ignored());
        assertEquals("A", file.name(0));
        assertEquals("unknown-1", file.name(1));
        assertEquals("f", file.name(5));
        assertEquals("unknown-6", file.name(6));
    }

    @Test
    void isEmptyWithoutAFile() throws Exception {
        assertEquals("unknown-0", read().name(0));
        assertEquals(null, read().status());
        assertEquals("unknown-25", KeywordsFile.empty().name(25));
    }

    @Test
    void refusesWhatIsNoKeywordsFile() throws Exception {
        assertThrows(CorruptFileException.class, () -> read("0 a\n".repeat(5000)));
        Files.delete(temp.resolve(KeywordsFile.FILE));
        Files.createDirectory(temp.resolve(KeywordsFile.FILE));
        assertThrows(CorruptFileException.class, this::read);
    }

    @Test
    void survivesDamage() throws Exception {
        Fuzz.run(temp.resolve(KeywordsFile.FILE), "0 $Forwarded\n1 $Junk\n25 last\n", 2000, () -> {
            KeywordsFile file = read();
            for (int i = 0; i < KeywordsFile.LETTERS; i++) {
                assertFalse(file.name(i).isEmpty());
            }
        });
    }

    @Test
    void comparesOnlyAsciiWithoutCase() {
        assertEquals("abc\u00c9", KeywordsFile.lowerCase("AbC\u00c9"));
    }
}
