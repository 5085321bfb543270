package io.roost.maildir;

import java.io.IOException;

import io.roost.dovecot.MailLocation;

/**
 * A user's Maildir as a source. Never changes it: not a name, not a byte, not a time. Thread-safe.
 */
public final class Maildir {
    private final MailLocation location;

    /**
     * @param location a {@code maildir:} location; nothing is opened yet
     */
    public Maildir(MailLocation location) {
        this.location = location;
    }

    public MailLocation location() {
        return location;
    }

    /**
     * Lists mailboxes and subscriptions; opens no mail and no mailbox's control files.
     *
     * @throws io.roost.posix.PosixException if the root cannot be read
     */
    public MaildirListing list() throws IOException {
        throw new UnsupportedOperationException("contract");
    }

    /**
     * Scans one mailbox: directories, uidlist, keywords, index. What is damaged becomes a problem of the snapshot; only what
     * prevents any reading (I/O errors, permissions of the directories) is thrown.
     */
    public MailboxSnapshot scan(MaildirMailbox mailbox) throws IOException {
        throw new UnsupportedOperationException("contract");
    }
}
