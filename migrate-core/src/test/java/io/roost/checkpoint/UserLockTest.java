package io.roost.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.PosixException;

class UserLockTest {
    @TempDir
    Path temp;

    /** Takes the lock, says so, and waits to be killed. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            try (CheckpointStore store = CheckpointStore.open(arguments[0])) {
                UserLock lock = UserLock.tryAcquire(store, store.user(arguments[1]).orElseThrow()).orElseThrow();
                System.out.println("locked " + lock);
                System.in.read();
            }
        }
    }

    @Test
    void oneAtATimeAndEachUserAlone() throws Exception {
        try (CheckpointStore store = CheckpointStore.open(temp.toString())) {
            UserRecord anna = store.userOrNew("anna", "", "", 0);
            UserRecord bert = store.userOrNew("bert", "", "", 0);
            try (UserLock first = UserLock.tryAcquire(store, anna).orElseThrow()) {
                assertEquals(Optional.empty(), UserLock.tryAcquire(store, anna));
                UserLock.tryAcquire(store, bert).orElseThrow().close();
                first.close();
            }
            UserLock.tryAcquire(store, anna).orElseThrow().close();
        }
    }

    @Test
    void aKilledProcessLeavesNoLock() throws Exception {
        try (CheckpointStore store = CheckpointStore.open(temp.toString())) {
            UserRecord anna = store.userOrNew("anna", "", "", 0);
            Process holder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-opens",
                    "java.base/java.nio=ALL-UNNAMED", "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "-cp",
                    System.getProperty("java.class.path"), Holder.class.getName(), temp.toString(), "anna")
                    .redirectErrorStream(true).start();
            try (BufferedReader out = new BufferedReader(new InputStreamReader(holder.getInputStream()))) {
                String line = out.readLine();
                assertTrue(line.startsWith("locked "), line);
                assertEquals(Optional.empty(), UserLock.tryAcquire(store, anna));
                holder.toHandle().destroyForcibly();
                holder.waitFor();
                UserLock.tryAcquire(store, anna).orElseThrow().close();
            } finally {
                holder.destroyForcibly();
            }
        }
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws Exception {
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            UserRecord anna = store.userOrNew("anna", "", "", 0);
            Files.createSymbolicLink(temp.resolve("state/users.lock"), temp.resolve("elsewhere"));
            assertThrows(PosixException.class, () -> UserLock.tryAcquire(store, anna));
            assertFalse(Files.exists(temp.resolve("elsewhere")));
        }
    }

    @Test
    void manyUsersLeaveOneFile() throws Exception {
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            List<UserLock> locks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                locks.add(UserLock.tryAcquire(store, store.userOrNew("user" + i, "", "", 0)).orElseThrow());
            }
            for (UserLock lock : locks) {
                lock.close();
            }
            try (Stream<Path> files = Files.list(temp.resolve("state"))) {
                assertEquals(List.of("data.mdb", "lock.mdb", "users.lock"), files.map(f -> f.getFileName().toString()).sorted().toList());
            }
            assertEquals(0, Files.size(temp.resolve("state/users.lock")));
        }
    }
}
