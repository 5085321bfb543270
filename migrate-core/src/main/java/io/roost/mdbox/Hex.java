package io.roost.mdbox;

import java.nio.ByteBuffer;

import io.roost.dovecot.CorruptFileException;

/** Hexadecimal numbers in dbox files. */
final class Hex {
    private static final byte[] UPPER = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    private static final int MAX_DIGITS = 16;

    private Hex() {
    }

    /**
     * Reads the digits from {@code start} to before {@code end}, of either case.
     *
     * @param offset file offset for the message
     * @return 0 or more
     */
    static long read(ByteBuffer in, int start, int end, String file, long offset) throws CorruptFileException {
        long value = 0;
        boolean valid = end > start && end - start <= MAX_DIGITS;
        for (int i = start; valid && i < end; i++) {
            int digit = Character.digit(in.get(i), 16);
            valid = digit >= 0;
            value = value << 4 | digit;
        }
        if (!valid || value < 0) {
            throw new CorruptFileException(file, offset, "a hexadecimal number", (end - start) + " bytes that are none");
        }
        return value;
    }

    /** Writes 16 upper-case digits. */
    static void writePadded(ByteBuffer out, long value) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            out.put(UPPER[(int) (value >>> shift) & 15]);
        }
    }
}
