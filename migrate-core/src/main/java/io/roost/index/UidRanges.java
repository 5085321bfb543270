package io.roost.index;

import java.nio.ByteBuffer;

import io.roost.dovecot.CorruptFileException;

/** The mails that a log record is about, as positions in the state. */
final class UidRanges {
    /** Bytes of {u32 uid1, u32 uid2}; other entries begin so too. */
    static final int ENTRY = 8;
    private static final int GUID_ENTRY = 20;

    private UidRanges() {
    }

    /** What to do with mails. */
    interface Visitor {
        /** @param from first record; @param to behind the last; @param at where the entry lies in the body */
        void range(int from, int to, int at) throws CorruptFileException;
    }

    /**
     * Visits the mails of ranges that must ascend; ranges without mails are left out.
     *
     * @param start where in the body they start
     * @param entry bytes from one to the next
     */
    static void visit(IndexState state, TransactionLogReader log, int start, int entry, Visitor visitor)
            throws CorruptFileException {
        ByteBuffer in = log.body();
        long last = 0;
        for (int at = start; at + entry <= in.limit(); at += entry) {
            long uid1 = in.getInt(at) & 0xffffffffL;
            long uid2 = in.getInt(at + 4) & 0xffffffffL;
            if (uid1 <= last || uid2 < uid1) {
                throw new CorruptFileException(log.file(), log.start(), "ascending UID ranges", uid1 + " to " + uid2 + " after "
                        + last);
            }
            last = uid2;
            int from = state.records.atOrAfter(uid1);
            int to = state.records.atOrAfter(uid2 + 1);
            if (from < to) {
                visitor.range(from, to, at);
            }
        }
    }

    /** Visits the mails of {u32 uid, 16 bytes GUID}*. */
    static void visitGuids(IndexState state, TransactionLogReader log, Visitor visitor) throws CorruptFileException {
        ByteBuffer in = log.body();
        for (int at = 0; at + GUID_ENTRY <= in.limit(); at += GUID_ENTRY) {
            int i = state.records.find(in.getInt(at) & 0xffffffffL);
            if (i >= 0) {
                visitor.range(i, i + 1, at);
            }
        }
    }

    /** Where in the body of a keyword update the ranges start, behind a name that is checked not to be empty. */
    static int ofKeywordUpdate(TransactionLogReader log) throws CorruptFileException {
        ByteBuffer in = log.body();
        int nameSize = in.limit() < 4 ? 0 : in.getShort(2) & 0xffff;
        int ranges = 4 + nameSize + 3 & ~3;
        if (nameSize == 0 || ranges > in.limit()) {
            throw new CorruptFileException(log.file(), log.start(), "a keyword with its name", nameSize + " bytes of name");
        }
        return ranges;
    }
}
