package io.roost.index;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.roost.dovecot.CorruptFileException;

/**
 * What a log asks for and the mailbox does not have yet: changes of flags and keywords and expunges that are not external and
 * lie behind the tail offset. The tail offset moves on by header updates, anywhere in the log, so it is sought first.
 */
final class PendingChanges {
    private final IndexState state;
    private final TransactionLogReader log;
    private final long tail;

    private PendingChanges(IndexState state, TransactionLogReader log, long tail) {
        this.state = state;
        this.log = log;
        this.tail = tail;
    }

    /**
     * Seeks the log's last tail offset, which changes the reader's position.
     *
     * @param knownTail what lies before is known to be in the mailbox
     */
    static PendingChanges find(IndexState state, TransactionLogReader log, long knownTail) throws IOException {
        long tail = knownTail;
        log.seek(knownTail);
        while (log.next()) {
            if (log.type() == TransactionType.HEADER_UPDATE && log.external()) {
                long told = toldTail(log.body());
                tail = told <= log.end() ? Math.max(tail, told) : tail;
            }
        }
        if (tail > knownTail && knownTail == log.header().headerSize()) {
            // whatever an earlier log asked for was done before anything of this one
            state.records.pending().clear();
            state.records.expungeRequested().clear();
        }
        return new PendingChanges(state, log, tail);
    }

    /** The tail offset in the body of a header update, 0 if it is about something else. */
    private static long toldTail(ByteBuffer in) {
        if (in.limit() < 4) {
            return 0;
        }
        int offset = in.getShort(0) & 0xffff;
        int size = in.getShort(2) & 0xffff;
        int at = 4 + IndexHeader.TAIL_OFFSET_OFFSET - offset;
        boolean within = offset <= IndexHeader.TAIL_OFFSET_OFFSET && offset + size >= IndexHeader.TAIL_OFFSET_OFFSET + 4;
        return within && at + 4 <= in.limit() ? in.getInt(at) & 0xffffffffL : 0;
    }

    /** Looks at the record that the reader is at, after it was applied. */
    void remember() throws CorruptFileException {
        if (log.start() < tail || log.external()) {
            return;
        }
        UidRanges.Visitor flags = (from, to, at) -> state.records.pending().set(from, to);
        UidRanges.Visitor expunge = (from, to, at) -> state.records.expungeRequested().set(from, to);
        switch (log.type()) {
            case TransactionType.FLAG_UPDATE -> UidRanges.visit(state, log, 0, ModseqCounter.FLAG_ENTRY, flags);
            case TransactionType.KEYWORD_UPDATE ->
                UidRanges.visit(state, log, UidRanges.ofKeywordUpdate(log), UidRanges.ENTRY, flags);
            case TransactionType.KEYWORD_RESET -> UidRanges.visit(state, log, 0, UidRanges.ENTRY, flags);
            case TransactionType.EXPUNGE -> UidRanges.visit(state, log, 0, UidRanges.ENTRY, expunge);
            case TransactionType.EXPUNGE_GUID -> UidRanges.visitGuids(state, log, expunge);
            default -> {
            }
        }
    }
}
