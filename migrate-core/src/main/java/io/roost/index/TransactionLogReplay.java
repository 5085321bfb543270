package io.roost.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;

/**
 * Replays a transaction log on an index. Records of one log, from an offset on, each applied as the table of the index-format
 * reference §2.3 says, external or not, except expunges and deletion of the index, which without the external flag are only
 * asked for and left to {@link PendingChanges}.
 *
 * <table>
 * <caption>Bodies, little-endian (those of extensions: {@link ExtensionReplay})</caption>
 * <tr><td>expunge, keyword reset</td><td>{u32 uid1, u32 uid2}*</td></tr>
 * <tr><td>expunge guid</td><td>{u32 uid, 16 bytes GUID}*</td></tr>
 * <tr><td>append</td><td>{u32 uid, u8 flags, 3 pad}*</td></tr>
 * <tr><td>flag update</td><td>{u32 uid1, u32 uid2, u8 add, u8 remove, u8 modseq_inc, pad}*</td></tr>
 * <tr><td>header update</td><td>{u16 offset, u16 size, data, pad to 4}*</td></tr>
 * <tr><td>keyword update</td><td>u8 0 add or 1 remove, pad, u16 name_size, name, pad to 4, {u32 uid1, u32 uid2}*</td></tr>
 * <tr><td>modseq update</td><td>{u32 uid, u32 low, u32 high}*</td></tr>
 * </table>
 */
final class TransactionLogReplay {
    private static final int APPEND_ENTRY = 8;
    private static final int MODSEQ_ENTRY = 12;

    private final IndexState state;
    private final TransactionLogReader log;
    private final ExtensionReplay extensions;
    private final ModseqCounter modseqs;
    private final long applyFrom;

    /**
     * @param applyFrom   what lies before is in the state already
     * @param modseqStart the highest modification sequence where counting starts
     */
    private TransactionLogReplay(IndexState state, TransactionLogReader log, long applyFrom, long modseqStart) {
        this.state = state;
        this.log = log;
        this.applyFrom = applyFrom;
        extensions = new ExtensionReplay(state);
        modseqs = new ModseqCounter(modseqStart);
    }

    /**
     * Replays a log.
     *
     * @param applyFrom offset of the first record not in the state yet
     * @param tail      what lies before is known to be in the mailbox
     * @return where the log ended
     */
    static long replay(IndexState state, TransactionLogReader log, long applyFrom, long tail) throws IOException {
        int first = log.header().headerSize();
        if (applyFrom < first) {
            throw new CorruptFileException(log.file(), applyFrom, "a head offset of " + first + " or more",
                    Long.toString(applyFrom));
        }
        long countFrom = first;
        long countStart = log.header().initialModseq();
        ExtensionState m = state.modseqExtension();
        if (m != null && (LittleEndian.getInt(m.header, 8) & 0xffffffffL) == log.header().fileSeq()) {
            long offset = LittleEndian.getInt(m.header, 12) & 0xffffffffL;
            if (offset >= first && offset <= applyFrom) {
                countFrom = offset;
                countStart = LittleEndian.getLong(m.header, 0);
            }
        }
        long knownTail = Math.max(first, Math.min(tail, applyFrom));
        return new TransactionLogReplay(state, log, applyFrom, countStart).run(countFrom, knownTail);
    }

    private long run(long countFrom, long knownTail) throws IOException {
        PendingChanges pending = PendingChanges.find(state, log, knownTail);
        log.seek(Math.min(applyFrom, Math.min(countFrom, knownTail)));
        while (log.next()) {
            if (log.start() < applyFrom && log.end() > applyFrom) {
                throw new CorruptFileException(log.file(), applyFrom, "a record", "the middle of the record at " + log.start());
            }
            if (log.start() >= countFrom) {
                modseqs.count(log);
            }
            if (log.start() >= applyFrom) {
                apply();
            }
            pending.remember();
        }
        if (log.end() < applyFrom) {
            throw new CorruptFileException(log.file(), log.end(), "records up to the index's head offset " + applyFrom,
                    "the end of the log");
        }
        state.modseq = Math.max(state.modseq, modseqs.highest());
        return log.end();
    }

    private void apply() throws CorruptFileException {
        int type = log.type();
        if (type != TransactionType.EXPUNGE && type != TransactionType.EXPUNGE_GUID && (type & 0x2001) != 0) {
            throw corrupt("an expunge with its protection bits", "type 0x" + Integer.toHexString(type));
        }
        switch (type) {
            case TransactionType.APPEND -> append();
            case TransactionType.EXPUNGE -> {
                if (log.external()) {
                    UidRanges.visit(state, log, 0, UidRanges.ENTRY, (from, to, at) -> state.records.expunge(from, to));
                }
            }
            case TransactionType.EXPUNGE_GUID -> {
                if (log.external()) {
                    UidRanges.visitGuids(state, log, (from, to, at) -> state.records.expunge(from, to));
                }
            }
            case TransactionType.FLAG_UPDATE -> UidRanges.visit(state, log, 0, ModseqCounter.FLAG_ENTRY, this::updateFlags);
            case TransactionType.HEADER_UPDATE -> updateHeader();
            case TransactionType.EXT_INTRO -> extensions.intro(log);
            case TransactionType.EXT_RESET -> extensions.reset(log);
            case TransactionType.EXT_HDR_UPDATE, TransactionType.EXT_HDR_UPDATE32 -> {
                if (extensions.headerUpdate(log, type == TransactionType.EXT_HDR_UPDATE32)) {
                    startModseqs();
                }
            }
            case TransactionType.EXT_REC_UPDATE -> extensions.recordUpdate(log);
            case TransactionType.EXT_ATOMIC_INC -> extensions.atomicIncrement(log);
            case TransactionType.KEYWORD_UPDATE -> updateKeyword();
            case TransactionType.KEYWORD_RESET -> UidRanges.visit(state, log, 0, UidRanges.ENTRY, this::resetKeywords);
            case TransactionType.MODSEQ_UPDATE -> updateModseqs();
            case TransactionType.INDEX_DELETED -> state.deleted |= log.external();
            case TransactionType.INDEX_UNDELETED -> state.deleted = false;
            case TransactionType.BOUNDARY, TransactionType.ATTRIBUTE_UPDATE -> {
            }
            default -> throw corrupt("a known record type", "0x" + Integer.toHexString(type));
        }
    }

    private void append() throws CorruptFileException {
        ByteBuffer in = log.body();
        for (int at = 0; at + APPEND_ENTRY <= in.limit(); at += APPEND_ENTRY) {
            long uid = in.getInt(at) & 0xffffffffL;
            if (uid < state.nextUid() || uid == 0xffffffffL) {
                throw corrupt("a UID of " + state.nextUid() + " or more", Long.toString(uid));
            }
            int i = state.records.append((int) uid, in.get(at + 4), log.start());
            state.setNextUid(uid + 1);
            modified(i, i + 1);
        }
    }

    private void updateFlags(int from, int to, int at) {
        ByteBuffer in = log.body();
        int add = in.get(at + 8);
        int keep = ~in.get(at + 9);
        byte[] flags = state.records.flags();
        for (int i = from; i < to; i++) {
            flags[i] = (byte) (flags[i] & keep | add);
        }
        if (!ModseqCounter.isInternal(in, at)) {
            modified(from, to);
        }
    }

    private void updateHeader() throws CorruptFileException {
        ByteBuffer in = log.body();
        long nextUid = state.nextUid();
        int tail = state.header.getInt(IndexHeader.TAIL_OFFSET_OFFSET);
        for (int at = 0; at + 4 <= in.limit();) {
            int offset = in.getShort(at) & 0xffff;
            int size = in.getShort(at + 2) & 0xffff;
            if (at + 4 + size > in.limit()) {
                throw corrupt("a header update within its record", size + " bytes");
            }
            for (int b = 0; b < size && offset + b < IndexHeader.SIZE; b++) {
                state.header.put(offset + b, in.get(at + 4 + b));
            }
            at += 4 + size + 3 & ~3;
        }
        if (state.nextUid() < nextUid) {
            state.setNextUid(nextUid);
        }
        state.header.putInt(IndexHeader.TAIL_OFFSET_OFFSET, tail);
    }

    private void updateKeyword() throws CorruptFileException {
        ByteBuffer in = log.body();
        int ranges = UidRanges.ofKeywordUpdate(log);
        byte[] name = new byte[in.getShort(2) & 0xffff];
        in.get(4, name);
        int modify = in.get(0);
        if (modify != 0 && modify != 1) {
            throw corrupt("an added or removed keyword", "modify type " + modify);
        }
        String text = ByteString.of(name, 0, name.length);
        int k = state.keyword(text.indexOf(0) < 0 ? text : text.substring(0, text.indexOf(0)), log.start());
        ExtensionState e = state.records.extension(KeywordsHeader.NAME);
        if (k / 8 >= e.recordSize) {
            if (modify == 1) {
                return;
            }
            state.records.resize(e, KeywordsHeader.fieldSize(state.keywords.size()), log.start());
        }
        UidRanges.visit(state, log, ranges, UidRanges.ENTRY, (from, to, at) -> {
            for (int i = from; i < to; i++) {
                int b = i * e.recordSize + k / 8;
                int bit = 1 << k % 8;
                e.column[b] = (byte) (modify == 0 ? e.column[b] | bit : e.column[b] & ~bit);
            }
            modified(from, to);
        });
    }

    private void resetKeywords(int from, int to, int at) {
        ExtensionState e = state.records.extension(KeywordsHeader.NAME);
        if (e != null) {
            Arrays.fill(e.column, from * e.recordSize, to * e.recordSize, (byte) 0);
            modified(from, to);
        }
    }

    /** Mails from {@code from} to before {@code to} were changed by this record. */
    private void modified(int from, int to) {
        ExtensionState m = state.modseqExtension();
        if (m != null) {
            raise(m, from, to, modseqs.highest());
        }
    }

    /** The modseq extension has got its header: mails without a value get the highest one. */
    private void startModseqs() {
        ExtensionState m = state.modseqExtension();
        if (m != null) {
            long start = Math.max(LittleEndian.getLong(m.header, 0), log.header().initialModseq());
            raise(m, 0, state.records.count(), start);
        }
    }

    private static void raise(ExtensionState m, int from, int to, long modseq) {
        for (int i = from; i < to; i++) {
            if (LittleEndian.getLong(m.column, i * Long.BYTES) < modseq) {
                LittleEndian.putLong(m.column, i * Long.BYTES, modseq);
            }
        }
    }

    private void updateModseqs() {
        ExtensionState m = state.modseqExtension();
        ByteBuffer in = log.body();
        for (int at = 0; m != null && at + MODSEQ_ENTRY <= in.limit(); at += MODSEQ_ENTRY) {
            int i = state.records.find(in.getInt(at) & 0xffffffffL);
            if (i >= 0) {
                raise(m, i, i + 1, in.getLong(at + 4));
            }
        }
    }

    private CorruptFileException corrupt(String expected, String found) {
        return new CorruptFileException(log.file(), log.start(), expected, found);
    }
}
