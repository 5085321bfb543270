package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

class MailFileTest {
    private static final String GUID = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path temp;
    private OpenDirectory storage;

    @BeforeEach
    void open() throws Exception {
        storage = TestMdbox.open(temp);
    }

    private MailFileWriter writer(long rotateSize) {
        return MailFileWriter.create(storage, Ownership.PRIVATE, rotateSize, 1, 0x5f5e1000L);
    }

    private static MailMetadata metadata(long size, String guid) {
        return new MailMetadata(size, 0x60000000L, size + 7, null, 0, guid, "INBOX");
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(TestMdbox.bytes(text));
    }

    private static byte[] data(MailFileReader reader, StoredMail mail) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader.data(mail, chunk -> {
            byte[] b = new byte[chunk.remaining()];
            chunk.get(b);
            out.writeBytes(b);
        });
        return out.toByteArray();
    }

    @Test
    void bytesAreTheFormats() throws Exception {
        try (MailFileWriter writer = writer(1000)) {
            assertEquals(0, writer.length());
            assertTrue(writer.flush().isEmpty());
            assertEquals(new Placement(1, 16, 94), writer.append(text("hello"),
                    new MailMetadata(5, 0x60000000L, 7, null, 0, GUID, "INBOX")));
            assertEquals(new Placement(1, 110, 75), writer.append(text("xx"),
                    new MailMetadata(0xabcd, 1, 0xabcde, "uidl 1", 12, "x.y", "A/B")));
            List<MailFileWriter.Unsynced> unsynced = writer.flush();
            assertEquals(1, unsynced.size());
            assertEquals(writer.length(), unsynced.get(0).length());
            assertFalse(unsynced.get(0).finished());
            assertTrue(writer.flush().isEmpty());
        }
        assertEquals("2 M1e C5f5e1000\n"
                + "\1\2N          0000000000000005\nhello\n\1\3\nR60000000\nV7\nG" + GUID + "\nBINBOX\n\n"
                + "\1\2N          0000000000000002\nxx\n\1\3\nZabcd\nR1\nVabcde\nPuidl 1\nO12\nGx.y\nBA/B\n\n",
                Files.readString(temp.resolve("m.1"), StandardCharsets.ISO_8859_1));
    }

    @Test
    void rotatesAsDovecotDoes() throws Exception {
        try (MailFileWriter writer = writer(1000)) {
            // 16 bytes of file header, 30 of message header, 61 of metadata
            assertEquals(1, writer.append(text("x".repeat(400)), metadata(400, GUID)).fileId());
            assertEquals(507, writer.length());
            // just fits: 507 + 493
            assertEquals(1, writer.append(text("x".repeat(493)), metadata(493, GUID)).fileId());
            // a huge one gets a file of its own, and nothing after it
            assertEquals(2, writer.append(text("x".repeat(5000)), metadata(5000, GUID)).fileId());
            assertEquals(new Placement(3, 16, 90), writer.append(text("y"), metadata(1, GUID)));
            assertEquals(16 + 90, writer.length());
            List<MailFileWriter.Unsynced> unsynced = writer.flush();
            assertEquals(List.of(1, 2, 3), unsynced.stream().map(MailFileWriter.Unsynced::fileId).toList());
            assertEquals(List.of(true, true, false), unsynced.stream().map(MailFileWriter.Unsynced::finished).toList());
            for (MailFileWriter.Unsynced u : unsynced) {
                assertEquals(u.length(), u.file().status().size());
                if (u.finished()) {
                    u.file().close();
                }
            }
            writer.append(text("z"), metadata(1, GUID));
            assertEquals(3, writer.flush().get(0).fileId());
        }
    }

    @Test
    void streamsAndAborts() throws Exception {
        Random random = new Random(3);
        byte[] large = new byte[3_500_000];
        random.nextBytes(large);
        try (MailFileWriter writer = writer(100_000_000)) {
            Placement first = writer.append(text("first"), metadata(5, GUID));
            writer.begin(large.length);
            for (int at = 0; at < large.length;) {
                int n = Math.min(large.length - at, 1 + random.nextInt(2_000_000));
                ByteBuffer chunk = random.nextBoolean() ? ByteBuffer.allocateDirect(n).put(large, at, n).flip()
                        : ByteBuffer.wrap(large, at, n);
                writer.data(chunk);
                assertFalse(chunk.hasRemaining());
                at += n;
            }
            Placement streamed = writer.end(metadata(large.length, GUID));
            assertEquals(first.offset() + first.recordSize(), streamed.offset());
            long end = writer.length();

            // abort what is partly on disk, and what is still in the buffer
            writer.begin(5_000_000);
            writer.data(ByteBuffer.wrap(large));
            writer.abort();
            assertEquals(end, writer.length());
            writer.begin(100);
            writer.data(text("x"));
            assertThrows(IOException.class, () -> writer.end(metadata(100, GUID)));
            assertThrows(IllegalStateException.class, () -> writer.append(text("y"), metadata(1, GUID)));
            writer.abort();
            writer.begin(1);
            assertThrows(IOException.class, () -> writer.data(text("xx")));
            writer.abort();
            writer.abort();
            Placement last = writer.append(text("last"), metadata(4, GUID));
            assertEquals(end, last.offset());
            writer.flush();
            assertEquals(writer.length(), Files.size(temp.resolve("m.1")));

            try (MailFileReader reader = MailFileReader.open(storage, 1)) {
                assertArrayEquals(large, data(reader, reader.read(streamed.offset())));
                assertArrayEquals(TestMdbox.bytes("first"), data(reader, reader.read(first.offset())));
                assertArrayEquals(TestMdbox.bytes("last"), data(reader, reader.read(last.offset())));
                List<Long> offsets = new ArrayList<>();
                reader.scan(mail -> offsets.add(mail.offset()));
                assertEquals(List.of(first.offset(), streamed.offset(), last.offset()), offsets);
            }
        }
    }

    @Test
    void aFlushAmidAMailForgetsNothing() throws Exception {
        try (MailFileWriter writer = writer(1000)) {
            writer.append(text("a"), metadata(1, GUID));
            long committed = writer.length();
            writer.begin(4);
            writer.data(text("bb"));
            assertEquals(committed, writer.flush().get(0).length());
            writer.data(text("bb"));
            writer.end(metadata(4, GUID));
            List<MailFileWriter.Unsynced> unsynced = writer.flush();
            assertEquals(writer.length(), unsynced.get(0).length());
            assertEquals(writer.length(), Files.size(temp.resolve("m.1")));
            writer.begin(4);
            writer.flush();
            writer.abort();
            assertEquals(1, writer.flush().size());
            assertEquals(writer.length(), Files.size(temp.resolve("m.1")));
        }
    }

    @Test
    void anAbortAfterRotationLeavesAUsableFile() throws Exception {
        try (MailFileWriter writer = writer(100)) {
            writer.append(text("x".repeat(200)), metadata(200, GUID));
            writer.begin(300);
            writer.data(text("y".repeat(50)));
            writer.abort();
            assertEquals(2, writer.fileId());
            assertEquals(16, writer.length());
            assertEquals(new Placement(2, 16, 93), writer.append(text("zzzz"), metadata(4, GUID)));
        }
    }

    /** Mails of all sizes in random order, sequentially and at random; also when metadata is longer than usual. */
    @Test
    void whatIsWrittenIsRead() throws Exception {
        Random random = new Random(5);
        List<byte[]> texts = new ArrayList<>();
        List<Placement> placements = new ArrayList<>();
        List<MailMetadata> all = new ArrayList<>();
        try (MailFileWriter writer = writer(2_000_000)) {
            for (int i = 0; i < 400; i++) {
                byte[] text = new byte[(int) Math.exp(random.nextDouble() * 13.5) - 1];
                random.nextBytes(text);
                MailMetadata m = new MailMetadata(i % 7 == 0 ? i : text.length, random.nextInt(Integer.MAX_VALUE), i,
                        i % 50 == 1 ? "u".repeat(i * 100) : i % 3 == 0 ? "" : null, i % 4, "g" + i, i % 5 == 0 ? "" : "b/" + i);
                texts.add(text);
                all.add(m);
                placements.add(writer.append(ByteBuffer.wrap(text), m));
            }
            writer.flush().stream().filter(MailFileWriter.Unsynced::finished).forEach(u -> u.file().close());
        }
        int highest = placements.get(399).fileId();
        assertTrue(highest > 5);
        int[] n = new int[1];
        for (int id = 1; id <= highest; id++) {
            try (MailFileReader reader = MailFileReader.open(storage, id)) {
                reader.scan(mail -> {
                    int i = n[0]++;
                    assertEquals(placements.get(i).offset(), mail.offset());
                    assertEquals(placements.get(i).recordSize(), mail.recordSize());
                    assertEquals(all.get(i), mail.metadata());
                    if (i % 2 == 0) {
                        assertArrayEquals(texts.get(i), data(reader, mail));
                    }
                });
            }
        }
        assertEquals(400, n[0]);
        for (int k = 0; k < 200; k++) {
            int i = random.nextInt(400);
            try (MailFileReader reader = MailFileReader.open(storage, placements.get(i).fileId())) {
                assertArrayEquals(texts.get(i), data(reader, reader.read(placements.get(i).offset())));
            }
        }
    }

    @Test
    void resumesAtWhatWasCommitted() throws Exception {
        long committed;
        try (MailFileWriter writer = writer(1000)) {
            writer.append(text("a"), metadata(1, GUID));
            committed = writer.length();
            writer.append(text("b"), metadata(1, GUID));
            writer.flush();
        }
        try (MailFileWriter writer = MailFileWriter.resume(storage, Ownership.PRIVATE, 1000, 1, committed, 9)) {
            assertEquals(committed, writer.length());
            assertEquals(committed, Files.size(temp.resolve("m.1")));
            assertTrue(writer.flush().isEmpty());
            assertEquals(committed, writer.append(text("cc"), metadata(2, GUID)).offset());
            assertEquals(2, writer.append(text("d".repeat(1000)), metadata(1000, GUID)).fileId());
            writer.flush().stream().filter(MailFileWriter.Unsynced::finished).forEach(u -> u.file().close());
        }
        try (MailFileReader reader = MailFileReader.open(storage, 1)) {
            List<String> found = new ArrayList<>();
            reader.scan(mail -> found.add(new String(data(reader, mail), StandardCharsets.ISO_8859_1)));
            assertEquals(List.of("a", "cc"), found);
        }
        // nothing of the file counts
        try (MailFileWriter writer = MailFileWriter.resume(storage, Ownership.PRIVATE, 1000, 2, 0, 9)) {
            assertFalse(Files.exists(temp.resolve("m.2")));
            assertEquals(new Placement(2, 9, 90), writer.append(text("e"), metadata(1, GUID)));
        }
        assertThrows(CorruptFileException.class,
                () -> MailFileWriter.resume(storage, Ownership.PRIVATE, 1000, 1, 100_000, 9));
        Files.writeString(temp.resolve("m.7"), "2 M20 C0\n" + "x".repeat(100));
        assertThrows(CorruptFileException.class, () -> MailFileWriter.resume(storage, Ownership.PRIVATE, 1000, 7, 50, 9));
        assertThrows(PosixException.class, () -> MailFileWriter.resume(storage, Ownership.PRIVATE, 1000, 8, 50, 9));
    }

    /** The map has 32 bits for offsets, whatever the rotate size. The file here has holes, so it costs nothing. */
    @Test
    void noFileReaches4GiB() throws Exception {
        long almost = 0xffffffffL - 100_000;
        try (MailFileWriter writer = writer(Long.MAX_VALUE)) {
            writer.append(text("a"), metadata(1, GUID));
            writer.flush().get(0).file().truncate(almost);
        }
        try (MailFileWriter writer = MailFileWriter.resume(storage, Ownership.PRIVATE, Long.MAX_VALUE, 1, almost, 5)) {
            Placement p = writer.append(text("b"), metadata(1, GUID));
            assertEquals(new Placement(1, almost, 90), p);
            assertEquals(2, writer.append(text("c".repeat(100_000)), metadata(100_000, GUID)).fileId());
            writer.flush();
            try (MailFileReader reader = MailFileReader.open(storage, 1)) {
                assertArrayEquals(TestMdbox.bytes("b"), data(reader, reader.read(almost)));
            }
        }
    }

    @Test
    void refusesWhatWouldBreakTheFile() throws Exception {
        try (MailFileWriter writer = writer(1000)) {
            writer.append(text("a"), metadata(1, GUID));
            long length = writer.length();
            IOException e = assertThrows(IOException.class, () -> writer.begin(0xffffffffL));
            assertEquals("a mail of 4294967295 bytes is too large for mdbox, which ends below 4 GiB", e.getMessage());
            for (String guid : new String[] {"", "a\nb", "a\0b"}) {
                assertThrows(IOException.class, () -> writer.append(text("b"), metadata(1, guid)));
            }
            assertThrows(IOException.class, () -> writer.append(text("b"), metadata(1, "g".repeat(70_000))));
            assertThrows(IOException.class, () -> writer.append(text("b"),
                    new MailMetadata(1, 0, 1, "u\n", 0, GUID, "INBOX")));
            assertEquals(length, writer.length());
            writer.append(text("c"), metadata(1, GUID));
            writer.flush();
        }
        try (MailFileReader reader = MailFileReader.open(storage, 1)) {
            int[] n = new int[1];
            reader.scan(mail -> n[0]++);
            assertEquals(2, n[0]);
        }
        assertThrows(PosixException.class, () -> writer(1000).append(text("a"), metadata(1, GUID)));
    }

    private void m9(String content) throws IOException {
        Files.write(temp.resolve("m.9"), TestMdbox.bytes(content));
    }

    @Test
    void damageIsNamed() throws Exception {
        String header = "2 M1e C5\n";
        String mail = "\1\2N          0000000000000002\nxx";
        String end = "\n\1\3\nR1\nV2\nGabc\n\n";
        m9(header + mail + end);
        try (MailFileReader reader = MailFileReader.open(storage, 9)) {
            MailMetadata m = reader.read(9).metadata();
            assertEquals(new MailMetadata(2, 1, 2, null, 0, "abc", ""), m);
            assertThrows(CorruptFileException.class, () -> reader.read(8));
            assertThrows(CorruptFileException.class, () -> reader.read(10));
            assertThrows(CorruptFileException.class, () -> reader.read(1000));
        }
        for (String bad : List.of("", "2 M1e", "3 M1e\n", "2 C5\n", "2 M1d C5\n", "2 Mxx C5\n", "x".repeat(1000))) {
            m9(bad);
            assertThrows(CorruptFileException.class, () -> MailFileReader.open(storage, 9).close(), bad);
        }
        for (String bad : List.of(header + mail + end + "x", header + mail, header + mail + end.substring(0, end.length() - 1),
                header + mail + "\n\1\3\nR1\nV2\n\n", header + mail + "\n\1\3\nRx\nGabc\n\n", header + mail + "\n\1\3\nG\n\n",
                header + mail.replace("02", "ff") + end, header + mail.replace('\1', '\2') + end,
                header + mail.replace("0000000000000002", "ffffffffffffffff") + end,
                header + mail + "\n\1\3\nO99999999999999999999\nGabc\n\n",
                header + mail + "\n\1\3\nGabc\n" + "X\n".repeat(50_000) + "\n")) {
            m9(bad);
            try (MailFileReader reader = MailFileReader.open(storage, 9)) {
                assertThrows(CorruptFileException.class, () -> reader.scan(m -> assertEquals(9, m.offset())), bad);
            }
        }
        m9(header);
        try (MailFileReader reader = MailFileReader.open(storage, 9)) {
            reader.scan(m -> {
                throw new AssertionError();
            });
            assertEquals(9, reader.firstOffset());
        }
        // lower-case hex, other keys, the first of two counts, no mailbox
        m9("1 M1E Xq C5\n" + mail.replace("0000000000000002", "000000000000000a").replace("xx", "0123456789")
                + "\n\1\3\nG1\nG2\nKx\nVAF\nRaF\n\n");
        try (MailFileReader reader = MailFileReader.open(storage, 9)) {
            assertEquals(5, reader.header().createStamp());
            MailMetadata m = reader.read(12).metadata();
            assertEquals(new MailMetadata(10, 0xaf, 0xaf, null, 0, "1", ""), m);
            assertNull(m.pop3Uidl());
        }
    }
}
