package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserListTest {
    @TempDir
    private Path temp;
    private final UserList list = new UserList();
    private final Set<String> names = new LinkedHashSet<>();

    private void read(byte[] bytes) throws CommandException {
        list.read("--users-file", "-", new ByteArrayInputStream(bytes), names);
    }

    private void read(String text) throws CommandException {
        read(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aNameALineAndEachOnce() throws Exception {
        read("\ufeffanna\r\n# those of the first night\n\nbert@example.org\nanna\n  \nmärta\ncarl dot");
        list.requireWellFormed();
        assertEquals(List.of("anna", "bert@example.org", "märta", "carl dot"), List.copyOf(names));
    }

    @Test
    void everyMalformedNameIsToldWithItsLine() throws Exception {
        Path file = temp.resolve("users.txt");
        Files.writeString(file, "anna\nbert/../x\n\n..\ncarl\ta\n" + "x".repeat(300) + "\ndora\n");
        list.read("--users-file", file.toString(), null, names);
        String said = assertThrows(CommandException.class, list::requireWellFormed).getMessage();
        for (int line : new int[] {2, 4, 5, 6}) {
            assertTrue(said.contains(" " + file + ":" + line + ": "), said);
        }
        assertTrue(said.startsWith("nothing was begun: 4 names are malformed"), said);
        assertEquals(List.of("anna", "dora"), List.copyOf(names));
    }

    @Test
    void manyMalformedNamesAreCounted() throws Exception {
        read("a/b\n".repeat(1000));
        String said = assertThrows(CommandException.class, list::requireWellFormed).getMessage();
        assertTrue(said.contains("1000 names are malformed: ") && said.endsWith("; and 980 more"), said);
        assertTrue(said.chars().noneMatch(Character::isISOControl), "one line");
    }

    @Test
    void otherBytesThanUtf8AreNoNames() {
        String said = assertThrows(CommandException.class, () -> read(new byte[] {'a', (byte) 0xe4, '\n'})).getMessage();
        assertTrue(said.contains("expected UTF-8"), said);
    }

    @Test
    void aFileThatIsNotThereIsAMistakeOfTheCommandLine() {
        assertEquals(ExitCode.USAGE, assertThrows(CommandException.class,
                () -> list.read("--users-file", temp.resolve("none").toString(), null, names)).code());
        assertEquals(ExitCode.USAGE, assertThrows(CommandException.class,
                () -> list.read("--users-file", temp.toString(), null, names)).code());
    }

    @Test
    void anyBytesGiveNamesOrAMessage() {
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                for (int k = 0; k < bytes.length; k++) {
                    bytes[k] = (byte) (bytes[k] & 0x7f);
                }
            }
            try {
                read(bytes);
            } catch (CommandException e) {
                assertEquals(ExitCode.USAGE, e.code());
            }
        }
        assertTrue(names.stream().noneMatch(name -> name.contains("/") || name.contains("\t")));
    }
}
