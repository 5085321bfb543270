package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;

import io.roost.maildir.MailOpener;
import io.roost.maildir.MailboxSnapshot;
import io.roost.posix.OpenFile;

/**
 * One mailbox being read: its snapshot, its number in the checkpoint store, and its open directories for as long as somebody
 * still has a mail of it to open. Thread-safe.
 */
final class MailboxSource implements Closeable {
    private final MailboxSnapshot snapshot;
    private final int number;
    private MailOpener opener;
    private int users;

    MailboxSource(MailboxSnapshot snapshot, int number) {
        this.snapshot = snapshot;
        this.number = number;
    }

    MailboxSnapshot snapshot() {
        return snapshot;
    }

    /** Number of the mailbox in the checkpoint store. */
    int number() {
        return number;
    }

    /** Says that somebody will open mails; {@link #release} must follow. */
    synchronized void retain() {
        users++;
    }

    synchronized void release() {
        users--;
        if (users == 0) {
            close();
        }
    }

    /** Opens a mail; null if it has vanished. */
    OpenFile open(int position) throws IOException {
        MailOpener o;
        synchronized (this) {
            if (opener == null) {
                opener = new MailOpener(snapshot);
            }
            o = opener;
        }
        return o.open(position);
    }

    @Override
    public synchronized void close() {
        if (opener != null) {
            opener.close();
            opener = null;
        }
    }
}
