package io.roost.gate;

/**
 * Where a user's mail is to be, and where it is.
 *
 * @param user text, as auth spells it
 * @param home absolute byte string
 * @param from {@code mail} as userdb or configuration give it now, such as {@code maildir:~/Maildir}: a byte string with its
 *             variables expanded, {@code ~} may stay
 * @param to   what it is to be, such as {@code mdbox:~/mdbox}, likewise
 */
public record MailChange(String user, String home, String from, String to) {
    /** The way back. */
    public MailChange reversed() {
        return new MailChange(user, home, to, from);
    }
}
