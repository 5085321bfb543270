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

    /**
     * Whether a call has to be made again, since a signal interrupted it. Written out at calls that each mail needs:
     * {@code do r = C.call(); while (Call.isInterrupted(r)); return Call.checked(what, path, r)}. A lambda that captures what it
     * needs costs as much as the call itself.
     */
    static boolean isInterrupted(long result) {
        return result < 0 && Libc.RUNTIME.getLastError() == PosixException.EINTR;
    }

    /** The result, unless it says that the call has failed. */
    static int checked(String what, String path, int result) throws PosixException {
        if (result < 0) {
            throw PosixException.of(what, path, Libc.RUNTIME.getLastError());
        }
        return result;
    }

    /** As {@link #checked(String, String, int)}. */
    static long checked(String what, String path, long result) throws PosixException {
        if (result < 0) {
            throw PosixException.of(what, path, Libc.RUNTIME.getLastError());
        }
        return result;
    }

    static int of(String what, String path, IntSupplier call) throws PosixException {
        while (true) {
            int result = call.getAsInt();
            if (result >= 0) {
                return result;
            }
            int errno = Libc.RUNTIME.getLastError();
            if (errno != PosixException.EINTR) {
                throw PosixException.of(what, path, errno);
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
                throw PosixException.of(what, path, errno);
            }
        }
    }
}
