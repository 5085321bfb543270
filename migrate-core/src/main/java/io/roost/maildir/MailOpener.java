package io.roost.maildir;

import java.io.Closeable;
import java.io.IOException;

import io.roost.posix.OpenFile;

/**
 * Opens the mails of one mailbox by position, relative to descriptors of {@code cur} and {@code new}. A mail whose file was
 * renamed since the scan (flags changed, moved from new to cur) is looked for again by base name. Thread-safe.
 */
public final class MailOpener implements Closeable {

    public MailOpener(MailboxSnapshot snapshot) throws IOException {
        throw new UnsupportedOperationException("contract");
    }

    /**
     * Opens a mail.
     *
     * @return null if the mail has vanished: expunged since the scan
     * @throws io.roost.posix.PosixException if it is there but cannot be opened; a symbolic link gives ELOOP
     */
    public OpenFile open(int position) throws IOException {
        throw new UnsupportedOperationException("contract");
    }

    @Override
    public void close() {
    }
}
