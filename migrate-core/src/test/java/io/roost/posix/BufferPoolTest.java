package io.roost.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.junit.jupiter.api.Test;

class BufferPoolTest {
    @Test
    void givesOutSoManyOfTheFullSizeAndSmallOnesBeyond() {
        BufferPool pool = new BufferPool(1000, 2, 10);
        ByteBuffer first = pool.take();
        ByteBuffer second = pool.take();
        ByteBuffer third = pool.take();
        assertEquals(1000, first.capacity());
        assertEquals(1000, second.capacity());
        assertEquals(10, third.capacity());

        pool.giveBack(third);
        pool.giveBack(null);
        first.order(ByteOrder.LITTLE_ENDIAN).position(5).limit(7);
        pool.giveBack(first);
        ByteBuffer again = pool.take();
        assertSame(first, again);
        assertEquals(1000, again.remaining());
        assertEquals(ByteOrder.BIG_ENDIAN, again.order());
        assertNotSame(third, pool.take());
    }
}
