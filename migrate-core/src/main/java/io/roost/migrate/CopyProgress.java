package io.roost.migrate;

import io.roost.maildir.MailList;
import io.roost.migrate.ReadBatch.ReadMail;

/**
 * How far the copying of one user is, told a few times a second. Of how many bytes is what file names say of the mails that are
 * still to come; one whose name says nothing is taken to weigh what the others did so far. Not thread-safe.
 */
final class CopyProgress {
    private static final long PAUSE_NANOS = 200_000_000L;

    private final String user;
    private final Event.Sink events;
    private final long mailsTotal;
    private long mailsDone;
    private long bytesDone;
    /** What the names of mails to come say. */
    private long bytesLeft;
    /** Mails to come whose names say nothing. */
    private long unknownLeft;
    private long mailsSeen;
    private long bytesSeen;
    private long told;

    /** @param missing what is to be copied; all else of the user's mails counts as done */
    CopyProgress(String user, Event.Sink events, UserSnapshot snapshot, MissingMails missing, PlacedMails placed) {
        this.user = user;
        this.events = events;
        mailsTotal = snapshot.mails();
        mailsDone = mailsTotal - missing.count();
        if (mailsDone > 0) {
            for (int i = 0; i < placed.size(); i++) {
                bytesDone += placed.plainSize(i);
            }
        }
        if (mailsDone == 0) {
            bytesLeft = snapshot.bytesByName();
            unknownLeft = snapshot.unsized();
            return;
        }
        missing.forEach((mailbox, position) -> {
            long size = mailbox.snapshot().mails().sizeByName(position);
            bytesLeft += Math.max(0, size);
            unknownLeft += size < 0 ? 1 : 0;
        });
    }

    /** @param bytes what it weighs; negative if it was not carried over */
    void done(ReadMail mail, long bytes) {
        MailList mails = mail.source.snapshot().mails();
        long named = mails.sizeByName(mail.position);
        bytesLeft -= Math.max(0, named);
        unknownLeft -= named < 0 ? 1 : 0;
        mailsDone++;
        if (bytes >= 0) {
            mailsSeen++;
            bytesSeen += bytes;
            bytesDone += bytes;
        }
        long now = System.nanoTime();
        if (now - told > PAUSE_NANOS) {
            told = now;
            long guess = mailsSeen == 0 ? 0 : unknownLeft * (bytesSeen / mailsSeen);
            events.event(new Event.Copying(user, mailsDone, mailsTotal, bytesDone, bytesDone + Math.max(0, bytesLeft) + guess));
        }
    }
}
