package io.roost.posix;

import java.nio.ByteBuffer;

/**
 * What the kernel knows of its own clock ({@code adjtimex}, asked without changing anything).
 *
 * @param synchronised    whether a time daemon keeps it and says so; a container sees its host's
 * @param maxErrorMicros  bound of its error in microseconds, as the daemon estimates it; grows when nobody keeps the clock
 */
public record KernelClock(boolean synchronised, long maxErrorMicros) {
    private static final int STA_UNSYNC = 0x40;
    private static final int TIME_ERROR = 5;

    /** Asks; no rights are needed. */
    public static KernelClock now() throws PosixException {
        ByteBuffer s = Call.struct();
        for (int i = 0; i < s.capacity(); i += Long.BYTES) {
            // struct timex: modes 0 in its first word asks only
            s.putLong(i, 0);
        }
        int state = Call.of("ask for the state of", "the clock", () -> Libc.C.adjtimex(s));
        return new KernelClock(state != TIME_ERROR && (s.getInt(40) & STA_UNSYNC) == 0, s.getLong(24));
    }
}
