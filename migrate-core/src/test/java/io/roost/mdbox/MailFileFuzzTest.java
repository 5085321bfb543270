package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.index.Mutator;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** Damaged {@code m.N}: either they are read, or the damage is named; nothing else is thrown. */
class MailFileFuzzTest {
    private static final int ROUNDS = 1000;

    @TempDir
    Path temp;

    @Test
    void damageIsReadOrNamed() throws Exception {
        int read = 0;
        try (OpenDirectory storage = TestMdbox.open(temp)) {
            try (MailFileWriter writer = MailFileWriter.create(storage, Ownership.PRIVATE, 1 << 20, 1, 5)) {
                for (int i = 0; i < 8; i++) {
                    writer.append(ByteBuffer.wrap(new byte[i * 3]),
                            new MailMetadata(i * 2, i, i, i % 2 == 0 ? "uidl" : null, i, "guid" + i, "INBOX"));
                }
                writer.flush();
            }
            byte[] valid = Files.readAllBytes(temp.resolve("m.1"));
            for (int seed = 0; seed < ROUNDS; seed++) {
                Files.write(temp.resolve("m.1"), Mutator.mutate(valid, new Random(seed)));
                try {
                    read += scan(storage) ? 1 : 0;
                } catch (RuntimeException | OutOfMemoryError e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        }
        assertTrue(read > ROUNDS / 10 && read < ROUNDS * 9 / 10, read + " of " + ROUNDS + " were read");
    }

    private static boolean scan(OpenDirectory storage) throws Exception {
        try (MailFileReader reader = MailFileReader.open(storage, 1)) {
            long[] end = {reader.firstOffset()};
            reader.scan(mail -> {
                long[] size = new long[1];
                reader.data(mail, chunk -> size[0] += chunk.remaining());
                assertEquals(mail.dataSize(), size[0]);
                end[0] += mail.recordSize();
            });
            assertEquals(reader.length(), end[0]);
            return true;
        } catch (CorruptFileException e) {
            return false;
        }
    }
}
