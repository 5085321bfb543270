package io.roost.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

class GroupCommitTest {
    private static final int THREADS = 20;

    @TempDir
    Path temp;
    private Env<ByteBuffer> env;
    private Dbi<ByteBuffer> table;
    private GroupCommit group;

    @BeforeEach
    void open() {
        env = Env.create().setMapSize(1 << 20).setMaxDbs(1).open(temp.toFile(), EnvFlags.MDB_NOTLS);
        table = env.openDbi("t", DbiFlags.MDB_CREATE);
        group = new GroupCommit(env);
    }

    @AfterEach
    void close() {
        env.close();
    }

    private static ByteBuffer text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private String put(Txn<ByteBuffer> txn, String key) {
        table.put(txn, text(key), text("value"));
        return key;
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        try (Txn<ByteBuffer> txn = env.txnRead(); var all = table.iterate(txn)) {
            all.forEach(kv -> keys.add(UTF_8.decode(kv.key()).toString()));
        }
        return keys;
    }

    private long commits() {
        return env.info().lastTransactionId;
    }

    /** Work that keeps the writer busy until told, so that what comes meanwhile is one group. */
    private CountDownLatch occupy() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        group.writeLater(txn -> {
            begun.countDown();
            assertDoesNotThrow(() -> end.await());
            return put(txn, "first");
        });
        begun.await();
        return end;
    }

    @Test
    void whatComesTogetherIsCommittedTogether() throws Exception {
        long before = commits();
        CountDownLatch end = occupy();
        AtomicInteger results = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            String key = "k" + i;
            Thread thread = new Thread(() -> {
                if (group.write(txn -> put(txn, key)).equals(key) && keys().contains(key)) {
                    results.incrementAndGet();
                }
            });
            thread.start();
            threads.add(thread);
        }
        while (threads.stream().anyMatch(t -> t.getState() != Thread.State.WAITING)) {
            Thread.onSpinWait();
        }
        end.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(THREADS, results.get());
        assertEquals(before + 2, commits());
    }

    @Test
    void workThatFailsFailsNoOther() throws Exception {
        CountDownLatch end = occupy();
        group.writeLater(txn -> put(txn, "before"));
        AtomicInteger tried = new AtomicInteger();
        Thread failing = new Thread(() -> assertEquals("no", assertThrows(CheckpointException.class, () -> group.write(txn -> {
            put(txn, "half");
            tried.incrementAndGet();
            throw new CheckpointException("no");
        })).getMessage()));
        List<Throwable> failures = new ArrayList<>();
        failing.setUncaughtExceptionHandler((t, e) -> failures.add(e));
        failing.start();
        while (failing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        group.writeLater(txn -> put(txn, "later"));
        end.countDown();
        failing.join();
        group.close();

        assertEquals(List.of(), failures);
        assertEquals(2, tried.get(), "with the others, and alone");
        assertEquals(List.of("before", "first", "later"), keys());
    }

    /** The environment has no room for it; all else is written. */
    @Test
    void aCommitThatFailsIsTriedPieceByPiece() throws Exception {
        CountDownLatch end = occupy();
        group.writeLater(txn -> table.put(txn, text("large"), ByteBuffer.allocateDirect(2 << 20)));
        group.writeLater(txn -> put(txn, "small"));
        end.countDown();
        assertThrows(LmdbException.class, group::close);
        assertEquals(List.of("first", "small"), keys());
        group.close();
    }

    @Test
    void whoIsInterruptedWaitsAndKnowsItAfterwards() {
        Thread.currentThread().interrupt();
        assertEquals("k", group.write(txn -> put(txn, "k")));
        assertTrue(Thread.interrupted());
        assertEquals(List.of("k"), keys());
        group.close();
        assertThrows(IllegalStateException.class, () -> group.write(txn -> put(txn, "late")));
    }
}
