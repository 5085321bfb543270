package io.roost.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.MailFlags;

/** An index while it is read: base header, records and keyword names, before and during the replay of its log. */
final class IndexState {
    static final String MODSEQ = "modseq";
    static final int MODSEQ_HEADER_SIZE = 16;

    final String file;
    final IndexRecords records;
    List<String> keywords = new ArrayList<>();
    /** The first 120 bytes, which a log may change anywhere. */
    final ByteBuffer header = ByteBuffer.allocate(IndexHeader.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    /** Highest modification sequence counted so far, 0 if none is. */
    long modseq;
    boolean deleted;

    IndexState(String file) {
        this.file = file;
        records = new IndexRecords(file);
    }

    /** An index as it is before its first log: nothing but the id. */
    static IndexState empty(String file, long indexId) {
        IndexState state = new IndexState(file);
        state.setHeader(emptyHeader(indexId));
        return state;
    }

    private static IndexHeader emptyHeader(long indexId) {
        return new IndexHeader(IndexHeader.MAJOR_VERSION, IndexHeader.MINOR_VERSION, IndexHeader.SIZE, IndexHeader.SIZE,
                IndexHeader.MIN_RECORD_SIZE, IndexHeader.LITTLE_ENDIAN, indexId, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0,
                IndexHeader.NO_LOG2, 0, 0, List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
    }

    void setHeader(IndexHeader h) {
        h.write(header.clear());
    }

    IndexHeader header() {
        return IndexHeader.read(header.clear());
    }

    /** A log that resets the index discards everything before it. */
    void reset() {
        long indexId = header().indexId();
        records.clear();
        keywords = new ArrayList<>();
        deleted = false;
        setHeader(emptyHeader(indexId));
    }

    long nextUid() {
        return header.getInt(IndexHeader.NEXT_UID_OFFSET) & 0xffffffffL;
    }

    void setNextUid(long uid) {
        header.putInt(IndexHeader.NEXT_UID_OFFSET, (int) uid);
    }

    /** The {@code modseq} extension if mails have modification sequences of their own, else null. */
    ExtensionState modseqExtension() {
        ExtensionState e = records.extension(MODSEQ);
        return e != null && e.header.length == MODSEQ_HEADER_SIZE && e.recordSize == 8 ? e : null;
    }

    /** Index of a keyword compared without case, added if it is new. */
    int keyword(String name, long offset) throws CorruptFileException {
        for (int i = 0; i < keywords.size(); i++) {
            if (keywords.get(i).equalsIgnoreCase(name)) {
                return i;
            }
        }
        if (keywords.size() >= 1 << 16) {
            throw new CorruptFileException(file, offset, "at most 65536 keywords", "another");
        }
        keywords.add(name);
        int size = KeywordsHeader.fieldSize(keywords.size());
        ExtensionState e = records.extension(KeywordsHeader.NAME);
        if (e == null) {
            records.add(new ExtensionState(IndexExtension.ofField(KeywordsHeader.NAME, size, 1)), offset);
        } else if (e.recordSize < size) {
            records.resize(e, size, offset);
        }
        return keywords.size() - 1;
    }

    /**
     * Ends the reading: closes gaps, counts, and brings the header up to date.
     *
     * @param logSeq    sequence number of the log that was replayed last
     * @param logOffset where its replay ended
     */
    MailIndex finish(long logSeq, long logOffset) {
        records.compact();
        records.addDirtyToPending();
        ExtensionState k = records.extension(KeywordsHeader.NAME);
        if (k != null) {
            k.header = KeywordsHeader.write(keywords);
        }
        long seen = 0;
        long deletedCount = 0;
        long firstUnseen = nextUid();
        long firstDeleted = firstUnseen;
        for (int i = records.count() - 1; i >= 0; i--) {
            int flags = records.flags()[i];
            if ((flags & MailFlags.SEEN) != 0) {
                seen++;
            } else {
                firstUnseen = records.uids()[i] & 0xffffffffL;
            }
            if ((flags & MailFlags.DELETED) != 0) {
                deletedCount++;
                firstDeleted = records.uids()[i] & 0xffffffffL;
            }
        }
        IndexHeader h = header();
        setHeader(new IndexHeader(h.majorVersion(), h.minorVersion(), h.baseHeaderSize(), h.headerSize(), h.recordSize(),
                h.compatFlags(), h.indexId(), h.flags(), h.uidValidity(), h.nextUid(), records.count(), seen, deletedCount,
                Math.max(1, Math.min(h.firstRecentUid(), h.nextUid())), firstUnseen, firstDeleted, logSeq,
                Math.min(h.logFileTailOffset(), logOffset), logOffset, h.log2RotateTime(), h.lastTempFileScan(), h.dayStamp(),
                h.dayFirstUid()));
        ExtensionState m = modseqExtension();
        if (m != null) {
            modseq = Math.max(modseq, LittleEndian.getLong(m.header, 0));
        }
        return new MailIndex(file, header(), records, keywords, Math.max(1, modseq), deleted);
    }
}
