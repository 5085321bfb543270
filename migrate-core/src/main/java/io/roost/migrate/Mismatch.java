package io.roost.migrate;

/**
 * Something in the mdbox that is not as the Maildir has it.
 *
 * @param mailbox  name for people, empty if it concerns the whole user
 * @param uid      of the mail, 0 if it concerns the mailbox
 * @param file     the Maildir file, a byte string, empty if there is none
 * @param what     the thing compared: {@code content}, {@code uid}, {@code flags}, {@code received date} and so on
 * @param expected as the Maildir has it
 * @param found    as the mdbox has it
 */
public record Mismatch(String mailbox, long uid, String file, String what, String expected, String found) {
    @Override
    public String toString() {
        return (mailbox.isEmpty() ? "" : mailbox + (uid > 0 ? " UID " + uid : "") + ": ") + what + ": expected " + expected
                + ", found " + found;
    }
}
