package io.roost.migrate;

/**
 * What became of one file of {@code cur/} or {@code new/}.
 *
 * @param mailbox name for people
 * @param file    path below the mailbox: {@code cur/NAME} or {@code new/NAME}, a byte string
 * @param uid     its UID, 0 if it is no mail
 * @param fate    what became of it
 * @param detail  the reason, empty if it was migrated
 * @param isKept  whether the mdbox has a mail of the same GUID and with the same bytes, be it in another mailbox or with another UID
 */
public record FileFate(String mailbox, String file, long uid, Fate fate, String detail, boolean isKept) {

    /** The identifiers are part of the JSON promise, in lower case. */
    public enum Fate {
        /** The mdbox has it, equal in everything. */
        MIGRATED,
        /** The mdbox has it, and something differs. */
        DIFFERENT,
        /** It was there when the mailbox was scanned and gone when it was to be read, or its mail is expunged already. */
        VANISHED,
        /** It cannot be read, is no mail, or is one that has another name too. */
        REJECTED,
        /** It is readable, and the mdbox does not have it. */
        MISSING
    }
}
