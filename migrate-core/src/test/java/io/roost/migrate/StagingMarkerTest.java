package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;

class StagingMarkerTest {
    private static final StagingMarker MARKER = new StagingMarker("set-1", "store-1", "/var/lib/roost", "anna@löwe.example",
            Map.of("root", "/mail/anna/mdbox", "index", "/index/anna"), false);

    @TempDir
    Path temp;
    private OpenDirectory tree;
    private Path file;

    @BeforeEach
    void open() throws Exception {
        tree = OpenDirectory.open(ByteString.ofText(temp.toString()));
        file = temp.resolve(StagingMarker.NAME);
    }

    @AfterEach
    void close() {
        tree.close();
    }

    private void write(StagingMarker marker) throws Exception {
        try (OpenFile out = tree.openOrCreate(StagingMarker.NAME, 0600)) {
            marker.write(out);
        }
    }

    @Test
    void readsWhatItWrote() throws Exception {
        for (StagingMarker marker : new StagingMarker[] {MARKER, MARKER.inPhase(true),
            new StagingMarker("s", "t", "/odd\tplace\n\\040", "user\twith\nodd\\name\u007f", Map.of("root", "/a\tb\nc\\d"), true)}) {
            write(marker);
            assertEquals(marker, StagingMarker.read(tree));
        }
    }

    @Test
    void theFormatIsThis() throws Exception {
        write(MARKER);
        assertEquals("""
                roost-staging 1
                phase\tbuilding
                set\tset-1
                store\tstore-1
                state\t/var/lib/roost
                user\tanna@löwe.example
                tree\tindex\t/index/anna
                tree\troot\t/mail/anna/mdbox
                """, Files.readString(file));
    }

    @Test
    void theNextPhaseChangesNothingButAWordOfTheSameLengthNearTheStart() throws Exception {
        write(MARKER);
        byte[] building = Files.readAllBytes(file);
        write(MARKER.inPhase(true));
        byte[] renaming = Files.readAllBytes(file);
        assertEquals(building.length, renaming.length);
        int first = Arrays.mismatch(building, renaming);
        assertTrue(first > 0 && first < 64);
        assertEquals(-1, Arrays.mismatch(Arrays.copyOfRange(building, first + 8, building.length),
                Arrays.copyOfRange(renaming, first + 8, renaming.length)));
    }

    @Test
    void noneAndAnEmptyOneAreNone() throws Exception {
        assertNull(StagingMarker.read(tree));
        Files.createFile(file);
        assertNull(StagingMarker.read(tree));
    }

    @Test
    void whatIsNoMarkerIsToldByPath() throws Exception {
        Files.writeString(file, "roost-staging 2\n");
        CorruptFileException e = assertThrows(CorruptFileException.class, () -> StagingMarker.read(tree));
        assertTrue(e.getMessage().contains(file.toString()) && e.getMessage().contains("roost-staging 2"), e.getMessage());
        Files.delete(file);
        Files.createDirectory(file);
        assertThrows(CorruptFileException.class, () -> StagingMarker.read(tree));
        Files.delete(file);
        Files.createSymbolicLink(file, temp.resolve("elsewhere"));
        assertThrows(CorruptFileException.class, () -> StagingMarker.read(tree));
    }

    @Test
    void aMarkerThatWasCutOffIsNeverTakenForAnother() throws Exception {
        write(MARKER);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 1; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try {
                StagingMarker read = StagingMarker.read(tree);
                // Cut within or before the last tree.
                assertEquals(Map.of("index", "/index/anna"), read.trees());
                assertEquals(MARKER.user(), read.user());
            } catch (CorruptFileException e) {
                assertTrue(length < whole.length - 1);
            }
        }
    }

    @Test
    void anythingElseIsCorruptAndNothingWorse() throws Exception {
        write(MARKER);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(11);
        int corrupt = 0;
        for (int round = 0; round < 2000; round++) {
            byte[] bad = Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(2 * whole.length) : whole.length);
            for (int changes = random.nextInt(6); changes > 0 && bad.length > 0; changes--) {
                bad[random.nextInt(bad.length)] = "\t\n\\07r\u0000\u00ff".getBytes(StandardCharsets.ISO_8859_1)[random.nextInt(8)];
            }
            Files.write(file, bad);
            try {
                StagingMarker.read(tree);
            } catch (CorruptFileException e) {
                corrupt++;
            }
        }
        assertTrue(corrupt > 500);
        byte[] backslashes = new byte[200_000];
        Arrays.fill(backslashes, (byte) '\\');
        System.arraycopy(whole, 0, backslashes, 0, whole.length);
        Files.write(file, backslashes);
        assertEquals(MARKER.user(), StagingMarker.read(tree).user());
    }
}
