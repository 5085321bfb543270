package io.roost.checkpoint;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.posix.FileSystemStatus;

class StoreEnvironmentTest {
    private static FileSystemStatus of(long type, long freeBytes) {
        return new FileSystemStatus(type, freeBytes, 1L << 40, 1000, 1000);
    }

    @Test
    void nfsIsRefused() {
        assertEquals("the state directory /mail/state lies on nfs, a network file system, where LMDB is not safe: name a directory "
                + "on a local disk with --state", assertThrows(CheckpointException.class,
                () -> StoreEnvironment.requireLocal(of(0x6969, 1 << 30), "/mail/state")).getMessage());
    }

    @ParameterizedTest
    @ValueSource(longs = {0x517b, 0xfe534d42L, 0xff534d42L, 0x00c36400, 0x5346414f, 0x6b414653, 0x01021997, 0x0bd00bd0, 0x7461636f,
        0x01161970, 0x47504653})
    void soIsEveryOtherNetworkFileSystem(long type) {
        assertTrue(of(type, 1 << 30).isNetwork());
        assertThrows(CheckpointException.class, () -> StoreEnvironment.requireLocal(of(type, 1 << 30), "/s"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0xef53, 0x58465342, 0x9123683eL, 0x2fc12fc1, 0x01021994, 0x794c7630})
    void localOnesAreNot(long type) {
        assertDoesNotThrow(() -> StoreEnvironment.requireLocal(of(type, 1 << 30), "/s"));
    }

    @Test
    void aFullDiskIsRefusedBeforeAnythingIsMapped() {
        CheckpointException e = assertThrows(CheckpointException.class, () -> StoreEnvironment.requireSpace(of(0xef53, 4096),
                "/var/roost"));
        assertTrue(e.isNoSpace());
        assertTrue(e.getMessage().contains("/var/roost has 4096 bytes left"), e.getMessage());
    }
}
