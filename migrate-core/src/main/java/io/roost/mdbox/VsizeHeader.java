package io.roost.mdbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Header data of the extension {@code hdr-vsize} in a mailbox index, from which quota and STATUS SIZE are answered: 16 bytes,
 * little-endian: u64 sum of virtual sizes, u32 highest UID included, u32 number of mails included. Dovecot takes the sum as it
 * is if the highest UID is the one before the mailbox's next UID and the number that of its mails; else, if the number is that
 * of the mails up to that UID, it adds those above, and writes the header anew. Source: mdbox-format reference §5.2 and
 * {@code index-mailbox-size.c} of 2.3.19.1.
 */
public record VsizeHeader(long virtualSize, long highestUid, long messages) {
    static final String NAME = "hdr-vsize";
    static final int SIZE = 16;

    static VsizeHeader read(ByteBuffer in) {
        return new VsizeHeader(in.getLong(0), in.getInt(8) & 0xffffffffL, in.getInt(12) & 0xffffffffL);
    }

    byte[] write() {
        return ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN).putLong(virtualSize).putInt((int) highestUid)
                .putInt((int) messages).array();
    }
}
