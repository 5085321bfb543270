package io.roost.mdbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.roost.dovecot.Guid128;

/**
 * Header data of the extension {@code mdbox-hdr} in a mailbox index: 24 bytes, little-endian.
 *
 * <table>
 * <caption>Layout</caption>
 * <tr><td>0</td><td>u32</td><td>UIDVALIDITY of the map index</td></tr>
 * <tr><td>4</td><td>16 bytes</td><td>mailbox GUID</td></tr>
 * <tr><td>20</td><td>u8</td><td>flags: 1 some mails have a POP3 UIDL, 2 some have a POP3 order</td></tr>
 * <tr><td>21</td><td>3 bytes</td><td>0</td></tr>
 * </table>
 *
 * Dovecot accepts 20 bytes without the flags. Source: mdbox-format reference §5.2.
 */
record MdboxHeader(long mapUidValidity, Guid128 mailboxGuid, int flags) {
    static final String NAME = "mdbox-hdr";
    static final int SIZE = 24;
    static final int MIN_SIZE = 20;
    static final int POP3_UIDLS = 1;
    static final int POP3_ORDERS = 2;

    static MdboxHeader read(ByteBuffer in) {
        return new MdboxHeader(in.getInt(0) & 0xffffffffL, Guid128.read(in, 4), in.limit() > MIN_SIZE ? in.get(20) & 0xff : 0);
    }

    byte[] write() {
        return ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN).putInt((int) mapUidValidity)
                .put(mailboxGuid.toBytes()).put((byte) flags).array();
    }
}
