package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

class WorkGroupTest {
    @Test
    void doesSoManyPiecesAtOnceInTheirOrder() throws Exception {
        List<Integer> done = new ArrayList<>();
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        WorkGroup one = new WorkGroup(1);
        for (int i = 0; i < 100; i++) {
            int n = i;
            one.submit(() -> {
                most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                done.add(n);
                atOnce.decrementAndGet();
                return n;
            });
        }
        one.await();
        assertEquals(100, done.size());
        assertEquals(done.stream().sorted().toList(), done);
        assertEquals(1, most.get());
    }

    @Test
    void withoutThreadsWhoGivesWorkDoesIt() throws Exception {
        WorkGroup none = new WorkGroup(0);
        Future<Thread> who = none.submit(Thread::currentThread);
        assertSame(Thread.currentThread(), who.get());
        Future<?> failed = none.submit(() -> {
            throw new IOException("no");
        });
        assertEquals("no", assertThrows(IOException.class, () -> Awaited.await(failed)).getMessage());
        none.close();
    }

    @Test
    void closingInterruptsDropsAndWaits() throws Exception {
        WorkGroup group = new WorkGroup(1);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean never = new AtomicBoolean();
        group.submit(() -> {
            begun.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                ended.set(true);
            }
            return null;
        });
        group.submit(() -> {
            never.set(true);
            return null;
        });
        begun.await();
        group.close();
        assertTrue(ended.get());
        assertTrue(!never.get());
    }
}
