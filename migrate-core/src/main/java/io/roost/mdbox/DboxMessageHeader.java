package io.roost.mdbox;

import java.nio.ByteBuffer;

import io.roost.dovecot.CorruptFileException;

/**
 * What stands before each mail in an {@code m.N}: exactly 30 bytes.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>offset</th><th>size</th><th>content</th></tr>
 * <tr><td>0</td><td>2</td><td>magic 0x01 0x02</td></tr>
 * <tr><td>2</td><td>1</td><td>type {@code N}</td></tr>
 * <tr><td>3</td><td>10</td><td>spaces (once an old UID)</td></tr>
 * <tr><td>13</td><td>16</td><td>size of the data as stored, hex, upper-case, zero-padded; read in either case</td></tr>
 * <tr><td>29</td><td>1</td><td>LF</td></tr>
 * </table>
 *
 * As many bytes of data follow, then {@link DboxMetadata}. On reading magic, size and LF are checked, as Dovecot does.
 * Source: mdbox-format reference §2.2.
 *
 * @param dataSize bytes as stored, 0 or more
 */
public record DboxMessageHeader(long dataSize) {
    public static final int SIZE = 30;
    private static final int MAGIC_1 = 0x01;
    private static final int MAGIC_2 = 0x02;
    private static final int SIZE_OFFSET = 13;
    private static final int SIZE_DIGITS = 16;

    /** Writes 30 bytes at the position. */
    public void write(ByteBuffer out) {
        out.put((byte) MAGIC_1).put((byte) MAGIC_2).put((byte) 'N');
        for (int i = 3; i < SIZE_OFFSET; i++) {
            out.put((byte) ' ');
        }
        Hex.writePadded(out, dataSize);
        out.put((byte) '\n');
    }

    /**
     * Reads 30 bytes from the position.
     *
     * @param offset file offset of the position, for messages
     */
    public static DboxMessageHeader read(ByteBuffer in, String file, long offset) throws CorruptFileException {
        if (in.remaining() < SIZE) {
            throw new CorruptFileException(file, offset, "a message header of 30 bytes", in.remaining() + " bytes");
        }
        int at = in.position();
        if (in.get(at) != MAGIC_1 || in.get(at + 1) != MAGIC_2 || in.get(at + SIZE - 1) != '\n') {
            throw new CorruptFileException(file, offset, "the magic of a message header", String.format("%02x %02x ... %02x",
                    in.get(at), in.get(at + 1), in.get(at + SIZE - 1)));
        }
        long size = Hex.read(in, at + SIZE_OFFSET, at + SIZE_OFFSET + SIZE_DIGITS, file, offset + SIZE_OFFSET);
        in.position(at + SIZE);
        return new DboxMessageHeader(size);
    }
}
