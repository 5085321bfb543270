package io.roost.index;

import java.nio.ByteBuffer;

/**
 * Counts the highest modification sequence along a log. It rises by one with each record that appends, updates or resets
 * keywords, changes attributes, has expunged, or updates flags other than the internal ones, and to a given value with a
 * modseq update. Source: index-format reference §2.4.
 */
final class ModseqCounter {
    private static final int INTERNAL_FLAGS = 0xc0;
    static final int FLAG_ENTRY = 12;

    private long highest;

    ModseqCounter(long highest) {
        this.highest = highest;
    }

    long highest() {
        return highest;
    }

    void count(TransactionLogReader log) {
        if (highest == 0) {
            // a log from before modification sequences: they start when the extension appears
            if (log.type() == TransactionType.EXT_INTRO && introducesModseq(log.body())) {
                highest = 1;
            }
            return;
        }
        switch (log.type()) {
            case TransactionType.EXPUNGE, TransactionType.EXPUNGE_GUID -> highest += log.external() ? 1 : 0;
            case TransactionType.APPEND, TransactionType.KEYWORD_UPDATE, TransactionType.KEYWORD_RESET,
                    TransactionType.ATTRIBUTE_UPDATE -> highest++;
            case TransactionType.FLAG_UPDATE -> highest += counts(log) ? 1 : 0;
            case TransactionType.MODSEQ_UPDATE -> {
                ByteBuffer body = log.body();
                for (int at = 0; at + 12 <= body.limit(); at += 12) {
                    highest = Math.max(highest, body.getLong(at + 4));
                }
            }
            default -> {
            }
        }
    }

    private static boolean counts(TransactionLogReader log) {
        if (!log.header().hidesInternalFlags()) {
            return true;
        }
        ByteBuffer body = log.body();
        for (int at = 0; at + FLAG_ENTRY <= body.limit(); at += FLAG_ENTRY) {
            if (!isInternal(body, at)) {
                return true;
            }
        }
        return false;
    }

    /** Whether an entry {u32 uid1, u32 uid2, u8 add, u8 remove, u8 modseq_inc, pad} touches internal flags only. */
    static boolean isInternal(ByteBuffer body, int at) {
        return ((body.get(at + 8) | body.get(at + 9)) & 0xff & ~INTERNAL_FLAGS) == 0 && body.get(at + 10) == 0;
    }

    private static boolean introducesModseq(ByteBuffer body) {
        int size = IndexState.MODSEQ.length();
        if (body.limit() < ExtensionReplay.INTRO_SIZE + size || body.getShort(18) != size) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (body.get(ExtensionReplay.INTRO_SIZE + i) != IndexState.MODSEQ.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
