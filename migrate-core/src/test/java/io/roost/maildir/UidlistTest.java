package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

class UidlistTest {
    private static final String GUID = "0123456789abcdef0123456789ABCDEF";

    @TempDir
    Path temp;
    private OpenDirectory dir;

    @BeforeEach
    void open() throws Exception {
        dir = OpenDirectory.open(ByteString.ofText(temp.toString()));
    }

    @AfterEach
    void close() {
        dir.close();
    }

    private Path file() {
        return temp.resolve(Uidlist.FILE);
    }

    private List<String> read(String content) throws IOException {
        Files.writeString(file(), content, StandardCharsets.ISO_8859_1);
        return read();
    }

    private List<String> read() throws IOException {
        List<String> out = new ArrayList<>();
        Optional<Uidlist> opened = Uidlist.open(dir, Uidlist.FILE);
        if (opened.isEmpty()) {
            return List.of("none");
        }
        try (Uidlist list = opened.get()) {
            out.add("V" + list.uidValidity() + " G" + list.mailboxGuid().map(Object::toString).orElse("-"));
            while (list.next()) {
                out.add(list.uid() + " " + text(list, list.nameStart(), list.nameEnd())
                        + (list.guidLength() > 0 ? " G"
                                + text(list, list.guidStart(), list.guidStart() + list.guidLength()) : "")
                        + (list.pop3UidlStart() >= 0 ? " P" + text(list, list.pop3UidlStart(),
                                list.pop3UidlStart() + list.pop3UidlLength()) : "")
                        + (list.pop3Order() != 0 ? " O" + list.pop3Order() : ""));
            }
            out.add("N" + list.nextUid());
        }
        return out;
    }

    private static String text(Uidlist list, int from, int to) {
        return ByteString.of(list.bytes(), from, to - from);
    }

    @Test
    void readsVersion3() throws Exception {
        assertEquals(List.of("V1500000000 G" + GUID.toLowerCase(Locale.ROOT), "1 1.a", "2 2.b:2,S Gg PP", "3 3 c: d P",
                "9 :2,S O7", "N20"),
                read("3 V1500000000 N20 G" + GUID + "\n1 :1.a\n2 Gg PP :2.b:2,S\n3 P :3 c: d\n9 O7 S12 W13 ::2,S\n"));
    }

    @Test
    void readsVersion1() throws Exception {
        assertEquals(List.of("V5 G-", "1 1.a:2,S", "2 G1 :2.b", "N4"), read("1 5 4\n1 1.a:2,S\n2  G1 :2.b\n"));
    }

    @Test
    void ignoresWhatDovecotIgnores() throws Exception {
        assertEquals(List.of("V5 G-", "1 1.a", "N2"), read("3 Pfmt N1  Xfoo   V5 \n1 lower x9 :1.a\n2 :still being writt"));
        assertEquals(List.of("none"), read(""));
        assertEquals(List.of("none"), read("3 V5 N1"));
        Files.delete(file());
        assertEquals(List.of("none"), read());
    }

    @Test
    void takesTheNextUidFromTheLastRecordIfThatIsHigher() throws Exception {
        assertEquals("N14", read("3 V5 N1\n13 :a\n").get(2));
        assertEquals("N4294967295", read("3 V5 N1\n4294967294 :a\n").get(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 V5 N1\n", "4 V5 N1\n", "3\n", "3 V5\n", "3 N5\n", "3 V0 N1\n", "3 V5 N0\n", "3 V5 N1 Gabc\n",
        "x\n", "\n", "3 V4294967296 N1\n", "3 V-5 N1\n", "3 V5x N1\n", "1 5\n", "1 5 0\n", "1 0 5\n", "1 a b\n", "\0\0\0\0\n",
        "33 V5 N1\n"})
    void refusesBadHeaders(String content) {
        CorruptFileException e = assertThrows(CorruptFileException.class, () -> read(content));
        assertTrue(e.file().endsWith(Uidlist.FILE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 :a\n", "2 :b\n1 :a\n", "1 :b\n1 :a\n", "x\n", "\n", "1\n", "1 \n", "1 a\n", "1 :\n", "1 G5\n",
        "1 :a/b\n", "4294967295 :a\n", "4294967296 :a\n", "99999999999999999999 :a\n", "-1 :a\n", "1x :a\n", "\0\0\0\0\n"})
    void refusesBadRecords(String records) {
        assertThrows(CorruptFileException.class, () -> read("3 V5 N1\n" + records));
    }

    @Test
    void refusesVersion1WithUidsAboveTheNext() {
        CorruptFileException e = assertThrows(CorruptFileException.class, () -> read("1 5 4\n3 a\n4 b\n"));
        assertEquals(10, e.offset());
        assertTrue(e.getMessage().contains("line 3: 4 b"), e.getMessage());
    }

    @Test
    void refusesWhatIsNoFile() throws Exception {
        Files.createDirectory(file());
        assertThrows(CorruptFileException.class, this::read);
        Files.delete(file());
        Files.createSymbolicLink(file(), temp.resolve("elsewhere"));
        assertEquals(PosixException.ELOOP, assertThrows(PosixException.class, this::read).errno());
    }

    @Test
    void survivesDamage() throws Exception {
        String valid = "3 V1500000000 N20 G" + GUID + "\n1 :1.a:2,S\n2 Gabc PP :2.b:2,S\n3 P :3 c\n9 O7 S12 W13 :4\n"
                + "11 :5.x,S=1\n";
        int corrupt = Fuzz.run(file(), valid, 2000, this::read);
        assertTrue(corrupt > 200 && corrupt < 1800, corrupt + " of 2000 were refused");
    }

    @Test
    void tellsTheStatusOfWhatIsOpen() throws Exception {
        Files.writeString(file(), "3 V5 N1\n");
        try (Uidlist list = Uidlist.open(dir, Uidlist.FILE).orElseThrow()) {
            assertEquals(8, list.status().size());
            assertFalse(list.next());
        }
    }
}
