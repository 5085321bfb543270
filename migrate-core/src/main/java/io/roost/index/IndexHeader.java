package io.roost.index;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.CorruptFileException;

/**
 * The base header of {@code dovecot.index}, version 7.3: the first 120 bytes, little-endian.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><th>offset</th><th>type</th><th>field</th></tr>
 * <tr><td>0</td><td>u8</td><td>majorVersion, 7</td></tr>
 * <tr><td>1</td><td>u8</td><td>minorVersion, 3; smaller ones are read</td></tr>
 * <tr><td>2</td><td>u16</td><td>baseHeaderSize, 120 or more</td></tr>
 * <tr><td>4</td><td>u32</td><td>headerSize, with all extension introductions</td></tr>
 * <tr><td>8</td><td>u32</td><td>recordSize, 8 or more</td></tr>
 * <tr><td>12</td><td>u8</td><td>compatFlags, 1: little-endian (then 3 bytes 0)</td></tr>
 * <tr><td>16</td><td>u32</td><td>indexId, never 0; the same in log and cache</td></tr>
 * <tr><td>20</td><td>u32</td><td>flags: 1 corrupted, 2 has dirty mails, 4 was repaired</td></tr>
 * <tr><td>24</td><td>u32</td><td>uidValidity</td></tr>
 * <tr><td>28</td><td>u32</td><td>nextUid, above the last record's</td></tr>
 * <tr><td>32</td><td>u32</td><td>messagesCount (then 4 bytes 0)</td></tr>
 * <tr><td>40</td><td>u32</td><td>seenMessagesCount</td></tr>
 * <tr><td>44</td><td>u32</td><td>deletedMessagesCount</td></tr>
 * <tr><td>48</td><td>u32</td><td>firstRecentUid, 1 to nextUid</td></tr>
 * <tr><td>52</td><td>u32</td><td>firstUnseenUidLowwater: no unseen mail below</td></tr>
 * <tr><td>56</td><td>u32</td><td>firstDeletedUidLowwater: no deleted mail below</td></tr>
 * <tr><td>60</td><td>u32</td><td>logFileSeq</td></tr>
 * <tr><td>64</td><td>u32</td><td>logFileTailOffset: changes before it are written to the mailbox</td></tr>
 * <tr><td>68</td><td>u32</td><td>logFileHeadOffset: changes before it are in this file (then 4 bytes 0)</td></tr>
 * <tr><td>76</td><td>u32</td><td>log2RotateTime, {@link #NO_LOG2} if there is no second log</td></tr>
 * <tr><td>80</td><td>u32</td><td>lastTempFileScan, Unix time or 0</td></tr>
 * <tr><td>84</td><td>u32</td><td>dayStamp, Unix time or 0</td></tr>
 * <tr><td>88</td><td>8 u32</td><td>dayFirstUid</td></tr>
 * </table>
 *
 * All u32 fields are 0 to 2^32-1. Source: index-format reference §1.1, checked against files of Dovecot 2.3.19.1.
 */
public record IndexHeader(int majorVersion, int minorVersion, int baseHeaderSize, long headerSize, long recordSize,
        int compatFlags, long indexId, long flags, long uidValidity, long nextUid, long messagesCount,
        long seenMessagesCount, long deletedMessagesCount, long firstRecentUid, long firstUnseenUidLowwater,
        long firstDeletedUidLowwater, long logFileSeq, long logFileTailOffset, long logFileHeadOffset, long log2RotateTime,
        long lastTempFileScan, long dayStamp, List<Long> dayFirstUid) {
    /** Bytes that this version of the format has. */
    public static final int SIZE = 120;
    public static final int MAJOR_VERSION = 7;
    public static final int MINOR_VERSION = 3;
    public static final int LITTLE_ENDIAN = 1;
    public static final int FLAG_CORRUPTED = 1;
    /** {@link #log2RotateTime}: there is no {@code .log.2}. */
    public static final long NO_LOG2 = 0xffffffffL;

    static final int NEXT_UID_OFFSET = 28;
    static final int TAIL_OFFSET_OFFSET = 64;
    static final int DAYS = 8;
    /** uid and flags, padded. */
    static final int MIN_RECORD_SIZE = 8;

    public IndexHeader {
        dayFirstUid = List.copyOf(dayFirstUid);
        if (dayFirstUid.size() != DAYS) {
            throw new IllegalArgumentException("eight days, not " + dayFirstUid.size());
        }
    }

    /** Reads 120 bytes from the position of a little-endian buffer. Checks nothing: see {@link #check}. */
    static IndexHeader read(ByteBuffer in) {
        int major = in.get() & 0xff;
        int minor = in.get() & 0xff;
        int base = in.getShort() & 0xffff;
        long headerSize = u32(in);
        long recordSize = u32(in);
        int compat = in.get() & 0xff;
        skip(in, 3);
        long indexId = u32(in);
        long flags = u32(in);
        long uidValidity = u32(in);
        long nextUid = u32(in);
        long messages = u32(in);
        skip(in, 4);
        long seen = u32(in);
        long deleted = u32(in);
        long firstRecent = u32(in);
        long firstUnseen = u32(in);
        long firstDeleted = u32(in);
        long logSeq = u32(in);
        long tail = u32(in);
        long head = u32(in);
        skip(in, 4);
        long log2 = u32(in);
        long scan = u32(in);
        long dayStamp = u32(in);
        List<Long> days = new ArrayList<>(DAYS);
        for (int i = 0; i < DAYS; i++) {
            days.add(u32(in));
        }
        return new IndexHeader(major, minor, base, headerSize, recordSize, compat, indexId, flags, uidValidity, nextUid,
                messages, seen, deleted, firstRecent, firstUnseen, firstDeleted, logSeq, tail, head, log2, scan, dayStamp,
                days);
    }

    /** Writes 120 bytes at the position of a little-endian buffer. */
    void write(ByteBuffer out) {
        out.put((byte) majorVersion).put((byte) minorVersion).putShort((short) baseHeaderSize);
        out.putInt((int) headerSize).putInt((int) recordSize);
        out.put((byte) compatFlags).put(new byte[3]);
        out.putInt((int) indexId).putInt((int) flags).putInt((int) uidValidity).putInt((int) nextUid);
        out.putInt((int) messagesCount).putInt(0).putInt((int) seenMessagesCount).putInt((int) deletedMessagesCount);
        out.putInt((int) firstRecentUid).putInt((int) firstUnseenUidLowwater).putInt((int) firstDeletedUidLowwater);
        out.putInt((int) logFileSeq).putInt((int) logFileTailOffset).putInt((int) logFileHeadOffset).putInt(0);
        out.putInt((int) log2RotateTime).putInt((int) lastTempFileScan).putInt((int) dayStamp);
        for (long uid : dayFirstUid) {
            out.putInt((int) uid);
        }
    }

    /**
     * Checks what Dovecot checks before it uses an index file, and that header and records lie within the file.
     *
     * @throws CorruptFileException naming the first field that does not hold
     */
    void check(String file, long fileSize) throws CorruptFileException {
        require(majorVersion == MAJOR_VERSION, file, 0, "major version 7", majorVersion);
        require((flags & FLAG_CORRUPTED) == 0, file, 20, "an index not marked corrupted", flags);
        require(compatFlags == LITTLE_ENDIAN, file, 12, "a little-endian index", compatFlags);
        require(baseHeaderSize >= SIZE, file, 2, "a base header of 120 bytes or more", baseHeaderSize);
        require(headerSize >= baseHeaderSize && headerSize <= fileSize, file, 4,
                "a header of " + baseHeaderSize + " to " + fileSize + " bytes", headerSize);
        require(recordSize >= MIN_RECORD_SIZE && recordSize <= 0xffff, file, 8, "records of 8 to 65535 bytes", recordSize);
        require(indexId != 0, file, 16, "an index id", 0);
        require(messagesCount <= (fileSize - headerSize) / recordSize, file, 32,
                "at most " + (fileSize - headerSize) / recordSize + " messages in a file of " + fileSize + " bytes",
                messagesCount);
        require(nextUid != 0, file, NEXT_UID_OFFSET, "a next UID", 0);
        require(uidValidity != 0 || nextUid == 1, file, 24, "a UIDVALIDITY", 0);
        require(seenMessagesCount <= messagesCount, file, 40, "at most " + messagesCount + " seen", seenMessagesCount);
        require(deletedMessagesCount <= messagesCount, file, 44, "at most " + messagesCount + " deleted",
                deletedMessagesCount);
        require(firstRecentUid <= nextUid && (firstRecentUid > 0 || minorVersion == 0), file, 48,
                "a first recent UID of 1 to " + nextUid, firstRecentUid);
    }

    private static void require(boolean holds, String file, long offset, String expected, long found)
            throws CorruptFileException {
        if (!holds) {
            throw new CorruptFileException(file, offset, expected, Long.toString(found));
        }
    }

    private static long u32(ByteBuffer in) {
        return in.getInt() & 0xffffffffL;
    }

    private static void skip(ByteBuffer in, int bytes) {
        in.position(in.position() + bytes);
    }
}
