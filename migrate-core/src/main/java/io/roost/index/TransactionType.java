package io.roost.index;

/** The types of transaction log records: numbers of the low 28 bits, and flags above. Source: index-format reference §2.3. */
final class TransactionType {
    static final int MASK = 0x0fffffff;
    /** The change has happened in the mailbox already; without it, it is asked for. */
    static final int EXTERNAL = 0x10000000;
    /** Expunges carry these bits, so that no damaged byte looks like one. */
    static final int EXPUNGE_PROTECTION = 0xcd90;

    static final int EXPUNGE = 0x1 | EXPUNGE_PROTECTION;
    static final int APPEND = 0x2;
    static final int FLAG_UPDATE = 0x4;
    static final int HEADER_UPDATE = 0x20;
    static final int EXT_INTRO = 0x40;
    static final int EXT_RESET = 0x80;
    static final int EXT_HDR_UPDATE = 0x100;
    static final int EXT_REC_UPDATE = 0x200;
    static final int KEYWORD_UPDATE = 0x400;
    static final int KEYWORD_RESET = 0x800;
    static final int EXT_ATOMIC_INC = 0x1000;
    static final int EXPUNGE_GUID = 0x2000 | EXPUNGE_PROTECTION;
    static final int MODSEQ_UPDATE = 0x8000;
    static final int EXT_HDR_UPDATE32 = 0x10000;
    static final int INDEX_DELETED = 0x20000;
    static final int INDEX_UNDELETED = 0x40000;
    static final int BOUNDARY = 0x80000;
    static final int ATTRIBUTE_UPDATE = 0x100000;

    private TransactionType() {
    }
}
