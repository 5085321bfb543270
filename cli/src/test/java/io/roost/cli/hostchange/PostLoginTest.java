package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.hostchange.HostChange;
import io.roost.hostchange.LocalPath;
import io.roost.hostchange.Notes;
import io.roost.hostchange.UserPaths;
import io.roost.posix.ByteString;

/** The post-login script of the samples, run by itself. */
class PostLoginTest {
    @TempDir
    private Path temp;
    private Path index;
    private Path memory;
    private Path roost;
    private Path script;
    private String said;

    @BeforeEach
    void site() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        index = Files.createDirectories(temp.resolve("nfs/an na/mdbox"));
        memory = temp.resolve("shm/an na");
        Files.createDirectories(temp.resolve("shm"));
        roost = Launcher.script(temp.resolve("roost"), "exit 0");
        script = Launcher.postLogin(temp.resolve("postlogin.sh"), roost, "host=be1");
    }

    private void check() throws IOException {
        new HostChange("be1", false, Notes.NONE).check(new UserPaths("an na", bytes(index),
                new LocalPath(bytes(memory.getParent()), List.of("an na"))));
    }

    private static String bytes(Path path) {
        return ByteString.ofText(path.toString());
    }

    /** Runs it as script-login does; true if the user is let in. */
    private boolean login() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(script.toString(), "sh", "-c", "echo let in");
        builder.environment().put("USER", "an na");
        builder.environment().put("HOSTCHANGE_INDEX", index.toString());
        builder.environment().put("HOSTCHANGE_LISTINDEX", memory + "/dovecot.list.index");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes());
        said = new String(process.getErrorStream().readAllBytes());
        boolean in = process.waitFor() == 0;
        assertEquals(in ? "let in\n" : "", out, "nothing else goes to the client");
        return in;
    }

    private boolean callsRoost() throws Exception {
        int before = Launcher.runs(roost).size();
        assertTrue(login());
        return Launcher.runs(roost).size() > before;
    }

    @Test
    void callsRoostOnlyIfSomethingHasChanged() throws Exception {
        assertTrue(callsRoost());
        assertEquals("hostchange login --host be1 --quiet --index " + index + " --list-index " + memory
                + "/dovecot.list.index -- an na",
                Launcher.runs(roost).get(0));
        check();
        assertFalse(callsRoost());
        assertFalse(callsRoost());
        assertEquals("", said);
        Path record = index.resolve(".lasthost");
        Path seen = memory.resolve(".lasthost");
        List<Change> changes = List.of(
                () -> Files.setLastModifiedTime(record, FileTime.fromMillis(1)),
                () -> Files.copy(record, index.resolve("copy")),
                () -> Files.delete(record),
                () -> Files.writeString(record, "be1\n"),
                () -> Files.writeString(record, ""),
                () -> Files.delete(seen),
                () -> Files.writeString(seen, ""),
                () -> {
                    Files.delete(record);
                    Files.createDirectory(record);
                },
                () -> {
                    Files.delete(index.resolve(".lasthost"));
                    new ProcessBuilder("mkfifo", record.toString()).start().waitFor();
                });
        for (int i = 0; i < changes.size(); i++) {
            if (Files.isDirectory(record, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(record);
            }
            check();
            assertFalse(callsRoost());
            changes.get(i).happen();
            assertEquals(i != 1, callsRoost(), "change " + i);
        }
    }

    private interface Change {
        void happen() throws Exception;
    }

    /** Whatever bytes stand in the files: it is fresh only if Roost would say so, and nothing is run that stands there. */
    @Test
    void survivesMutations() throws Exception {
        check();
        Random random = new Random(3);
        String seen = Files.readString(memory.resolve(".lasthost"));
        for (int i = 0; i < 30; i++) {
            StringBuilder bytes = new StringBuilder(seen);
            int at = random.nextInt(bytes.length());
            switch (i % 3) {
                case 0 -> bytes.insert(at, "$(touch " + temp + "/pwned)`touch " + temp + "/pwned`\\\n*");
                case 1 -> bytes.setLength(at);
                default -> bytes.setCharAt(at, (char) (bytes.charAt(at) ^ 1 + random.nextInt(7)));
            }
            Files.writeString(memory.resolve(".lasthost"), bytes);
            assertTrue(callsRoost(), bytes::toString);
        }
        assertFalse(Files.exists(temp.resolve("pwned")));
    }

    @Test
    void withoutRoostTheListIndexIsRemoved() throws Exception {
        Launcher.script(roost, "exit 1");
        check();
        Files.writeString(memory.resolve("dovecot.list.index.log"), "x");
        Files.writeString(memory.resolve("dovecot.index"), "x");
        assertTrue(login(), "fresh as it is");
        Files.writeString(index.resolve(".lasthost"), "be2\n");
        assertTrue(login());
        assertEquals("postlogin: roost could not be run for an na; the list index is removed\n", said);
        assertFalse(Files.exists(memory.resolve("dovecot.list.index.log")));
        assertFalse(Files.exists(index.resolve(".lasthost")), "no host believes anything");
        assertTrue(Files.exists(memory.resolve("dovecot.index")));
        Files.createDirectory(index.resolve(".lasthost"));
        assertFalse(login());
        assertTrue(said.contains("may be stale and cannot be removed; not let in"), said);
        Files.delete(script);
        script = Launcher.postLogin(temp.resolve("postlogin.sh"), temp.resolve("nowhere"), "host=be1");
        Files.delete(index.resolve(".lasthost"));
        assertTrue(login());
    }

    @Test
    void migrationLooksForListIndexesOfOthers() throws Exception {
        Files.writeString(script, Files.readString(script).replace("\nmigration=no\n", "\nmigration=yes\n"));
        check();
        assertFalse(callsRoost());
        Files.writeString(index.resolve("dovecot.list.index.log"), "x");
        assertTrue(callsRoost());
        assertTrue(Launcher.runs(roost).get(0).startsWith("hostchange login --migration --host be1 "));
    }

    @Test
    void withoutTheUserdbsFieldsNobodyIsLetIn() throws Exception {
        index = Path.of("");
        assertFalse(login());
        assertEquals("postlogin: the userdb gives no hostchange_index and hostchange_listindex for an na\n", said);
    }
}
