package io.roost.index;

import java.nio.ByteBuffer;

import io.roost.dovecot.CorruptFileException;

/**
 * The header of {@code dovecot.index.log}, version 1.3: 40 bytes, little-endian. Older versions have less; what is missing
 * reads as 0.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>offset</th><th>type</th><th>field</th></tr>
 * <tr><td>0</td><td>u8</td><td>major version, 1</td></tr>
 * <tr><td>1</td><td>u8</td><td>minorVersion, 3; since 3 changes of internal flags do not count as modifications</td></tr>
 * <tr><td>2</td><td>u16</td><td>headerSize, 24 or more: where the first record starts</td></tr>
 * <tr><td>4</td><td>u32</td><td>indexId; 0 marks a corrupted log</td></tr>
 * <tr><td>8</td><td>u32</td><td>fileSeq</td></tr>
 * <tr><td>12</td><td>u32</td><td>prevFileSeq; 0: this log resets the index</td></tr>
 * <tr><td>16</td><td>u32</td><td>prevFileOffset: where the previous log ended</td></tr>
 * <tr><td>20</td><td>u32</td><td>createStamp, Unix time</td></tr>
 * <tr><td>24</td><td>u64</td><td>initialModseq: the highest modification sequence before the first record</td></tr>
 * <tr><td>32</td><td>u8</td><td>compat flags since minor version 2, 1: little-endian (then 7 bytes 0)</td></tr>
 * </table>
 *
 * Source: index-format reference §2.1.
 */
record TransactionLogHeader(int minorVersion, int headerSize, long indexId, long fileSeq, long prevFileSeq,
        long prevFileOffset, long createStamp, long initialModseq) {
    static final int SIZE = 40;
    static final int MIN_SIZE = 24;
    static final int MAJOR_VERSION = 1;
    static final int MINOR_VERSION = 3;

    /**
     * Reads the header from a little-endian buffer that holds the start of the file, up to {@link #SIZE} bytes of it.
     *
     * @throws CorruptFileException also if the log is marked corrupted
     */
    static TransactionLogHeader read(ByteBuffer start, String file) throws CorruptFileException {
        int available = start.remaining();
        if (available < MIN_SIZE) {
            throw new CorruptFileException(file, 0, "a header of 24 bytes or more", available + " bytes");
        }
        int headerSize = start.getShort(2) & 0xffff;
        if (start.get(0) != MAJOR_VERSION) {
            throw new CorruptFileException(file, 0, "major version 1", Integer.toString(start.get(0) & 0xff));
        }
        if (headerSize < MIN_SIZE || headerSize % 4 != 0) {
            throw new CorruptFileException(file, 2, "a header of 24 bytes or more", headerSize + " bytes");
        }
        ByteBuffer in = ByteBuffer.allocate(SIZE).order(start.order());
        int known = Math.min(SIZE, headerSize);
        if (available < known) {
            throw new CorruptFileException(file, 2, "a header of " + headerSize + " bytes", available + " bytes");
        }
        in.put(0, start, start.position(), known);
        int minor = in.get(1) & 0xff;
        if (minor >= 2 && in.get(32) != IndexHeader.LITTLE_ENDIAN) {
            throw new CorruptFileException(file, 32, "a little-endian log", Integer.toString(in.get(32) & 0xff));
        }
        TransactionLogHeader header = new TransactionLogHeader(minor, headerSize, u32(in, 4), u32(in, 8), u32(in, 12),
                u32(in, 16), u32(in, 20), in.getLong(24));
        if (header.indexId == 0) {
            throw new CorruptFileException(file, 4, "a log not marked corrupted", "index id 0");
        }
        return header;
    }

    /** Writes 40 bytes at the position of a little-endian buffer. */
    void write(ByteBuffer out) {
        out.put((byte) MAJOR_VERSION).put((byte) minorVersion).putShort((short) headerSize);
        out.putInt((int) indexId).putInt((int) fileSeq).putInt((int) prevFileSeq).putInt((int) prevFileOffset);
        out.putInt((int) createStamp).putLong(initialModseq);
        out.put((byte) IndexHeader.LITTLE_ENDIAN).put(new byte[7]);
    }

    /** Whether flag updates that touch only internal flags leave the modification sequence alone. */
    boolean hidesInternalFlags() {
        return minorVersion >= 3;
    }

    private static long u32(ByteBuffer in, int offset) {
        return in.getInt(offset) & 0xffffffffL;
    }
}
