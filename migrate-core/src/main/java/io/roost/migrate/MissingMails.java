package io.roost.migrate;

import java.util.List;

import io.roost.dovecot.Guid128;
import io.roost.maildir.MailList;

/** Gives out the mails that are not placed yet, mailbox by mailbox, in runs of neighbours. Thread-safe once made. */
final class MissingMails implements MailReaders.Work {
    private final List<MailboxSource> sources;
    /** Positions of the missing mails by mailbox; null where all of them are. */
    private final int[][] missing;
    private final long count;
    private int source;
    private int next;

    MissingMails(List<MailboxSource> sources, PlacedMails placed) {
        this.sources = sources;
        missing = new int[sources.size()][];
        long n = 0;
        for (int s = 0; s < sources.size(); s++) {
            MailboxSource mailbox = sources.get(s);
            if (placed.size() > 0) {
                missing[s] = missing(mailbox, placed);
                n += missing[s].length;
            } else {
                n += mailbox.snapshot().mails().size();
            }
        }
        count = n;
    }

    /** How many mails are missing in all. */
    long count() {
        return count;
    }

    /** Takes the missing mails one by one. */
    @FunctionalInterface
    interface Visitor {
        void mail(MailboxSource mailbox, int position);
    }

    /** All missing mails, whether given out already or not. */
    void forEach(Visitor visitor) {
        for (int s = 0; s < missing.length; s++) {
            int n = missing[s] == null ? sources.get(s).snapshot().mails().size() : missing[s].length;
            for (int i = 0; i < n; i++) {
                visitor.mail(sources.get(s), missing[s] == null ? i : missing[s][i]);
            }
        }
    }

    /** A placed mail whose GUID is another now (the uidlist was not written yet when it was copied) is copied again. */
    static boolean isPlaced(MailboxSource mailbox, int position, PlacedMails placed) {
        MailList mails = mailbox.snapshot().mails();
        int i = placed.find(mailbox.number(), mails.key(position));
        if (i < 0) {
            return false;
        }
        String guid = mails.guid(position);
        Guid128 found = placed.guid(i);
        return found.equals(MailGuids.own(guid)) || found.equals(MailGuids.ofConflict(guid, placed.digest(i)));
    }

    private static int[] missing(MailboxSource mailbox, PlacedMails placed) {
        int size = mailbox.snapshot().mails().size();
        int[] out = new int[size];
        int n = 0;
        for (int i = 0; i < size; i++) {
            if (!isPlaced(mailbox, i, placed)) {
                out[n++] = i;
            }
        }
        return java.util.Arrays.copyOf(out, n);
    }

    @Override
    public synchronized MailReaders.Run next(int maxMails, long maxBytes) {
        while (source < sources.size()) {
            MailboxSource mailbox = sources.get(source);
            int total = missing[source] == null ? mailbox.snapshot().mails().size() : missing[source].length;
            if (next < total) {
                int[] positions = new int[Math.min(maxMails, total - next)];
                int n = 0;
                for (long bytes = 0; n < positions.length && bytes < maxBytes; n++) {
                    positions[n] = missing[source] == null ? next + n : missing[source][next + n];
                    bytes += Math.max(0, mailbox.snapshot().mails().sizeByName(positions[n]));
                }
                next += n;
                mailbox.retain();
                return new MailReaders.Run(mailbox, positions, n);
            }
            source++;
            next = 0;
        }
        return null;
    }
}
