package io.roost.migrate;

import java.io.IOException;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.maildir.Maildir;
import io.roost.migrate.MigrationException.Kind;

/** The loop of scanning, copying what is missing, and writing the indexes, until the source stands still. */
final class Pass {
    private final Account account;
    private final Settings settings;
    private final CheckpointStore store;
    private final Event.Sink events;
    private final TargetPaths paths;
    private final UserJournal journal;
    private final FoundProblems problems;
    private final Staging staging;
    private final PlacedMails placed;
    private final DataFiles files;
    private final Maildir maildir;
    private UserSnapshot snapshot;
    private int[] numbers;
    private long notFound;
    private long copiedMails;
    private long sharedMails;

    Pass(Account account, Settings settings, CheckpointStore store, Event.Sink events, TargetPaths paths, UserJournal journal,
            Staging staging, PlacedMails placed, DataFiles files) {
        this.account = account;
        this.settings = settings;
        this.store = store;
        this.events = events;
        this.paths = paths;
        this.journal = journal;
        problems = journal.problems();
        this.staging = staging;
        this.placed = placed;
        this.files = files;
        maildir = new Maildir(account.source());
    }

    /** What became of it all, in numbers; see {@link Result}. */
    record Finished(int mailboxes, long mails, long bytes, long copiedMails, long sharedMails, long vanished, int dataFiles) {
    }

    /** Scans, and copies what is missing; attempt 0 is the first of a run. */
    UserRecord copy(UserRecord before, int attempt) throws IOException, MigrationException, InterruptedException {
        // The one before is not needed any more: two of a million mails each would not fit.
        snapshot = null;
        problems.beginPass();
        snapshot = scan();
        UserRecord begun = attempt == 0 ? before.withState(UserState.COPYING, System.currentTimeMillis()) : before;
        UserRecord user = begun.withTotals(snapshot.mailboxes().size(), snapshot.mails(), snapshot.bytesByName());
        numbers = journal.number(snapshot, user);
        placed.reserve(snapshot.mails());
        if (attempt == 0) {
            events.event(new Event.Scanned(account.user(), snapshot.mailboxes().size(), snapshot.mails(), snapshot.bytesByName()));
        }
        Copier copier = new Copier(account, settings, placed, files.storage(), files.writer(), store, user,
                m -> paths.storageName(m.name()), events);
        try {
            user = copier.copy(snapshot, numbers);
        } finally {
            copiedMails += copier.copiedMails();
            sharedMails += copier.sharedMails();
        }
        problems.note(copier.problems());
        notFound = copier.vanishedMails();
        return user;
    }

    /** Scans all mailboxes; those whose names mdbox cannot hold refuse the user or, with leave to skip, are left out. */
    private UserSnapshot scan() throws IOException, MigrationException {
        UserSnapshot holdable = UserSnapshot.scan(maildir, paths);
        problems.note(holdable.problems().toList());
        return holdable;
    }

    /**
     * Writes and verifies everything else, from a fresh scan, or from the one that was copied if nothing has changed since;
     * returns what came of it.
     */
    Finished finish(UserRecord before) throws IOException, MigrationException, InterruptedException {
        UserRecord user = before;
        for (int attempt = 1; attempt <= settings.finishAttempts(); attempt++) {
            if (attempt > 1 || notFound > 0 || !snapshot.isUnchanged()) {
                user = copy(user, attempt);
            }
            Finisher finisher = new Finisher(account, settings, staging, paths, placed);
            finisher.write(snapshot, numbers, user);
            staging.sync();
            user = journal.reached(user, UserState.FINISHED);
            new StagedVerification(account, staging, paths, placed, finisher, events).verify(snapshot, numbers, user);
            if (standsStill()) {
                problems.note(finisher.caches().problems());
                return new Finished(finisher.mailboxes(), finisher.mails(), finisher.bytes(), copiedMails, sharedMails,
                        finisher.unreferenced(), finisher.dataFiles());
            }
            events.event(new Event.SourceChanged(account.user(), attempt));
        }
        throw new MigrationException(Kind.ACTIVE, "the Maildir of " + account.user() + " changed during each of "
                + settings.finishAttempts() + " attempts: lock the user out of logins and delivery, and run again");
    }

    /** Whether another scan finds what the indexes were written from. The stamps tell in most cases without one. */
    private boolean standsStill() throws IOException, MigrationException {
        if (notFound > 0) {
            // Expunged, or renamed to and fro under our eyes: then the mail is still there, under the name of the snapshot.
            return false;
        }
        if (snapshot.isUnchanged()) {
            return true;
        }
        long before = snapshot.fingerprint();
        snapshot = null;
        return scan().fingerprint() == before;
    }
}
