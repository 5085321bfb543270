package io.roost.mdbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.roost.dovecot.CorruptFileException;

/**
 * The first line of an {@code m.N}: version digit, then fields that each start with a space and a letter, then LF.
 *
 * <pre>
 * 2 M1e C5f5e1000
 * </pre>
 *
 * <table>
 * <caption>Fields, numbers in hex without padding, written lower-case, read in either case</caption>
 * <tr><td>M</td><td>size of the message headers, 1e (30), see {@link DboxMessageHeader}; required</td></tr>
 * <tr><td>C</td><td>creation time, Unix seconds; 0 if absent</td></tr>
 * <tr><td>other</td><td>ignored</td></tr>
 * </table>
 *
 * The first record follows the LF. Source: mdbox-format reference §2.1.
 *
 * @param version           2; 1 is read too
 * @param messageHeaderSize bytes
 * @param createStamp       Unix seconds
 */
public record DboxFileHeader(int version, int messageHeaderSize, long createStamp) {
    /** The version written. */
    public static final int VERSION = 2;
    /** Longest line that is read, with its LF. */
    public static final int MAX_SIZE = 256;

    /** The header of a new file. */
    public static DboxFileHeader create(long createStamp) {
        return new DboxFileHeader(VERSION, DboxMessageHeader.SIZE, createStamp);
    }

    /** Whether records may be appended to such a file. */
    public boolean isAppendable() {
        return version == VERSION && messageHeaderSize == DboxMessageHeader.SIZE;
    }

    /** The line as bytes. */
    public byte[] write() {
        return (version + " M" + Integer.toHexString(messageHeaderSize) + " C" + Long.toHexString(createStamp) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads the line from the position of a buffer that holds the start of a file, and leaves the position behind it. */
    public static DboxFileHeader read(ByteBuffer in, String file) throws CorruptFileException {
        int start = in.position();
        int end = start;
        int limit = Math.min(in.limit(), start + MAX_SIZE);
        while (end < limit && in.get(end) != '\n') {
            end++;
        }
        if (end == limit) {
            throw new CorruptFileException(file, 0, "a header line of at most " + MAX_SIZE + " bytes", (end - start)
                    + " bytes without line feed");
        }
        int version = end > start ? in.get(start) - '0' : -1;
        if (version != 1 && version != VERSION) {
            throw new CorruptFileException(file, 0, "version 2", "another");
        }
        long headerSize = 0;
        long created = 0;
        for (int at = start + 1; at < end;) {
            int fieldEnd = at + 1;
            while (fieldEnd < end && in.get(fieldEnd) != ' ') {
                fieldEnd++;
            }
            if (in.get(at) != ' ') {
                throw new CorruptFileException(file, at - start, "a space before each field", "byte " + in.get(at));
            }
            if (fieldEnd - at > 1) {
                byte key = in.get(at + 1);
                if (key == 'M') {
                    headerSize = Hex.read(in, at + 2, fieldEnd, file, at - start);
                } else if (key == 'C') {
                    created = Hex.read(in, at + 2, fieldEnd, file, at - start);
                }
            }
            at = fieldEnd;
        }
        if (headerSize <= 0 || headerSize > 0xffff) {
            throw new CorruptFileException(file, 0, "the size of message headers", Long.toString(headerSize));
        }
        in.position(end + 1);
        return new DboxFileHeader(version, (int) headerSize, created);
    }
}
