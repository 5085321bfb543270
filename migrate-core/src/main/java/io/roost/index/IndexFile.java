package io.roost.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Reads {@code dovecot.index} itself, without its log:
 *
 * <pre>
 * base header                      {@link IndexHeader}, padded to a multiple of 8
 * extensions up to headerSize      {@link IndexExtension}
 * messagesCount records of recordSize bytes: u32 uid, u8 flags, fields at their recordOffset
 * </pre>
 *
 * Records ascend by UID. Source: index-format reference §1.
 */
final class IndexFile {
    private static final int CHUNK = 1 << 20;
    private static final int FIRST_READ = 16 * 1024;
    private static final int MAX_HEADER = 64 << 20;

    private IndexFile() {
    }

    /** Reads a file of the given status. */
    static IndexState read(OpenFile in, FileStatus status) throws PosixException, CorruptFileException {
        String file = in.path();
        if (!status.isFile()) {
            throw new CorruptFileException(file, 0, "a regular file", status.kind().toString());
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(Math.max(status.size(), 1), FIRST_READ))
                .order(ByteOrder.LITTLE_ENDIAN);
        in.preadFully(buffer, 0);
        buffer.flip();
        if (buffer.remaining() < IndexHeader.SIZE) {
            throw new CorruptFileException(file, 0, "a header of 120 bytes", buffer.remaining() + " bytes");
        }
        IndexHeader header = IndexHeader.read(buffer);
        header.check(file, status.size());
        if (header.headerSize() > MAX_HEADER) {
            throw new CorruptFileException(file, 4, "a header of at most 64 MiB", header.headerSize() + " bytes");
        }
        if (header.headerSize() > buffer.limit()) {
            buffer = ByteBuffer.allocateDirect((int) header.headerSize()).order(ByteOrder.LITTLE_ENDIAN);
            in.preadFully(buffer, 0);
            buffer.flip();
        }
        IndexState state = new IndexState(file);
        state.setHeader(upgraded(header));
        readExtensions(buffer, header, state);
        readRecords(in, buffer, header, state);
        return state;
    }

    /** Fields that older minor versions used for something else. */
    private static IndexHeader upgraded(IndexHeader h) {
        if (h.minorVersion() >= IndexHeader.MINOR_VERSION) {
            return h;
        }
        return new IndexHeader(h.majorVersion(), IndexHeader.MINOR_VERSION, h.baseHeaderSize(), h.headerSize(), h.recordSize(),
                h.compatFlags(), h.indexId(), h.flags(), h.uidValidity(), h.nextUid(), h.messagesCount(),
                h.seenMessagesCount(), h.deletedMessagesCount(), Math.max(1, h.firstRecentUid()), h.firstUnseenUidLowwater(),
                h.firstDeletedUidLowwater(), h.logFileSeq(), h.logFileTailOffset(), h.logFileHeadOffset(), 0, 0, h.dayStamp(),
                h.dayFirstUid());
    }

    private static void readExtensions(ByteBuffer buffer, IndexHeader header, IndexState state) throws CorruptFileException {
        if (buffer.limit() < header.headerSize()) {
            throw new CorruptFileException(state.file, buffer.limit(), "a header of " + header.headerSize() + " bytes",
                    "end of file");
        }
        ByteBuffer in = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit((int) header.headerSize());
        in.position((int) Math.min(header.headerSize(), IndexExtension.pad8(header.baseHeaderSize())));
        while (in.hasRemaining()) {
            int start = in.position();
            IndexExtension e = IndexExtension.read(in, state.file, header.recordSize());
            if (state.records.extension(e.name()) != null) {
                throw new CorruptFileException(state.file, start, "each extension once", e.name() + " again");
            }
            state.records.add(new ExtensionState(e), start);
            if (e.name().equals(KeywordsHeader.NAME)) {
                state.keywords = KeywordsHeader.read(e.header(), state.file);
            }
        }
    }

    private static void readRecords(OpenFile in, ByteBuffer first, IndexHeader header, IndexState state)
            throws PosixException, CorruptFileException {
        int recordSize = (int) header.recordSize();
        int count = (int) Math.min(header.messagesCount(), Integer.MAX_VALUE - 16);
        state.records.reserve(count, header.headerSize());
        long offset = header.headerSize();
        long last = 0;
        ByteBuffer buffer = first.position((int) Math.min(offset, first.limit()));
        for (int i = 0; i < count; i++, offset += recordSize) {
            if (buffer.remaining() < recordSize) {
                if (buffer == first) {
                    long wanted = (long) (count - i) * recordSize;
                    buffer = ByteBuffer.allocateDirect((int) Math.min(wanted, CHUNK / recordSize * recordSize))
                            .order(ByteOrder.LITTLE_ENDIAN);
                }
                in.preadFully(buffer.clear(), offset);
                buffer.flip();
                if (buffer.remaining() < recordSize) {
                    throw new CorruptFileException(state.file, offset, "record " + i + " of " + count, "end of file");
                }
            }
            last = readRecord(buffer, offset, last, header, state);
            buffer.position(buffer.position() + recordSize);
        }
    }

    private static long readRecord(ByteBuffer buffer, long offset, long lastUid, IndexHeader header, IndexState state)
            throws CorruptFileException {
        int at = buffer.position();
        int uid = buffer.getInt(at);
        long unsigned = uid & 0xffffffffL;
        if (unsigned <= lastUid || unsigned >= header.nextUid()) {
            throw new CorruptFileException(state.file, offset, "a UID of " + (lastUid + 1) + " to " + (header.nextUid() - 1),
                    Long.toString(unsigned));
        }
        int i = state.records.append(uid, buffer.get(at + 4), offset);
        for (ExtensionState e : state.records.extensions()) {
            if (e.recordSize > 0) {
                buffer.get(at + e.recordOffset, e.column, i * e.recordSize, e.recordSize);
            }
        }
        return unsigned;
    }
}
