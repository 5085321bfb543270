package io.roost.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.roost.dovecot.CorruptFileException;

/**
 * An extension of {@code dovecot.index}: a named header block, a field in every record, or both. Its introduction in the
 * file, after the base header and padded to a multiple of eight, little-endian:
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>offset</th><th>type</th><th>field</th></tr>
 * <tr><td>0</td><td>u32</td><td>size of the header data, at most 16 MiB</td></tr>
 * <tr><td>4</td><td>u32</td><td>reset id</td></tr>
 * <tr><td>8</td><td>u16</td><td>offset of the field in a record, 0 without field</td></tr>
 * <tr><td>10</td><td>u16</td><td>size of the field, below 32768</td></tr>
 * <tr><td>12</td><td>u16</td><td>alignment of the field, 1 to 8; 0 only without field</td></tr>
 * <tr><td>14</td><td>u16</td><td>size of the name</td></tr>
 * <tr><td>16</td><td></td><td>name, printable ASCII without NUL; zeros up to a multiple of 8</td></tr>
 * <tr><td></td><td></td><td>header data; zeros up to a multiple of 8</td></tr>
 * </table>
 *
 * Source: index-format reference §1.2.
 *
 * @param name         unique in an index
 * @param resetId      generation of the data; for {@code cache} the sequence number of the cache file
 * @param header       header data, never null; not to be changed
 * @param recordOffset of the field in a record of the file it was read from, 0 if there is no field or no file
 * @param recordSize   bytes of the field, 0 if there is none
 * @param recordAlign  power of two, 1 to 8; may be 0 if {@code recordSize} is 0
 */
public record IndexExtension(String name, long resetId, byte[] header, int recordOffset, int recordSize, int recordAlign) {
    static final int INTRO_SIZE = 16;
    static final int MAX_HEADER_SIZE = 16 * 1024 * 1024;
    static final int MAX_RECORD_SIZE = 32767;
    private static final int MAX_NAME_SIZE = 4096;

    /** An extension with header data only. */
    public static IndexExtension ofHeader(String name, byte[] header) {
        return new IndexExtension(name, 0, header, 0, 0, 0);
    }

    /** An extension with a field in every record and no header data. */
    public static IndexExtension ofField(String name, int recordSize, int recordAlign) {
        return new IndexExtension(name, 0, new byte[0], 0, recordSize, recordAlign);
    }

    /** The header data as a little-endian buffer of its own. */
    public ByteBuffer headerBuffer() {
        return ByteBuffer.wrap(header).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    IndexExtension withRecordOffset(int offset) {
        return new IndexExtension(name, resetId, header, offset, recordSize, recordAlign);
    }

    /**
     * Reads an introduction with its header data from the position of a little-endian buffer that holds the whole header of
     * the file, so that its limit is the header's end and its positions are file offsets.
     */
    static IndexExtension read(ByteBuffer in, String file, long fileRecordSize) throws CorruptFileException {
        int start = in.position();
        if (in.remaining() < INTRO_SIZE) {
            throw new CorruptFileException(file, start, "an extension introduction", in.remaining() + " bytes");
        }
        long headerSize = in.getInt() & 0xffffffffL;
        long resetId = in.getInt() & 0xffffffffL;
        int recordOffset = in.getShort() & 0xffff;
        int recordSize = in.getShort() & 0xffff;
        int recordAlign = in.getShort() & 0xffff;
        int nameSize = in.getShort() & 0xffff;
        if (pad8(nameSize) + pad8(headerSize) > in.remaining()) {
            throw new CorruptFileException(file, start, "an extension within the header",
                    nameSize + " bytes of name and " + headerSize + " of data");
        }
        byte[] name = new byte[nameSize];
        in.get(name).position((int) pad8(start + INTRO_SIZE + nameSize));
        byte[] header = new byte[(int) headerSize];
        in.get(header).position((int) Math.min(in.limit(), pad8(in.position())));
        IndexExtension e = new IndexExtension(new String(name, StandardCharsets.ISO_8859_1), resetId, header, recordOffset,
                recordSize, recordAlign);
        e.check(file, start);
        if (recordSize > 0 && (recordOffset < IndexRecords.FIELDS_OFFSET || recordOffset + recordSize > fileRecordSize
                || recordOffset % recordAlign != 0)) {
            throw new CorruptFileException(file, start + 8L, "a field within records of " + fileRecordSize + " bytes",
                    recordSize + " bytes at " + recordOffset + " aligned to " + recordAlign);
        }
        return e;
    }

    /** Writes the introduction with its header data at the position of a little-endian buffer that starts with the file. */
    void write(ByteBuffer out) {
        byte[] nameBytes = name.getBytes(StandardCharsets.US_ASCII);
        out.putInt(header.length).putInt((int) resetId);
        out.putShort((short) recordOffset).putShort((short) recordSize).putShort((short) recordAlign);
        out.putShort((short) nameBytes.length).put(nameBytes);
        out.put(new byte[(int) (pad8(out.position()) - out.position())]);
        out.put(header);
        out.put(new byte[(int) (pad8(out.position()) - out.position())]);
    }

    /** Bytes that {@link #write} takes. */
    int writtenSize() {
        return (int) (pad8(INTRO_SIZE + name.length()) + pad8(header.length));
    }

    /** The conditions that hold wherever an extension is introduced, in an index or a log. */
    void check(String file, long offset) throws CorruptFileException {
        String wrong = wrong();
        if (wrong != null) {
            throw new CorruptFileException(file, offset, "a valid extension", wrong);
        }
    }

    /** What is wrong with it, or null. */
    String wrong() {
        if (name.isEmpty() || name.length() > MAX_NAME_SIZE
                || !name.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            return "a name that is not printable ASCII";
        }
        if (recordSize == 0 && header.length == 0) {
            return name + " without header and field";
        }
        if (header.length > MAX_HEADER_SIZE) {
            return name + " with a header of " + header.length + " bytes";
        }
        boolean aligned = recordAlign > 0 && recordAlign <= 8 && Integer.bitCount(recordAlign) == 1;
        if (recordSize > MAX_RECORD_SIZE || recordSize > 0 && !aligned) {
            return name + " with a field of " + recordSize + " bytes aligned to " + recordAlign;
        }
        return null;
    }

    static long pad8(long n) {
        return n + 7 & ~7L;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IndexExtension e && name.equals(e.name) && resetId == e.resetId
                && Arrays.equals(header, e.header) && recordOffset == e.recordOffset && recordSize == e.recordSize
                && recordAlign == e.recordAlign;
    }

    @Override
    public int hashCode() {
        return name.hashCode() + 31 * Arrays.hashCode(header);
    }

    @Override
    public String toString() {
        return name + " (header " + header.length + ", field " + recordSize + " at " + recordOffset + ", reset " + resetId
                + ")";
    }
}
