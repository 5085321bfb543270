package io.roost.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.preflight.MountGuard.VanishedMountException;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.SmallFileSystem;

@Requires(Ability.MOUNT)
class MountGuardTest {
    @TempDir
    private Path temp;

    @Test
    void aVanishedMountIsNoticed() throws IOException {
        Path point = temp.resolve("mail");
        MountGuard guard;
        try (SmallFileSystem mail = SmallFileSystem.ofBytes(point, 1 << 20)) {
            Files.createDirectories(point.resolve("a/b"));
            guard = MountGuard.of(List.of(point + "/a/b/mdbox", point + "/other"));
            assertEquals(1, guard.mountPoints().size(), "as many paths as there are, one mount");
            guard.check();
            Files.createDirectory(point.resolve("new"));
            guard.check();
        }
        VanishedMountException e = assertThrows(VanishedMountException.class, guard::check);
        assertEquals(point.toString(), e.mountPoint());
        assertTrue(e.getMessage().contains("tmpfs (tmpfs) was mounted here and is not any more"), e.getMessage());
    }

    @Test
    void theSameFileSystemMountedAgainIsNone() throws IOException {
        Path point = temp.resolve("mail");
        MountGuard guard;
        try (SmallFileSystem mail = SmallFileSystem.ofBytes(point, 1 << 20)) {
            guard = MountGuard.of(List.of(point.toString()));
            mail.remount("size=2m");
            guard.check();
        }
        assertThrows(VanishedMountException.class, guard::check);
        try (SmallFileSystem mail = SmallFileSystem.ofBytes(point, 1 << 20)) {
            guard.check();
            guard.check();
        }
    }

    @Test
    void anotherFileSystemInItsPlaceIsNoticed() throws IOException {
        Path point = temp.resolve("mail");
        Path other = Files.createDirectory(temp.resolve("other"));
        try (SmallFileSystem mail = SmallFileSystem.ofBytes(point, 1 << 20)) {
            MountGuard guard = MountGuard.of(List.of(point.toString()));
            try (Mounted bind = Mounted.bind(other, point)) {
                VanishedMountException e = assertThrows(VanishedMountException.class, guard::check);
                assertTrue(e.getMessage().contains("found "), e.getMessage());
            }
            guard.check();
        }
    }

    @Test
    void aMountPointThatIsGoneAltogether() throws IOException {
        Path point = temp.resolve("mail");
        MountGuard guard;
        try (SmallFileSystem mail = SmallFileSystem.ofBytes(point, 1 << 20)) {
            guard = MountGuard.of(List.of(point.toString()));
        }
        Files.delete(point);
        assertThrows(VanishedMountException.class, guard::check);
    }

    @Test
    void whatIsWatchedLaterCountsToo() throws IOException {
        MountGuard guard = new MountGuard();
        guard.check();
        try (SmallFileSystem mail = SmallFileSystem.ofBytes(temp.resolve("mail"), 1 << 20)) {
            guard.watch(List.of(mail.directory().toString()));
            guard.check();
        }
        assertThrows(VanishedMountException.class, guard::check);
    }
}
