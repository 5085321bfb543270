package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SideBySideTest {
    @Test
    void allAtTheSameTimeAndInOrder() throws Exception {
        assertEquals(List.of(), SideBySide.ask(List.of(), one -> one));
        Thread self = Thread.currentThread();
        assertEquals(List.of(self), SideBySide.ask(List.of(1), one -> Thread.currentThread()));
        CyclicBarrier all = new CyclicBarrier(3);
        assertEquals(List.of(2, 4, 6), SideBySide.<Integer, Integer>ask(List.of(1, 2, 3), one -> {
            try {
                all.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IOException(e);
            }
            return 2 * one;
        }));
    }

    @Test
    void theFirstFailureTellsOfTheOthersWhenAllHaveEnded() {
        AtomicInteger asked = new AtomicInteger();
        IOException e = assertThrows(IOException.class, () -> SideBySide.<Integer, Integer>ask(List.of(1, 2, 3), one -> {
            asked.incrementAndGet();
            if (one > 1) {
                throw new IOException("no " + one);
            }
            return one;
        }));
        assertEquals(3, asked.get());
        assertEquals("no 2", e.getMessage());
        assertEquals("no 3", e.getSuppressed()[0].getMessage());
        IllegalArgumentException bad = new IllegalArgumentException();
        assertSame(bad, assertThrows(RuntimeException.class, () -> SideBySide.ask(List.of(1, 2), one -> {
            throw bad;
        })));
    }

    @Test
    void anInterruptionReachesAll() throws Exception {
        CountDownLatch waiting = new CountDownLatch(2);
        AtomicInteger interrupted = new AtomicInteger();
        FutureTask<Boolean> asking = new FutureTask<>(() -> {
            try {
                SideBySide.<Integer, Integer>ask(List.of(1, 2, 3), one -> {
                    if (one == 1) {
                        return one;
                    }
                    waiting.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                    }
                    throw new InterruptedIOException();
                });
                return false;
            } catch (InterruptedIOException e) {
                return Thread.currentThread().isInterrupted();
            }
        });
        Thread thread = new Thread(asking);
        thread.start();
        waiting.await();
        thread.interrupt();
        assertTrue(result(asking));
        assertEquals(2, interrupted.get());
    }

    private static boolean result(FutureTask<Boolean> task) throws InterruptedException, ExecutionException {
        return task.get();
    }
}
