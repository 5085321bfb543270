package io.roost.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.TreeSet;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenDirectoryTest {
    @TempDir
    Path temp;
    private OpenDirectory dir;

    @BeforeEach
    void open() throws Exception {
        dir = OpenDirectory.open(ByteString.ofText(temp.toString()));
    }

    private static ByteBuffer direct(String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocateDirect(b.length).put(b).flip();
    }

    @Test
    void writesAndReadsBackAtAnyPosition() throws Exception {
        try (OpenFile f = dir.create("a", 0640)) {
            ByteBuffer text = direct("xxhello world");
            text.position(2);
            f.write(text);
            f.pwrite(direct("HELLO"), 0);
            f.sync();
            assertEquals(11, f.status().size());
            assertEquals(0640 & ~umask(), f.status().mode());
        }
        try (OpenFile f = dir.openFile("a")) {
            ByteBuffer in = ByteBuffer.allocateDirect(20);
            in.position(3);
            assertEquals(11, f.read(in));
            assertEquals(14, in.position());
            assertEquals('H', in.get(3));
            assertEquals('d', in.get(13));
            assertEquals(0, f.read(in));
            ByteBuffer some = ByteBuffer.allocateDirect(5);
            f.preadFully(some, 6);
            assertEquals('w', some.get(0));
        }
        assertEquals("HELLO world", Files.readString(temp.resolve("a")));
    }

    private static int umask() {
        int mask = Libc.C.umask(0);
        Libc.C.umask(mask);
        return mask;
    }

    @Test
    void statusAgreesWithJava() throws Exception {
        Path file = Files.write(temp.resolve("f"), new byte[1234]);
        // Java clamps times before 1970, touch does not
        new ProcessBuilder("touch", "-d", "@-86400.5", file.toString()).start().waitFor();
        FileStatus s = dir.status("f").orElseThrow();
        assertTrue(s.isFile());
        assertEquals(1234, s.size());
        assertEquals(-86_401, s.mtime());
        assertEquals(500_000_000, s.mtimeNanos());
        assertEquals(Files.getAttribute(file, "unix:ino"), s.inode());
        assertEquals(Files.getAttribute(file, "unix:uid"), s.uid());
        assertEquals(((FileTime) Files.getAttribute(file, "unix:ctime")).toMillis() / 1000, s.ctime());
        assertTrue(dir.status("nothing").isEmpty());
        assertTrue(dir.status().isDirectory());
        assertTrue(dir.fileSystem().freeBytes() > 0);
    }

    @Test
    void listsEveryNameWithItsBytes() throws Exception {
        TreeSet<String> expected = new TreeSet<>();
        for (int i = 0; i < 5000; i++) {
            String name = "1600000000.M" + i + "P1.host,S=" + i + (i % 2 == 0 ? ":2,S" : "\u00ff\u0001b");
            dir.create(name, 0600).close();
            expected.add(name);
        }
        TreeSet<String> found = new TreeSet<>();
        dir.list((name, kind) -> {
            assertEquals(FileStatus.Kind.FILE, kind);
            found.add(name);
        });
        assertEquals(expected, found);
    }

    @Test
    void followsNoSymbolicLink() throws Exception {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "x");
        Files.createSymbolicLink(temp.resolve("dirlink"), outside);
        Files.createSymbolicLink(temp.resolve("filelink"), outside.resolve("secret"));
        assertThrows(PosixException.class, () -> dir.openDirectory("dirlink"));
        PosixException e = assertThrows(PosixException.class, () -> dir.openFile("filelink"));
        assertEquals(PosixException.ELOOP, e.errno());
        assertEquals(FileStatus.Kind.SYMLINK, dir.status("dirlink").orElseThrow().kind());
        dir.removeTree("dirlink");
        assertTrue(Files.exists(outside.resolve("secret")));
    }

    @Test
    void readingLeavesTheAccessTimeAlone() throws Exception {
        Path file = Files.writeString(temp.resolve("f"), "x");
        Files.setAttribute(file, "lastAccessTime", FileTime.fromMillis(1000));
        try (OpenFile f = dir.openFile("f")) {
            f.read(ByteBuffer.allocateDirect(1));
        }
        assertEquals(1000, ((FileTime) Files.getAttribute(file, "lastAccessTime")).toMillis());
    }

    @Test
    void locksExcludeAnotherDescriptor() throws Exception {
        try (OpenFile a = dir.openOrCreate("lock", 0600); OpenFile b = dir.openOrCreate("lock", 0600)) {
            assertTrue(a.tryLock());
            assertFalse(b.tryLock());
        }
    }

    @Test
    void aFailureNamesWhatAndWhere() {
        PosixException e = assertThrows(PosixException.class, () -> dir.openFile("no\u0001such"));
        assertTrue(e.isNotFound());
        assertEquals("cannot open " + temp + "/no\\x01such: No such file or directory", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> dir.openFile("nul\0byte"));
    }

    @Test
    void aFifoDoesNotBlock() throws Exception {
        new ProcessBuilder("mkfifo", temp.resolve("fifo").toString()).start().waitFor();
        try (OpenFile f = dir.openFile("fifo")) {
            assertEquals(FileStatus.Kind.OTHER, f.status().kind());
        }
    }
}
