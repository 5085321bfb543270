package io.roost.index;

import java.nio.ByteBuffer;
import java.util.Arrays;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;

/**
 * Applies the log records that concern extensions. An introduction chooses the extension that the records after it mean:
 *
 * <table>
 * <caption>Bodies, little-endian, entries padded to four bytes</caption>
 * <tr><td>ext intro</td><td>{u32 ext_id (2^32-1: by name), u32 reset_id, u32 hdr_size, u16 record_size, u16 record_align,
 * u16 flags (1: never shrink), u16 name_size, name}*</td></tr>
 * <tr><td>ext reset</td><td>u32 new_reset_id, u8 preserve_data, 3 pad</td></tr>
 * <tr><td>ext hdr update</td><td>{u16 offset, u16 size, data}*; with u32s in the 32-bit variant</td></tr>
 * <tr><td>ext rec update</td><td>{u32 uid, record_size bytes as the introduction says}*</td></tr>
 * <tr><td>ext atomic inc</td><td>{u32 uid, i32 difference}*</td></tr>
 * </table>
 *
 * If the extension has another reset id than the introduction, updates are ignored until a reset. Source: index-format
 * reference §2.3.
 */
final class ExtensionReplay {
    static final int INTRO_SIZE = 20;
    private static final long BY_NAME = 0xffffffffL;
    private static final int NO_SHRINK = 1;

    private final IndexState state;
    private ExtensionState current;
    /** The field's size that the introduction told, which gives the distance of updates. */
    private int introducedSize;
    private boolean ignored;

    ExtensionReplay(IndexState state) {
        this.state = state;
    }

    void intro(TransactionLogReader log) throws CorruptFileException {
        ByteBuffer in = log.body();
        for (int at = 0; at + INTRO_SIZE <= in.limit();) {
            int nameSize = in.getShort(at + 18) & 0xffff;
            if (at + INTRO_SIZE + nameSize > in.limit()) {
                throw corrupt(log, "an extension name within the record", nameSize + " bytes");
            }
            byte[] name = new byte[nameSize];
            in.get(at + INTRO_SIZE, name);
            introduce(log, in, at, ByteString.of(name, 0, nameSize));
            at += INTRO_SIZE + nameSize + 3 & ~3;
        }
    }

    private void introduce(TransactionLogReader log, ByteBuffer in, int at, String name) throws CorruptFileException {
        current = null;
        long id = in.getInt(at) & 0xffffffffL;
        long resetId = in.getInt(at + 4) & 0xffffffffL;
        long headerSize = in.getInt(at + 8) & 0xffffffffL;
        int recordSize = in.getShort(at + 12) & 0xffff;
        int recordAlign = in.getShort(at + 14) & 0xffff;
        boolean noShrink = (in.getShort(at + 16) & NO_SHRINK) != 0;
        ExtensionState e;
        if (id == BY_NAME) {
            e = state.records.extension(name);
        } else if (id < state.records.extensions().size()) {
            e = state.records.extensions().get((int) id);
        } else {
            throw corrupt(log, "a known extension", "id " + id);
        }
        String real = e == null ? name : e.name;
        if (real.equals(KeywordsHeader.NAME)) {
            throw corrupt(log, "an extension other than keywords", "an introduction of keywords");
        }
        if (headerSize > IndexExtension.MAX_HEADER_SIZE) {
            throw corrupt(log, "an extension header of at most 16 MiB", headerSize + " bytes");
        }
        IndexExtension told = new IndexExtension(real, resetId, new byte[(int) headerSize], 0, recordSize, recordAlign);
        told.check(log.file(), log.start());
        if (e == null) {
            e = new ExtensionState(told);
            state.records.add(e, log.start());
            ignored = false;
        } else {
            ignored = e.resetId != resetId;
            if (!ignored) {
                resize(e, told, noShrink, log.start());
            }
        }
        current = e;
        introducedSize = recordSize;
        if (!ignored && introducedSize > e.recordSize) {
            throw corrupt(log, "a field of " + e.recordSize + " bytes", introducedSize + " bytes");
        }
    }

    private void resize(ExtensionState e, IndexExtension told, boolean noShrink, long offset) throws CorruptFileException {
        long oldPadded = IndexExtension.pad8(e.header.length);
        long newPadded = IndexExtension.pad8(told.header().length);
        if (!noShrink || newPadded >= oldPadded) {
            e.header = Arrays.copyOf(e.header, told.header().length);
        }
        if (told.recordAlign() > e.recordAlign || !noShrink) {
            e.recordAlign = told.recordAlign();
        }
        if (told.recordSize() > e.recordSize || told.recordSize() < e.recordSize && !noShrink) {
            state.records.resize(e, told.recordSize(), offset);
        }
    }

    void reset(TransactionLogReader log) throws CorruptFileException {
        ByteBuffer in = log.body();
        if (in.limit() < 4) {
            throw corrupt(log, "a reset id", in.limit() + " bytes");
        }
        require(log);
        current.resetId = in.getInt(0) & 0xffffffffL;
        boolean preserve = in.limit() > 4 && in.get(4) != 0;
        if (!preserve) {
            current.header = new byte[current.header.length];
            Arrays.fill(current.column, (byte) 0);
        }
        ignored = false;
    }

    /** @return whether this was an update of the {@code modseq} header */
    boolean headerUpdate(TransactionLogReader log, boolean wide) throws CorruptFileException {
        require(log);
        if (ignored) {
            return false;
        }
        ByteBuffer in = log.body();
        int prefix = wide ? 8 : 4;
        for (long at = 0; at < in.limit();) {
            if (at + prefix > in.limit()) {
                throw corrupt(log, "an offset and a size", (in.limit() - at) + " bytes");
            }
            long offset = wide ? in.getInt((int) at) & 0xffffffffL : in.getShort((int) at) & 0xffff;
            long size = wide ? in.getInt((int) at + 4) & 0xffffffffL : in.getShort((int) at + 2) & 0xffff;
            if (at + prefix + size > in.limit() || offset + size > current.header.length) {
                throw corrupt(log, "an update within a header of " + current.header.length + " bytes",
                        size + " bytes at " + offset);
            }
            in.get((int) at + prefix, current.header, (int) offset, (int) size);
            at = at + prefix + size + 3 & ~3L;
        }
        return current.name.equals(IndexState.MODSEQ);
    }

    void recordUpdate(TransactionLogReader log) throws CorruptFileException {
        require(log);
        if (ignored) {
            return;
        }
        ByteBuffer in = log.body();
        int step = 4 + introducedSize + 3 & ~3;
        for (int at = 0; at < in.limit(); at += step) {
            if (at + step > in.limit()) {
                throw corrupt(log, "updates of " + step + " bytes each", (in.limit() - at) + " bytes left");
            }
            int i = find(log, in.getInt(at));
            if (i >= 0) {
                int to = i * current.recordSize;
                in.get(at + 4, current.column, to, introducedSize);
                Arrays.fill(current.column, to + introducedSize, to + current.recordSize, (byte) 0);
            }
        }
    }

    void atomicIncrement(TransactionLogReader log) throws CorruptFileException {
        require(log);
        if (ignored) {
            return;
        }
        ByteBuffer in = log.body();
        int size = introducedSize;
        if (size != 1 && size != 2 && size != 4 && size != 8) {
            throw corrupt(log, "a field of 1, 2, 4 or 8 bytes", size + " bytes");
        }
        for (int at = 0; at + 8 <= in.limit(); at += 8) {
            int i = find(log, in.getInt(at));
            if (i >= 0) {
                increment(log, i * current.recordSize, size, in.getInt(at + 4));
            }
        }
    }

    private void increment(TransactionLogReader log, int to, int size, int difference) throws CorruptFileException {
        long old = 0;
        for (int b = size - 1; b >= 0; b--) {
            old = old << 8 | current.column[to + b] & 0xff;
        }
        long sum = old + difference;
        boolean fits = size == 8 ? difference >= 0 ? Long.compareUnsigned(sum, old) >= 0 : Long.compareUnsigned(sum, old) < 0
                : sum >= 0 && sum < 1L << 8 * size;
        if (!fits) {
            throw corrupt(log, "a number that stays within " + size + " bytes", old + " changed by " + difference);
        }
        for (int b = 0; b < size; b++) {
            current.column[to + b] = (byte) (sum >>> 8 * b);
        }
    }

    private int find(TransactionLogReader log, int uid) throws CorruptFileException {
        long unsigned = uid & 0xffffffffL;
        if (unsigned == 0 || unsigned >= state.nextUid()) {
            throw corrupt(log, "a UID of 1 to " + (state.nextUid() - 1), Long.toString(unsigned));
        }
        return state.records.find(unsigned);
    }

    private void require(TransactionLogReader log) throws CorruptFileException {
        if (current == null) {
            throw corrupt(log, "an introduction of the extension before its updates", "none");
        }
    }

    private static CorruptFileException corrupt(TransactionLogReader log, String expected, String found) {
        return new CorruptFileException(log.file(), log.start(), expected, found);
    }
}
