package io.roost.posix;

import java.nio.ByteBuffer;

import jnr.ffi.Pointer;

/** Memory that a file is mapped into. */
public final class MappedMemory {
    /** The page size of the machines Roost runs on, or a multiple of it: 64 KiB are the largest of aarch64. */
    private static final long PAGE = 64 * 1024;
    private static final int MADV_DONTNEED = 4;

    private MappedMemory() {
    }

    /**
     * Says that the pages wholly within a buffer are not needed for now: they no longer count as memory of this process, stay in
     * the system's cache as long as there is room, and come back when they are looked at. Changes no byte.
     *
     * @param mapped direct, of a mapping shared with the file; all of it up to its limit is meant
     */
    public static void release(ByteBuffer mapped) {
        long start = Pointer.wrap(Libc.RUNTIME, mapped.duplicate().clear().limit(mapped.limit())).address();
        long from = (start + PAGE - 1) / PAGE * PAGE;
        long to = (start + mapped.limit()) / PAGE * PAGE;
        if (to > from) {
            // Advice that is not taken does no harm.
            Libc.C.madvise(from, to - from, MADV_DONTNEED);
        }
    }
}
