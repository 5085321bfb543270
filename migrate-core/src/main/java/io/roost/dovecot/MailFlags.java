package io.roost.dovecot;

/** The system flags of a mail as index records hold them: one bit each, in a byte. {@code \Recent} is never among them. */
public final class MailFlags {
    public static final int ANSWERED = 0x01;
    public static final int FLAGGED = 0x02;
    public static final int DELETED = 0x04;
    public static final int SEEN = 0x08;
    public static final int DRAFT = 0x10;
    /** The five that IMAP shows. */
    public static final int SYSTEM_MASK = 0x1f;
    /** The index is ahead of the file name: the Maildir file has not been renamed yet. */
    public static final int DIRTY = 0x80;

    private MailFlags() {
    }

    /** As IMAP writes them, for people and reports: {@code \Seen \Flagged}. */
    public static String toText(int flags) {
        StringBuilder out = new StringBuilder();
        append(out, flags & ANSWERED, "\\Answered");
        append(out, flags & FLAGGED, "\\Flagged");
        append(out, flags & DELETED, "\\Deleted");
        append(out, flags & SEEN, "\\Seen");
        append(out, flags & DRAFT, "\\Draft");
        return out.toString();
    }

    private static void append(StringBuilder out, int bit, String name) {
        if (bit != 0) {
            out.append(out.isEmpty() ? "" : " ").append(name);
        }
    }
}
