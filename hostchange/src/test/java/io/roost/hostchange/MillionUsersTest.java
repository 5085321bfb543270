package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.sun.management.OperatingSystemMXBean;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.roost.director.UserHash;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * A million users' directories in real tmpfs: the first look, flushes, a sweep, and what memory the daemon takes. Prints what
 * it measured; asserts only what does not depend on the machine. {@code -Droost.users=N} for other numbers.
 */
@Tag("soak")
class MillionUsersTest {
    private static final int USERS = Integer.getInteger("roost.users", 1_000_000);

    @Test
    void measured() throws Exception {
        Path root = Files.createTempDirectory(Path.of("/dev/shm"), "rt-");
        try {
            measure(root);
        } finally {
            try (OpenDirectory shm = OpenDirectory.open("/dev/shm")) {
                shm.removeTree(root.getFileName().toString());
            }
        }
    }

    private static String user(int i) {
        return "user" + i + "@example.org";
    }

    private static void measure(Path root) throws Exception {
        UserTree tree = UserTree.of(root + "/u/%2.256Nu/%u/dovecot.list.index");
        UserHash hash = new UserHash("%Lu");
        make(root.resolve("u"), tree);
        Path socket = root.resolve("s");
        HostChangeService.Config config = new HostChangeService.Config(tree, hash, List.of(socket), 0600, Optional.empty(),
                AddressList.of(List.of()), "", Duration.ofHours(1), Duration.ZERO, Duration.ofHours(1), Optional.empty(),
                Optional.empty());
        long before = heap();
        long start = System.nanoTime();
        try (HostChangeService service = new HostChangeService(config, Optional.empty(), Notes.NONE)) {
            service.start();
            tell("first look: %.1f s; heap for %d users: %.1f MB", (System.nanoTime() - start) / 1e9, USERS,
                    (heap() - before) / 1e6);
            for (int parallel : new int[] {1, 100}) {
                flush(socket, hash, 2000, parallel);
                long cpu = cpu();
                long[] micros = flush(socket, hash, 20000, parallel);
                tell("processor time for a flush, of director and daemon: %.3f ms", (cpu() - cpu) / 20000 / 1e6);
                Arrays.sort(micros);
                tell("flush, %d at a time: median %.2f ms, 95 %%: %.2f ms, 99 %%: %.2f ms", parallel,
                        micros[micros.length / 2] / 1e3,
                        micros[micros.length * 95 / 100] / 1e3, micros[micros.length * 99 / 100] / 1e3);
            }
            long afterFlushes = heap();
            tell("heap after 44,000 flushes: %.1f MB more than at the start", (afterFlushes - before) / 1e6);
            assertTrue(afterFlushes - before < 100L * USERS + 20_000_000, "compact");
        }
        long used = heap();
        start = System.nanoTime();
        long[] most = new long[1];
        Sweep.Report report = new Sweep(tree, true, Notes.NONE).run((user, newest) -> {
            if (user.endsWith("99@example.org")) {
                most[0] = Math.max(most[0], Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
            }
            return false;
        }, new Sweep.Listener() {
            @Override
            public void deleted(String user, LocalPath path, Purge.Deleted deleted, long newest) {
            }

            @Override
            public void unexplained(String path) {
                throw new AssertionError(path);
            }

            @Override
            public void failed(String message) {
                throw new AssertionError(message);
            }
        });
        assertEquals(USERS, report.users());
        tell("sweep that finds nothing old: %.1f s; heap before %.1f MB, after %.1f MB", (System.nanoTime() - start) / 1e9,
                used / 1e6,
                heap() / 1e6);
    }

    /** Every hundredth user has a list index. */
    private static void make(Path root, UserTree tree) throws IOException {
        Files.createDirectory(root);
        for (int i = 0; i < 256; i++) {
            Files.createDirectory(root.resolve(String.format("%02x", i)));
        }
        try (OpenDirectory top = OpenDirectory.open(root.toString())) {
            List<OpenDirectory> buckets = new ArrayList<>();
            for (int i = 0; i < 256; i++) {
                buckets.add(top.openDirectory(String.format("%02x", i)));
            }
            for (int i = 0; i < USERS; i++) {
                List<String> names = tree.pathOf(user(i)).below();
                OpenDirectory bucket = buckets.get(Integer.parseInt(names.get(0), 16));
                bucket.makeDirectory(names.get(1), 0700);
                if (i % 100 == 0) {
                    try (OpenDirectory directory = bucket.openDirectory(names.get(1))) {
                        file(directory);
                    }
                }
            }
            buckets.forEach(OpenDirectory::close);
        }
    }

    private static void file(OpenDirectory directory) throws PosixException {
        directory.create("dovecot.list.index.log", 0600).close();
        directory.create("dovecot.list.index", 0600).close();
        directory.create(".lasthost", 0600).close();
    }

    private static long[] flush(Path socket, UserHash hash, int count, int parallel) throws Exception {
        ExecutorService directors = Executors.newFixedThreadPool(parallel);
        Random random = new Random(parallel);
        try {
            List<Future<Long>> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String request = new FlushRequest(hash.of(user(random.nextInt(USERS / 100) * 100)), "10.0.0.1", "10.0.0.2",
                        true).write();
                answers.add(directors.submit(() -> ask(socket, request)));
            }
            long[] micros = new long[count];
            for (int i = 0; i < count; i++) {
                micros[i] = answers.get(i).get();
            }
            return micros;
        } finally {
            directors.shutdown();
        }
    }

    /** @return microseconds from the connection to the answer */
    private static long ask(Path socket, String request) throws IOException {
        long start = System.nanoTime();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(ByteString.toBytes(request)));
            channel.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(100);
            while (channel.read(answer) >= 0) {
                assertTrue(answer.hasRemaining());
            }
            assertEquals("+\n", ByteString.of(answer.array(), 0, answer.position()));
        }
        return (System.nanoTime() - start) / 1000;
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void tell(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }
}
