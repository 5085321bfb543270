package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;

class GroupedChangesTest {
    private final List<String> document = new ArrayList<>();
    private int writes;

    @Test
    void whoComesDuringAWritingShareTheNext() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        GroupedChanges<List<String>> changes = new GroupedChanges<>(edit -> {
            writes++;
            writing.countDown();
            await(goOn);
            edit.apply(document);
        });
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            List<Future<?>> all = new ArrayList<>();
            all.add(threads.submit(() -> make(changes, "0")));
            writing.await();
            List<Thread> waiting = new ArrayList<>();
            for (int i = 1; i < 20; i++) {
                String name = "" + i;
                all.add(threads.submit(() -> {
                    synchronized (waiting) {
                        waiting.add(Thread.currentThread());
                    }
                    return make(changes, name);
                }));
            }
            while (!allWait(waiting)) {
                Thread.onSpinWait();
            }
            goOn.countDown();
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(2, writes);
        assertEquals(20, document.stream().distinct().count());
    }

    private static boolean allWait(List<Thread> threads) {
        synchronized (threads) {
            return threads.size() == 19 && threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING);
        }
    }

    private static Void make(GroupedChanges<List<String>> changes, String name) throws IOException {
        changes.make(d -> d.add(name));
        return null;
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void failures() throws Exception {
        GroupedChanges<List<String>> changes = new GroupedChanges<>(edit -> edit.apply(document));
        assertThrows(GateException.class, () -> changes.make(d -> {
            throw new GateException("no");
        }));
        changes.make(d -> d.add("yes"));
        GroupedChanges<List<String>> full = new GroupedChanges<>(edit -> {
            edit.apply(document);
            throw new IOException("disk full");
        });
        assertEquals("disk full", assertThrows(IOException.class, () -> full.make(d -> d.add("no"))).getMessage());
        GroupedChanges<List<String>> broken = new GroupedChanges<>(edit -> {
            throw new IllegalStateException("broken");
        });
        assertThrows(IllegalStateException.class, () -> broken.make(d -> { }));
        assertTrue(document.contains("yes"));
    }
}
