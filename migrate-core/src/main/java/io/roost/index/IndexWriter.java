package io.roost.index;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailFlags;
import io.roost.posix.NewFiles;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Writes a new index as the pair of files that Dovecot takes over without a word and without rewriting: {@code PREFIX} with
 * everything in it, and {@code PREFIX.log} that is only a header, of sequence number 2, continuing an imaginary log 1 that
 * ended at 40. (A log without predecessor would reset the index: all mails would be lost in silence.) Source: index-format
 * reference §6.
 *
 * <p>Records are kept as they will be written, a few dozen bytes each, so that millions fit in memory. Not thread-safe.
 */
public final class IndexWriter {
    /** Sequence number of the log beside the index. */
    static final int LOG_SEQ = 2;
    private static final int PREV_LOG_SEQ = 1;
    private static final int BLOCK = 256 * 1024;
    private static final int FIRST_RECORDS = 16;
    private static final int BUFFER = 1 << 20;

    private final List<IndexExtension> extensions;
    private final int recordSize;
    private final int blockRecords;
    private final List<byte[]> blocks = new ArrayList<>();
    private int count;
    private long lastUid;
    private long seen;
    private long deleted;
    private long firstUnseen;
    private long firstDeleted;

    /**
     * What the base header and the log's header hold besides counts.
     *
     * @param indexId          not 0; Unix time as Dovecot has it, also the log's creation time
     * @param uidValidity      not 0
     * @param nextUid          above the last record's UID
     * @param firstRecentUid   1 to {@code nextUid}
     * @param highestModseq    HIGHESTMODSEQ, 1 or more
     * @param lastTempFileScan Unix time, 0 makes Dovecot scan for temporary files at the first open
     */
    public record Base(long indexId, long uidValidity, long nextUid, long firstRecentUid, long highestModseq,
            long lastTempFileScan) {
        public Base {
            require(indexId > 0 && indexId <= 0xffffffffL, "index id", indexId);
            require(uidValidity > 0 && uidValidity <= 0xffffffffL, "UIDVALIDITY", uidValidity);
            require(nextUid > 0 && nextUid <= 0xffffffffL, "next UID", nextUid);
            require(firstRecentUid > 0 && firstRecentUid <= nextUid, "first recent UID", firstRecentUid);
            require(highestModseq > 0, "highest modseq", highestModseq);
            require(lastTempFileScan >= 0 && lastTempFileScan <= 0xffffffffL, "last temp file scan", lastTempFileScan);
        }

        private static void require(boolean holds, String what, long value) {
            if (!holds) {
                throw new IllegalArgumentException(what + " " + value);
            }
        }
    }

    /** @param extensions in the order they shall have; their record offsets are assigned here */
    public IndexWriter(List<IndexExtension> extensions) {
        RecordLayout layout = RecordLayout.of(extensions);
        for (IndexExtension e : extensions) {
            String wrong = e.wrong();
            if (wrong != null) {
                throw new IllegalArgumentException(wrong);
            }
        }
        this.extensions = new ArrayList<>(layout.extensions());
        recordSize = layout.recordSize();
        blockRecords = Math.max(1, BLOCK / recordSize);
    }

    /** The {@code modseq} extension as it must be in an index of this writer. */
    public static IndexExtension modseqExtension(long highestModseq) {
        byte[] header = new byte[IndexState.MODSEQ_HEADER_SIZE];
        LittleEndian.putLong(header, 0, highestModseq);
        LittleEndian.putInt(header, 8, LOG_SEQ);
        LittleEndian.putInt(header, 12, TransactionLogHeader.SIZE);
        return new IndexExtension(IndexState.MODSEQ, 0, header, 0, Long.BYTES, Long.BYTES);
    }

    /** The {@code keywords} extension for these names, byte strings, at least one. */
    public static IndexExtension keywordsExtension(List<String> names) {
        return new IndexExtension(KeywordsHeader.NAME, 0, KeywordsHeader.write(names), 0,
                KeywordsHeader.fieldSize(names.size()), 1);
    }

    /** Number of an extension, for the {@code put} methods; -1 if there is none of that name. */
    public int extension(String name) {
        for (int e = 0; e < extensions.size(); e++) {
            if (extensions.get(e).name().equals(name)) {
                return e;
            }
        }
        return -1;
    }

    /** Replaces an extension's header data by as many bytes. */
    public void setHeader(int extension, byte[] header) {
        IndexExtension e = extensions.get(extension);
        if (header.length != e.header().length) {
            throw new IllegalArgumentException(e + " gets " + header.length + " bytes");
        }
        extensions.set(extension, new IndexExtension(e.name(), e.resetId(), header, e.recordOffset(), e.recordSize(),
                e.recordAlign()));
    }

    /** Number of records. */
    public int size() {
        return count;
    }

    /**
     * Appends a record; its fields are zero until put.
     *
     * @param uid   above the one before
     * @param flags see {@link MailFlags}
     * @return its number, from 0
     */
    public int append(long uid, int flags) {
        if (uid <= lastUid || uid >= 0xffffffffL) {
            throw new IllegalArgumentException("UID " + uid + " after " + lastUid);
        }
        int at = count % blockRecords * recordSize;
        if (at == 0) {
            blocks.add(new byte[Math.min(blockRecords, count == 0 ? FIRST_RECORDS : blockRecords) * recordSize]);
        }
        int last = blocks.size() - 1;
        byte[] block = blocks.get(last);
        if (at == block.length) {
            block = Arrays.copyOf(block, Math.min(2 * at, blockRecords * recordSize));
            blocks.set(last, block);
        }
        LittleEndian.putInt(block, at, (int) uid);
        block[at + 4] = (byte) flags;
        count(uid, flags);
        lastUid = uid;
        return count++;
    }

    private void count(long uid, int flags) {
        if ((flags & MailFlags.SEEN) != 0) {
            seen++;
        } else if (firstUnseen == 0) {
            firstUnseen = uid;
        }
        if ((flags & MailFlags.DELETED) != 0) {
            deleted++;
            if (firstDeleted == 0) {
                firstDeleted = uid;
            }
        }
    }

    public void putShort(int record, int extension, int offset, int value) {
        LittleEndian.putShort(block(record), position(record, extension, offset, Short.BYTES), value);
    }

    public int getShort(int record, int extension, int offset) {
        return LittleEndian.getShort(block(record), position(record, extension, offset, Short.BYTES)) & 0xffff;
    }

    public void putInt(int record, int extension, int offset, int value) {
        LittleEndian.putInt(block(record), position(record, extension, offset, Integer.BYTES), value);
    }

    public void putLong(int record, int extension, int offset, long value) {
        LittleEndian.putLong(block(record), position(record, extension, offset, Long.BYTES), value);
    }

    public void putGuid(int record, int extension, int offset, Guid128 value) {
        byte[] block = block(record);
        int at = position(record, extension, offset, Guid128.BYTES);
        LittleEndian.putLong(block, at, Long.reverseBytes(value.high()));
        LittleEndian.putLong(block, at + Long.BYTES, Long.reverseBytes(value.low()));
    }

    /** Sets one bit of a field that is a set of bits. */
    public void setBit(int record, int extension, int bit) {
        block(record)[position(record, extension, bit / 8, 1)] |= (byte) (1 << bit % 8);
    }

    private byte[] block(int record) {
        if (record < 0 || record >= count) {
            throw new IndexOutOfBoundsException("record " + record + " of " + count);
        }
        return blocks.get(record / blockRecords);
    }

    private int position(int record, int extension, int offset, int size) {
        IndexExtension e = extensions.get(extension);
        if (offset < 0 || offset + size > e.recordSize()) {
            throw new IndexOutOfBoundsException(size + " bytes at " + offset + " of " + e);
        }
        return record % blockRecords * recordSize + e.recordOffset() + offset;
    }

    /**
     * Creates both files, which must not exist. For their names to last: {@link OpenDirectory#sync}.
     *
     * @param prefix {@code dovecot.index} or {@code dovecot.map.index}
     */
    public void write(OpenDirectory dir, String prefix, Base base, NewFiles files) throws PosixException {
        if (base.nextUid() <= lastUid) {
            throw new IllegalArgumentException("next UID " + base.nextUid() + " after UID " + lastUid);
        }
        try (OpenFile out = files.createFile(dir, prefix)) {
            writeIndex(out, base);
            files.written(out);
        }
        ByteBuffer log = ByteBuffer.allocateDirect(TransactionLogHeader.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        new TransactionLogHeader(TransactionLogHeader.MINOR_VERSION, TransactionLogHeader.SIZE, base.indexId(), LOG_SEQ,
                PREV_LOG_SEQ, TransactionLogHeader.SIZE, base.indexId(), base.highestModseq()).write(log);
        try (OpenFile out = files.createFile(dir, prefix + ".log")) {
            out.write(log.flip());
            files.written(out);
        }
    }

    private void writeIndex(OpenFile out, Base base) throws PosixException {
        int headerSize = IndexHeader.SIZE;
        for (IndexExtension e : extensions) {
            headerSize += e.writtenSize();
        }
        long all = headerSize + (long) count * recordSize;
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.max(headerSize, Math.min(BUFFER, all)))
                .order(ByteOrder.LITTLE_ENDIAN);
        header(base, headerSize).write(buffer);
        for (IndexExtension e : extensions) {
            e.write(buffer);
        }
        for (int b = 0; b < blocks.size(); b++) {
            int end = Math.min(blockRecords, count - b * blockRecords) * recordSize;
            for (int at = 0; at < end;) {
                if (!buffer.hasRemaining()) {
                    out.write(buffer.flip());
                    buffer.clear();
                }
                int n = Math.min(end - at, buffer.remaining());
                buffer.put(blocks.get(b), at, n);
                at += n;
            }
        }
        out.write(buffer.flip());
    }

    private IndexHeader header(Base base, int headerSize) {
        return new IndexHeader(IndexHeader.MAJOR_VERSION, IndexHeader.MINOR_VERSION, IndexHeader.SIZE, headerSize, recordSize,
                IndexHeader.LITTLE_ENDIAN, base.indexId(), 0, base.uidValidity(), base.nextUid(), count, seen, deleted,
                base.firstRecentUid(), firstUnseen == 0 ? base.nextUid() : firstUnseen,
                firstDeleted == 0 ? base.nextUid() : firstDeleted, LOG_SEQ, TransactionLogHeader.SIZE,
                TransactionLogHeader.SIZE, IndexHeader.NO_LOG2, base.lastTempFileScan(), 0,
                List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
    }
}
