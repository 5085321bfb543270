package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.Director;
import io.roost.director.UserHash;

/** What must not keep the daemon from its work. */
class HostChangeServiceTest {
    @TempDir
    private Path temp;

    private HostChangeService service(Path metrics, Optional<Director> director, Notes notes) throws IOException {
        return new HostChangeService(new HostChangeService.Config(UserTree.of(temp + "/shm/%2.256Nu/%u/dovecot.list.index"),
                new UserHash("%Lu"), List.of(temp.resolve("s")), 0660, Optional.empty(), AddressList.of(List.of()), "10.0.0.1",
                Duration.ofMillis(1), Duration.ZERO, Duration.ofHours(1), Optional.of(metrics), Optional.empty()), director,
                notes, Duration.ofMillis(10));
    }

    /** Or the service manager's watchdog would end it: the same thread tells both. */
    @Test
    void reportsWhileTheDirectorIsSlow() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        Director slow = (Director) Proxy.newProxyInstance(Director.class.getClassLoader(), new Class<?>[] {Director.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("hosts")) {
                        asked.countDown();
                        answer.await();
                        throw new IOException("too slow");
                    }
                    return null;
                });
        Path metrics = temp.resolve("x.prom");
        try (HostChangeService service = service(metrics, Optional.of(slow), Notes.NONE)) {
            service.start();
            assertTrue(asked.await(60, TimeUnit.SECONDS));
            for (int i = 0; i < 3; i++) {
                Files.deleteIfExists(metrics);
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (!Files.exists(metrics) && System.nanoTime() < deadline) {
                    Thread.sleep(5);
                }
                assertTrue(Files.exists(metrics));
            }
            answer.countDown();
        }
    }

    @Test
    void servesWithoutMetrics() throws Exception {
        TestSite notes = new TestSite(temp.resolve("notes"));
        Path directory = temp.resolve("not yet");
        try (HostChangeService service = service(directory.resolve("x.prom"), Optional.empty(), notes)) {
            service.start();
            Thread.sleep(100);
            assertEquals(1, notes.warnings.size(), "not each time");
            assertTrue(notes.warnings.get(0).startsWith("metrics cannot be written: java.nio.file.NoSuchFileException: "),
                    notes.warnings::toString);
            assertNotEquals(0L, Files.readAttributes(temp.resolve("s"), "unix:ino").get("ino"), "it listens");
            Files.createDirectory(directory);
        }
        assertTrue(Files.exists(directory.resolve("x.prom")), "written as soon as it can be");
    }
}
