package io.roost.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Direct buffers that are used again: the system clears the memory of a new one, which costs more than what a small user's mail
 * takes. There are only so many of the full size at a time, however many users are migrated at once; who comes when they are all
 * in use gets a small one instead of having to wait. The one used last is given out first. Thread-safe.
 */
public final class BufferPool {
    private final int size;
    private final int smallSize;
    private final Deque<ByteBuffer> spare = new ArrayDeque<>();
    private int left;

    /**
     * @param size      bytes of a buffer
     * @param most      how many of them there may be
     * @param smallSize bytes of one that is given out beyond these
     */
    public BufferPool(int size, int most, int smallSize) {
        this.size = size;
        this.smallSize = smallSize;
        left = most;
    }

    /** A clear buffer, big-endian, with anything in it; who does not give it back costs the others one. */
    public ByteBuffer take() {
        synchronized (spare) {
            if (!spare.isEmpty()) {
                return spare.pop().clear().order(ByteOrder.BIG_ENDIAN);
            }
            if (left == 0) {
                return ByteBuffer.allocateDirect(smallSize);
            }
            left--;
        }
        return ByteBuffer.allocateDirect(size);
    }

    /** Takes a buffer back that nobody uses any more; null is nothing. */
    public void giveBack(ByteBuffer buffer) {
        if (buffer == null || buffer.capacity() < size) {
            return;
        }
        synchronized (spare) {
            spare.push(buffer);
        }
    }
}
