package io.roost.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** Turns C's results into values or {@link PosixException}s, in one place, and repeats what a signal interrupted. */
final class Call {
    /** One buffer a thread for the fixed structures that the kernel fills in. */
    private static final ThreadLocal<ByteBuffer> STRUCT =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(256).order(ByteOrder.nativeOrder()));

    private Call() {
    }

    static ByteBuffer struct() {
        return STRUCT.get();
    }

    static int of(String what, String path, IntSupplier call) throws PosixException {
        while (true) {
            int result = call.getAsInt();
            if (result >= 0) {
                return result;
            }
            int errno = Libc.RUNTIME.getLastError();
            if (errno != PosixException.EINTR) {
                throw new PosixException(what, path, errno);
            }
        }
    }

    static long ofLong(String what, String path, LongSupplier call) throws PosixException {
        while (true) {
            long result = call.getAsLong();
            if (result >= 0) {
                return result;
            }
            int errno = Libc.RUNTIME.getLastError();
            if (errno != PosixException.EINTR) {
                throw new PosixException(what, path, errno);
            }
        }
    }
}
