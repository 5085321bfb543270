package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.testing.Requires;

class RewrittenFileTest {
    @TempDir
    Path temp;
    private Path path;
    private RewrittenFile file;

    @BeforeEach
    void make() throws IOException {
        path = Files.writeString(temp.resolve("users"), "one\n");
        file = new RewrittenFile(path.toString(), Duration.ofSeconds(30));
    }

    @Test
    void contentIsReplaced() throws IOException {
        assertTrue(file.rewrite(old -> bytes(text(old) + "two\n")));
        assertEquals("one\ntwo\n", Files.readString(path));
        assertFalse(file.rewrite(old -> old.clone()));
        assertEquals(List.of("users"), names());
    }

    /** Dovecot sees only size and seconds: versions of the same size within a second must differ all the same. */
    @Test
    void everyVersionHasItsOwnSecond() throws IOException {
        Set<Long> seconds = new HashSet<>(List.of(Files.getLastModifiedTime(path).to(TimeUnit.SECONDS)));
        for (int i = 0; i < 5; i++) {
            String content = "on" + i + "\n";
            file.rewrite(old -> bytes(content));
            assertTrue(seconds.add(Files.getLastModifiedTime(path).to(TimeUnit.SECONDS)), "version " + i);
        }
        assertEquals("on4\n", Files.readString(path));
    }

    @Test
    void modeStays() throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r----x"));
        file.rewrite(old -> bytes("two\n"));
        assertEquals("rw-r----x", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    @Requires(Requires.Ability.ROOT)
    void ownerStays() throws IOException {
        Files.setAttribute(path, "unix:uid", 4711);
        Files.setAttribute(path, "unix:gid", 4712);
        file.rewrite(old -> bytes("two\n"));
        assertEquals(4711, Files.getAttribute(path, "unix:uid"));
        assertEquals(4712, Files.getAttribute(path, "unix:gid"));
    }

    @Test
    void symbolicLinkStays() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), path);
        new RewrittenFile(link.toString(), Duration.ofSeconds(30)).rewrite(old -> bytes("two\n"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("two\n", Files.readString(path));
    }

    @Test
    void hardLinksAreNotParted() throws IOException {
        Path other = Files.createLink(temp.resolve("other"), path);
        GateException e = assertThrows(GateException.class, () -> file.rewrite(old -> bytes("two\n")));
        assertTrue(e.getMessage().contains("2 names"), e.getMessage());
        assertEquals("one\n", Files.readString(other));
    }

    @Test
    void nothingIsLeftOfAFailure() throws IOException {
        Files.writeString(temp.resolve(".users.roost-new"), "of a killed run");
        assertThrows(IOException.class, () -> file.rewrite(old -> {
            throw new IOException("no");
        }));
        assertEquals("one\n", Files.readString(path));
        file.rewrite(old -> bytes("two\n"));
        assertEquals(List.of("users"), names());
        assertThrows(IOException.class, () -> new RewrittenFile(temp + "/none", Duration.ofSeconds(1)).rewrite(old -> old));
        assertThrows(GateException.class, () -> new RewrittenFile("users", Duration.ofSeconds(1)).read());
    }

    /** An editor that knows nothing of locks. */
    @Test
    void whatOthersWriteMeanwhileIsKept() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        file.rewrite(old -> {
            int call = calls.incrementAndGet();
            if (call == 1) {
                Files.writeString(path, "theirs\n");
            } else if (call == 2) {
                Path edited = Files.writeString(temp.resolve("edited"), "theirs again\n");
                Files.move(edited, path, StandardCopyOption.REPLACE_EXISTING);
            }
            return bytes(text(old) + "ours\n");
        });
        assertEquals("theirs again\nours\n", Files.readString(path));
        assertEquals(3, calls.get());
        GateException e = assertThrows(GateException.class, () -> file.rewrite(old -> {
            Files.writeString(path, "theirs " + calls.incrementAndGet() + "\n");
            return bytes("ours");
        }));
        assertTrue(e.getMessage().contains("flock"), e.getMessage());
        assertEquals(List.of("users"), names());
    }

    @Test
    void waitsForTheLock() throws Exception {
        try (OpenDirectory directory = OpenDirectory.open(ByteString.ofText(temp.toString()));
                OpenFile held = directory.openForUpdate("users")) {
            assertTrue(held.tryLock());
            RewrittenFile impatient = new RewrittenFile(path.toString(), Duration.ofMillis(50));
            GateException e = assertThrows(GateException.class, () -> impatient.rewrite(old -> bytes("two\n")));
            assertTrue(e.getMessage().contains("lock of " + path), e.getMessage());
        }
        assertEquals("one\n", Files.readString(path));
    }

    @Test
    void noChangeOfManyIsLost() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String name = "t" + i;
            threads.add(new Thread(() -> {
                for (int k = 0; k < 10; k++) {
                    String line = name + "-" + k + "\n";
                    try {
                        // one of its own each, as processes have
                        new RewrittenFile(path.toString(), Duration.ofSeconds(60)).rewrite(old -> bytes(text(old) + line));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(41, Files.readAllLines(path).stream().distinct().count());
    }

    @Test
    void largeFiles() throws IOException {
        byte[] large = bytes("0123456789abcdef\n".repeat(20_000));
        file.rewrite(old -> large);
        assertArrayEquals(large, file.read());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(temp)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
