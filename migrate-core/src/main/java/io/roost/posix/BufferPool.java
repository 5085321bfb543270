package io.roost.posix;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Direct buffers of one size that are used again: the system clears the memory of a new one, which costs more than what a small
 * user's mail takes. A few are kept, the one that was used last is given out first. Thread-safe.
 */
public final class BufferPool {
    private final int size;
    private final int kept;
    private final Deque<ByteBuffer> spare = new ArrayDeque<>();

    /**
     * @param size bytes of each buffer
     * @param kept how many buffers that nobody uses are kept
     */
    public BufferPool(int size, int kept) {
        this.size = size;
        this.kept = kept;
    }

    /** A clear buffer, big-endian, with anything in it. */
    public ByteBuffer take() {
        synchronized (spare) {
            if (!spare.isEmpty()) {
                return spare.pop().clear();
            }
        }
        return ByteBuffer.allocateDirect(size);
    }

    /** Takes a buffer back that nobody uses any more; null is nothing. */
    public void giveBack(ByteBuffer buffer) {
        if (buffer == null) {
            return;
        }
        synchronized (spare) {
            if (spare.size() < kept) {
                spare.push(buffer.order(java.nio.ByteOrder.BIG_ENDIAN));
            }
        }
    }
}
