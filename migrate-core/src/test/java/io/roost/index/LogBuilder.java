package io.roost.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes transaction logs for tests, record by record, from the format's description alone. */
final class LogBuilder {
    static final int EXTERNAL = TransactionType.EXTERNAL;
    private ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    LogBuilder(long indexId, int seq, int prevSeq, int prevOffset, long initialModseq) {
        new TransactionLogHeader(3, 40, indexId, seq, prevSeq, prevOffset, 0, initialModseq).write(out);
    }

    /** Goes on in an existing log. */
    LogBuilder(byte[] existing) {
        room(existing.length);
        out.put(existing);
    }

    private void room(int bytes) {
        if (out.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(2 * (out.capacity() + bytes)).order(ByteOrder.LITTLE_ENDIAN);
            larger.put(out.flip());
            out = larger;
        }
    }

    LogBuilder record(int type, byte[] body) {
        int size = 8 + (body.length + 3 & ~3);
        room(size);
        int start = out.position();
        out.putInt(Integer.reverseBytes(IndexOffset.encode(size))).putInt(type).put(body);
        while (out.position() < start + size) {
            out.put((byte) 0);
        }
        return this;
    }

    static ByteBuffer body(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    LogBuilder append(long uid, int flags) {
        return record(TransactionType.APPEND | EXTERNAL, body(8).putInt((int) uid).put((byte) flags).array());
    }

    LogBuilder expunge(int external, long uid1, long uid2) {
        return record(TransactionType.EXPUNGE | external, body(8).putInt((int) uid1).putInt((int) uid2).array());
    }

    LogBuilder expungeGuid(int external, long uid) {
        return record(TransactionType.EXPUNGE_GUID | external, body(20).putInt((int) uid).array());
    }

    LogBuilder flags(int external, long uid1, long uid2, int add, int remove) {
        return record(TransactionType.FLAG_UPDATE | external,
                body(12).putInt((int) uid1).putInt((int) uid2).put((byte) add).put((byte) remove).array());
    }

    LogBuilder keyword(int external, boolean add, String name, long uid1, long uid2) {
        int ranges = 4 + name.length() + 3 & ~3;
        ByteBuffer b = body(ranges + 8).put((byte) (add ? 0 : 1)).put((byte) 0).putShort((short) name.length());
        b.put(name.getBytes(StandardCharsets.ISO_8859_1)).position(ranges);
        return record(TransactionType.KEYWORD_UPDATE | external, b.putInt((int) uid1).putInt((int) uid2).array());
    }

    LogBuilder keywordReset(long uid1, long uid2) {
        return record(TransactionType.KEYWORD_RESET | EXTERNAL, body(8).putInt((int) uid1).putInt((int) uid2).array());
    }

    LogBuilder header(int offset, int value) {
        return record(TransactionType.HEADER_UPDATE | EXTERNAL, body(8).putShort((short) offset).putShort((short) 4)
                .putInt(value).array());
    }

    LogBuilder intro(int id, String name, int resetId, int headerSize, int recordSize, int align, int flags) {
        byte[] n = name.getBytes(StandardCharsets.ISO_8859_1);
        return record(TransactionType.EXT_INTRO | EXTERNAL, body(20 + n.length).putInt(id).putInt(resetId).putInt(headerSize)
                .putShort((short) recordSize).putShort((short) align).putShort((short) flags).putShort((short) n.length)
                .put(n).array());
    }

    LogBuilder extHeader(int offset, byte[] data) {
        return record(TransactionType.EXT_HDR_UPDATE | EXTERNAL, body(4 + data.length).putShort((short) offset)
                .putShort((short) data.length).put(data).array());
    }

    LogBuilder extRecord(long uid, byte[] data) {
        return record(TransactionType.EXT_REC_UPDATE | EXTERNAL, body(4 + data.length).putInt((int) uid).put(data).array());
    }

    LogBuilder extReset(int resetId, boolean preserve) {
        return record(TransactionType.EXT_RESET | EXTERNAL, body(8).putInt(resetId).put((byte) (preserve ? 1 : 0)).array());
    }

    LogBuilder extIncrement(long uid, int difference) {
        return record(TransactionType.EXT_ATOMIC_INC | EXTERNAL, body(8).putInt((int) uid).putInt(difference).array());
    }

    LogBuilder modseq(long uid, long modseq) {
        return record(TransactionType.MODSEQ_UPDATE | EXTERNAL, body(12).putInt((int) uid).putLong(modseq).array());
    }

    LogBuilder boundary(int size) {
        return record(TransactionType.BOUNDARY | EXTERNAL, body(4).putInt(size).array());
    }

    LogBuilder raw(byte[] bytes) {
        room(bytes.length);
        out.put(bytes);
        return this;
    }

    int size() {
        return out.position();
    }

    byte[] bytes() {
        byte[] b = new byte[out.position()];
        out.get(0, b);
        return b;
    }

    void write(Path file) throws IOException {
        Files.write(file, bytes());
    }

    static byte[] u32(int value) {
        return body(4).putInt(value).array();
    }
}
