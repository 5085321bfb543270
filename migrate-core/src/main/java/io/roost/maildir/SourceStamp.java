package io.roost.maildir;

import java.util.Optional;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * A cheap fingerprint of a mailbox: the status of everything that changes when mails come, go or change flags. Five status
 * calls instead of a scan tell whether another scan would find anything new. Immutable.
 */
public final class SourceStamp {
    /** File systems may round times; a change within this time of the last would not show. */
    private static final long SETTLED_SECONDS = 2;

    private final MaildirMailbox mailbox;
    private final FileStatus cur;
    private final FileStatus fresh;
    private final FileStatus uidlist;
    private final FileStatus keywords;
    private final FileStatus log;
    private final long takenAt;

    private SourceStamp(MaildirMailbox mailbox, long takenAt) throws PosixException {
        this.mailbox = mailbox;
        this.takenAt = takenAt;
        cur = status(mailbox.path() + "/cur");
        fresh = status(mailbox.path() + "/new");
        uidlist = status(mailbox.control() + "/" + Uidlist.FILE);
        keywords = status(mailbox.control() + "/" + KeywordsFile.FILE);
        log = mailbox.index().isEmpty() ? null : status(mailbox.index() + "/dovecot.index.log");
    }

    /** Takes the fingerprint; to be taken before the mailbox is read. */
    static SourceStamp of(MaildirMailbox mailbox) throws PosixException {
        return of(mailbox, System.currentTimeMillis() / 1000);
    }

    /** The same, at a time given in Unix seconds. */
    static SourceStamp of(MaildirMailbox mailbox, long takenAt) throws PosixException {
        return new SourceStamp(mailbox, takenAt);
    }

    private static FileStatus status(String path) throws PosixException {
        Optional<FileStatus> status = OpenDirectory.statusOf(path);
        return status.orElse(null);
    }

    /**
     * Whether nothing has changed since the scan. Says no, to be safe, of a mailbox that had changed less than two seconds
     * before the scan, as far as the clocks of this machine and its file server agree. Whoever must be certain scans again.
     *
     * @throws PosixException if a status cannot be had for another reason than that the file is not there
     */
    public boolean unchanged() throws PosixException {
        SourceStamp now = of(mailbox);
        return unchanged(cur, now.cur) && unchanged(fresh, now.fresh) && unchanged(uidlist, now.uidlist)
                && unchanged(keywords, now.keywords) && unchanged(log, now.log);
    }

    private boolean unchanged(FileStatus then, FileStatus now) {
        if (then == null || now == null) {
            return then == now;
        }
        return now.unchangedSince(then) && then.ctime() <= takenAt - SETTLED_SECONDS;
    }
}
