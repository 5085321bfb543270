package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

class ReadBuffersTest {
    @Test
    void leavesSomeForThoseWhoComeLaterAndLetsThemWaitWhenThereAreNone() throws Exception {
        ReadBuffers buffers = new ReadBuffers(8);
        List<ReadBatch> first = buffers.take(6);
        assertEquals(5, first.size());
        List<ReadBatch> second = buffers.take(6);
        assertEquals(2, second.size());
        assertEquals(1, buffers.take(1).size());

        AtomicReference<List<ReadBatch>> third = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                third.set(buffers.take(6));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waiting.start();
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        buffers.giveBack(second);
        waiting.join();
        assertTrue(second.containsAll(third.get()) && third.get().size() == 2, "the same ones again");
    }
}
