package io.roost.engine;

import java.util.Locale;
import java.util.function.LongConsumer;

import io.roost.checkpoint.UserState;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** A user in flight: how far it is, from its events. Written by the user's worker, read by everybody. */
final class ActiveUser {
    final int user;
    final String name;
    final int worker;
    final int attempt;
    final long since;
    final Thread thread;
    /** Whether an operator wants the user out of this run. Guarded by the ledger. */
    boolean skip;
    /** What the user was before a worker of their own took them. Guarded by the ledger. */
    Phase before = Phase.WAITING;

    private volatile Progress progress = new Progress("starting", 0, 0, 0, 0);
    private long mails;
    private long bytes;
    /** Mails that {@link Throughput} has been told of. */
    private long counted;

    private record Progress(String step, long mailsDone, long mailsTotal, long bytesDone, long bytesTotal) {
    }

    /** @param thread that works at the user */
    ActiveUser(int user, String name, int worker, int attempt, long since, Thread thread) {
        this.user = user;
        this.name = name;
        this.worker = worker;
        this.attempt = attempt;
        this.since = since;
        this.thread = thread;
    }

    /**
     * @param newMails told how many mails were copied since the last event
     * @param newBytes likewise
     */
    void event(Event event, LongConsumer newMails, LongConsumer newBytes) {
        if (event instanceof Event.Started e) {
            step("scanning");
            mails = e.resumedMails();
        } else if (event instanceof Event.Scanned e) {
            progress = new Progress("copying", 0, e.mails(), 0, e.bytes());
        } else if (event instanceof Event.Copying e) {
            progress = new Progress("copying", e.mailsDone(), e.mailsTotal(), e.bytesDone(), e.bytesTotal());
            copied(e.mailsDone(), e.bytesDone(), newMails, newBytes);
        } else if (event instanceof Event.Verifying e) {
            progress = new Progress("verifying", e.mailsDone(), e.mailsTotal(), 0, 0);
        } else if (event instanceof Event.SourceChanged) {
            step("scanning");
        } else if (event instanceof Event.Reached e) {
            step(after(e.state()));
        } else if (event instanceof Event.Done e) {
            // Small users are done before the first event of copying.
            Result result = e.result();
            long copied = Math.min(result.copiedMails(), result.mails());
            long copiedBytes = result.mails() == 0 ? 0 : (long) ((double) result.bytes() * copied / result.mails());
            copied(mails + Math.max(0, result.copiedMails() - counted), Math.max(bytes, copiedBytes), newMails, newBytes);
        }
    }

    private void copied(long mailsDone, long bytesDone, LongConsumer newMails, LongConsumer newBytes) {
        if (mailsDone > mails) {
            newMails.accept(mailsDone - mails);
            counted += mailsDone - mails;
            mails = mailsDone;
        }
        if (bytesDone > bytes) {
            newBytes.accept(bytesDone - bytes);
            bytes = bytesDone;
        }
    }

    /** What is done once a state is reached. */
    private static String after(UserState state) {
        return switch (state) {
            case QUEUED -> "copying";
            case COPIED -> "indexing";
            case FINISHED -> "verifying";
            case VERIFIED -> "publishing";
            default -> state.name().toLowerCase(Locale.ROOT);
        };
    }

    /** What is being done, where that is no migration. */
    void step(String name) {
        Progress before = progress;
        // of other steps nothing is counted
        progress = name.equals("copying") ? new Progress(name, 0, before.mailsTotal, 0, before.bytesTotal)
                : new Progress(name, 0, 0, 0, 0);
    }

    EngineStatus.Active status() {
        Progress p = progress;
        return new EngineStatus.Active(name, p.step, worker, attempt, since, p.mailsDone, p.mailsTotal, p.bytesDone, p.bytesTotal);
    }
}
