package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

class UidValidityFilesTest {
    @TempDir
    Path temp;

    @Test
    void writesThePairThatDovecotAllocatesFrom() throws Exception {
        OpenDirectory.clearUmask();
        try (OpenDirectory dir = TestMdbox.open(temp)) {
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
        try (OpenDirectory dir = TestMdbox.open(temp)) {
            Files.writeString(temp.resolve("dovecot-uidvalidity.0000000f"), "");
            Files.writeString(temp.resolve("dovecot-uidvalidity.ffffffff"), "");
            Files.writeString(temp.resolve("dovecot-uidvalidity.123456789"), "");
            Files.writeString(temp.resolve("dovecot-uidvalidity.lock"), "");
            assertEquals(OptionalLong.of(0xffffffffL), UidValidityFiles.read(dir));
            for (String broken : new String[] {"", "xyz", "00000000", "+1"}) {
                Files.writeString(temp.resolve("dovecot-uidvalidity"), broken);
                assertEquals(OptionalLong.of(0xffffffffL), UidValidityFiles.read(dir), broken);
            }
            Files.writeString(temp.resolve("dovecot-uidvalidity"), "0000ABCDgarbage");
            assertEquals(OptionalLong.of(0xabcd), UidValidityFiles.read(dir));
        }
    }
}
