package io.roost.migrate;

import io.roost.dovecot.MailboxName;

/**
 * A mail that reached the Maildir after everything was copied from there.
 *
 * @param mailbox   the mailbox it is in
 * @param directory that mailbox's directory, an absolute byte string below the root of the Maildir
 * @param isInNew   whether the file was in {@code new/} rather than {@code cur/}
 * @param fileName  the file's name, a byte string
 */
public record LateMail(MailboxName mailbox, String directory, boolean isInNew, String fileName) {
    /** The file, for messages; a byte string. */
    public String path() {
        return directory + (isInNew ? "/new/" : "/cur/") + fileName;
    }
}
