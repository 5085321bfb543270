package io.roost.migrate;

/** The range of dates that an mdbox can hold: Unix seconds in 32 bits without sign. */
final class MailDates {
    static final long MAX = 0xffffffffL;

    private MailDates() {
    }

    /** The date itself if it can be held, else the nearest one that can. */
    static long nearest(long date) {
        return Math.max(0, Math.min(MAX, date));
    }
}
