package io.roost.migrate;

import io.roost.checkpoint.UserState;
import io.roost.maildir.SourceProblem;

/** What happens during a migration, for whoever shows or records it. Sizes in bytes, times in Unix milliseconds. */
public sealed interface Event {
    /** The user concerned. */
    String user();

    /** Work on a user begins. {@code resumedMails} were placed by an earlier run. */
    record Started(String user, String source, String target, long resumedMails) implements Event {
    }

    /** A scan is complete. Bytes are what file names tell, 0 where they tell nothing. */
    record Scanned(String user, int mailboxes, long mails, long bytes) implements Event {
    }

    /**
     * Copying goes on; told a few times a second. Done is also what an earlier run has placed. Totals may grow in a later pass;
     * {@code bytesTotal} is what file names tell, or, of mails whose names do not, a guess from those copied so far, which may
     * shrink too.
     */
    record Copying(String user, long mailsDone, long mailsTotal, long bytesDone, long bytesTotal) implements Event {
    }

    /** A step of the user's migration is recorded. */
    record Reached(String user, UserState state) implements Event {
    }

    /** The result is being read back. */
    record Verifying(String user, long mailsDone, long mailsTotal) implements Event {
    }

    /**
     * The result was read back and is as the source has it. Told again if the last steps are done again; the last one counts.
     *
     * @param source when the mails of the last scan were received, as the source tells, those left out included
     * @param target when those of the mdbox were received, as its data files and reference counts tell
     */
    record Compared(String user, MonthCounts source, MonthCounts target) implements Event {
    }

    /** Something odd about the source, whether or not it stops the user. */
    record Problem(String user, SourceProblem problem) implements Event {
    }

    /** The source changed while the indexes were written; finish starts again. */
    record SourceChanged(String user, int attempt) implements Event {
    }

    /**
     * The user was cut over and is let in again.
     *
     * @param lockOutMillis from the first login that could be refused to the first that was accepted, as Dovecot's auth answered
     * @param workMillis    the part of it in which Roost worked behind the closed gate
     */
    record CutOver(String user, long lockOutMillis, long workMillis) implements Event {
    }

    /** A mail that reached the Maildir after everything was copied from there was put into the mdbox. */
    record BroughtOver(String user, String path) implements Event {
    }

    /** The user is done. */
    record Done(String user, Result result) implements Event {
    }

    /** The user failed; the source is in force as before. */
    record Failed(String user, String reason, boolean resumable) implements Event {
    }

    /** Takes events; called from the thread that runs the user's migration. */
    @FunctionalInterface
    interface Sink {
        void event(Event event);
    }
}
