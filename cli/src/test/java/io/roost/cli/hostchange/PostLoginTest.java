package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.hostchange.PostLoginSite.By;

/** When the post-login script of the samples does something, and when it leaves it to Roost. */
class PostLoginTest {
    @TempDir
    private Path temp;
    private PostLoginSite site;

    @BeforeEach
    void site() throws IOException {
        site = new PostLoginSite(temp);
    }

    private interface Change {
        void happen() throws Exception;
    }

    private void after(By expected, Change change) throws Exception {
        if (Files.isDirectory(site.record, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(site.record);
        }
        site.check("be1");
        assertEquals(By.NOBODY, site.loginBy(), () -> site.said);
        assertEquals("", site.said);
        change.happen();
        assertEquals(expected, site.loginBy(), () -> site.said);
    }

    @Test
    void eachChangeIsSeen() throws Exception {
        Path record = site.record;
        Path seen = site.seen;
        after(By.NOBODY, () -> Files.copy(record, site.index.resolve("copy")));
        after(By.SCRIPT, () -> Files.setLastModifiedTime(record, FileTime.fromMillis(1)));
        after(By.SCRIPT, () -> Files.delete(record));
        after(By.SCRIPT, () -> Files.writeString(record, "be1\n"));
        after(By.SCRIPT, () -> site.check("be2"));
        after(By.SCRIPT, () -> Files.delete(seen));
        after(By.SCRIPT, () -> Files.writeString(seen, ""));
        // the same words in another file, which then has the other's inode number
        after(By.SCRIPT, () -> {
            FileTime time = Files.getLastModifiedTime(record);
            Path other = Files.copy(record, site.index.resolve("other"));
            Files.move(other, record, StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(record, time);
        });
        after(By.ROOST, () -> Files.writeString(record, ""));
        after(By.ROOST, () -> Files.writeString(record, "be1\nno token\n"));
        after(By.ROOST, () -> Files.writeString(record, Files.readString(record) + "more"));
        after(By.ROOST, () -> Files.writeString(seen, "garbage\n"));
        after(By.ROOST, () -> Files.writeString(seen, Files.readString(seen) + "more\n"));
        after(By.ROOST, () -> {
            Files.delete(record);
            Files.createDirectory(record);
        });
        after(By.ROOST, () -> {
            Files.delete(record);
            new ProcessBuilder("mkfifo", record.toString()).start().waitFor();
        });
        after(By.ROOST, () -> Files.createSymbolicLink(record, Files.move(record, site.index.resolve("elsewhere"))));
    }

    @Test
    void roostIsToldAll() throws Exception {
        Files.writeString(site.record, "");
        assertEquals(By.ROOST, site.loginBy());
        assertEquals("hostchange login --host be1 --quiet --index " + site.index + " --list-index " + site.memory
                + "/dovecot.list.index -- an na", Launcher.runs(site.roost).get(0));
    }

    /** Whatever bytes stand in the files: it is fresh only if Roost would say so, and nothing is run that stands there. */
    @Test
    void survivesMutations() throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 40; i++) {
            Files.deleteIfExists(site.record);
            site.check("be1");
            Path file = i % 2 == 0 ? site.seen : site.record;
            String before = Files.readString(file);
            StringBuilder bytes = new StringBuilder(before);
            int at = random.nextInt(bytes.length());
            switch (i / 2 % 3) {
                case 0 -> bytes.insert(at, "$(touch " + temp + "/pwned)`touch " + temp + "/pwned`\\\n*");
                case 1 -> bytes.setLength(at);
                default -> bytes.setCharAt(at, (char) (bytes.charAt(at) ^ 1 + random.nextInt(7)));
            }
            Files.writeString(file, bytes);
            assertNotEquals(By.NOBODY, site.loginBy(), bytes::toString);
        }
        assertFalse(Files.exists(temp.resolve("pwned")));
    }

    @Test
    void withoutRoostTheListIndexIsRemoved() throws Exception {
        Launcher.script(site.roost, "exit 1");
        site.check("be1");
        Files.writeString(site.memory.resolve("dovecot.list.index.log"), "x");
        Files.writeString(site.memory.resolve("dovecot.index"), "x");
        assertTrue(site.login(), "fresh as it is");
        Files.writeString(site.record, "");
        assertTrue(site.login());
        assertEquals("postlogin: roost could not be run for an na; the list index is removed\n", site.said);
        assertFalse(Files.exists(site.memory.resolve("dovecot.list.index.log")));
        assertFalse(Files.exists(site.record), "no host believes anything");
        assertTrue(Files.exists(site.memory.resolve("dovecot.index")));
        Files.createDirectory(site.record);
        assertFalse(site.login());
        assertTrue(site.said.contains("may be stale and cannot be removed; not let in"), site.said);
        Files.delete(site.script);
        site.script = Launcher.postLogin(temp.resolve("postlogin.sh"), temp.resolve("nowhere"), "host=be1");
        Files.delete(site.record);
        Files.writeString(site.record, "");
        assertTrue(site.login());
    }

    @Test
    void migrationIsLeftToRoost() throws Exception {
        Files.writeString(site.script, Files.readString(site.script).replace("\nmigration=no\n", "\nmigration=yes\n"));
        site.check("be1");
        assertEquals(By.NOBODY, site.loginBy());
        Files.writeString(site.index.resolve("dovecot.list.index.log"), "x");
        assertEquals(By.ROOST, site.loginBy());
        assertTrue(Launcher.runs(site.roost).get(0).startsWith("hostchange login --migration --host be1 "));
    }

    /** Such a user name leads to a directory of nobody, or of another. */
    @Test
    void namesThatAreNoNamesAreRefused() throws Exception {
        Path above = site.memory.getParent();
        Files.createDirectories(above);
        Files.writeString(above.resolve("dovecot.list.index"), "precious");
        for (String name : List.of("/..", "/.", "/", "/x/..")) {
            Process process = site.start(Map.of("HOSTCHANGE_LISTINDEX", above + name + "/dovecot.list.index"));
            assertEquals("", new String(process.getInputStream().readAllBytes()), name);
            assertTrue(new String(process.getErrorStream().readAllBytes()).contains("have empty names, . or .. in them"));
            process = site.start(Map.of("HOSTCHANGE_INDEX", site.index + name));
            assertEquals(name.equals("/") ? "let in\n" : "", new String(process.getInputStream().readAllBytes()), name);
        }
        assertEquals("precious", Files.readString(above.resolve("dovecot.list.index")));
    }

    @Test
    void withoutTheUserdbsFieldsNobodyIsLetIn() throws Exception {
        Files.writeString(site.script, Files.readString(site.script).replace("\nindex=${HOSTCHANGE_INDEX-}\n", "\nindex=\n"));
        assertFalse(site.login());
        assertEquals("postlogin: the userdb gives no hostchange_index and hostchange_listindex for an na\n", site.said);
    }
}
