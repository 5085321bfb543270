package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

class UidValidityFilesTest {
    @TempDir
    Path temp;

    @Test
    void writesThePairThatDovecotAllocatesFrom() throws Exception {
        OpenDirectory.clearUmask();
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            assertTrue(UidValidityFiles.read(dir).isEmpty());
            UidValidityFiles.write(dir, 0x6b04, Ownership.PRIVATE);
            assertEquals("00006b04", Files.readString(temp.resolve("dovecot-uidvalidity")));
            assertEquals(0, Files.size(temp.resolve("dovecot-uidvalidity.00006b04")));
            assertEquals(0444, dir.status("dovecot-uidvalidity.00006b04").orElseThrow().mode());
            assertEquals(OptionalLong.of(0x6b04), UidValidityFiles.read(dir));
            assertThrows(IllegalArgumentException.class, () -> UidValidityFiles.write(dir, 0, Ownership.PRIVATE));
        }
    }

    @Test
    void readsAsDovecotDoes() throws Exception {
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            Files.writeString(temp.resolve("dovecot-uidvalidity.0000000f"), "");
            Files.writeString(temp.resolve("dovecot-uidvalidity.ffffffff"), "");
            Files.writeString(temp.resolve("dovecot-uidvalidity.123456789"), "");
            Files.writeString(temp.resolve("dovecot-uidvalidity.lock"), "");
            assertEquals(OptionalLong.of(0xffffffffL), UidValidityFiles.read(dir));
            for (String broken : new String[] {"", "xyz", "00000000", "+1"}) {
                Files.writeString(temp.resolve("dovecot-uidvalidity"), broken);
                assertEquals(OptionalLong.of(0xffffffffL), UidValidityFiles.read(dir), broken);
            }
            Files.delete(temp.resolve("dovecot-uidvalidity.ffffffff"));
            Files.writeString(temp.resolve("dovecot-uidvalidity"), "0000ABCDgarbage");
            assertEquals(OptionalLong.of(0xabcd), UidValidityFiles.read(dir));
            Files.writeString(temp.resolve("dovecot-uidvalidity"), "00000003");
            assertEquals(OptionalLong.of(0xf), UidValidityFiles.read(dir));
        }
    }

    @Test
    void takesWhatIsNoFileForNothing() throws Exception {
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            Files.createDirectory(temp.resolve("dovecot-uidvalidity"));
            assertTrue(UidValidityFiles.read(dir).isEmpty());
            Files.delete(temp.resolve("dovecot-uidvalidity"));
            Files.writeString(temp.resolve("elsewhere"), "00000003");
            Files.createSymbolicLink(temp.resolve("dovecot-uidvalidity"), temp.resolve("elsewhere"));
            assertTrue(UidValidityFiles.read(dir).isEmpty());
        }
    }
}
