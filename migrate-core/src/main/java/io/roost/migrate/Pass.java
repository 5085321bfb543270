package io.roost.migrate;

import java.io.IOException;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.maildir.Maildir;
import io.roost.maildir.MaildirListing;
import io.roost.maildir.MailboxSnapshot;
import io.roost.migrate.DataFilesCheck.Checked;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/** The loop of scanning, copying what is missing, and writing the indexes, until the source stands still. */
final class Pass {
    /** With less, finishing takes milliseconds. */
    private static final int MANY_MAILS = 1000;
    private static final long MANY_BYTES = 16 << 20;

    private final Account account;
    private Settings settings;
    private final Event.Sink events;
    private final TargetPaths paths;
    private final UserJournal journal;
    private final FoundProblems problems;
    private final Staging staging;
    private final PlacedMails placed;
    private final DataFiles files;
    private final HeldSource source;
    private final Maildir maildir;
    private final Unrecorded unrecorded;
    private final boolean remote;
    private UserSnapshot snapshot;
    private UserRecord latest;
    private int[] numbers;
    private Checked checked = Checked.NOTHING;
    /** What was written last; null if nothing was. */
    private Written written;
    private int scans;
    private boolean isKeptOut;
    private long notFound;
    private long copiedMails;
    private long sharedMails;
    /** Whether what was copied last is perhaps not recorded yet. */
    private boolean ending;

    Pass(Account account, Settings settings, CheckpointStore store, Event.Sink events, TargetPaths paths, UserJournal journal,
            Staging staging, PlacedMails placed, DataFiles files, HeldSource source) throws PosixException {
        this.account = account;
        this.settings = settings;
        this.events = events;
        this.paths = paths;
        this.journal = journal;
        problems = journal.problems();
        this.staging = staging;
        this.placed = placed;
        this.files = files;
        maildir = new Maildir(account.source());
        unrecorded = new Unrecorded(settings, store, journal, files.writer());
        this.source = source;
        try (OpenDirectory root = OpenDirectory.open(account.source().root())) {
            remote = root.fileSystem().isNetwork();
        }
    }

    /** What became of it all, in numbers; see {@link Result}. */
    record Finished(int mailboxes, long mails, long bytes, long copiedMails, long sharedMails, long vanished, int dataFiles) {
    }

    /**
     * Everything but the mails, as it was written and verified.
     *
     * @param scan        of which it was made, the how manieth
     * @param listing     what that found
     * @param fingerprint of all of it
     * @param placed      so many mails were placed then
     */
    private record Written(Finisher finisher, int scan, MaildirListing listing, long fingerprint, int placed) {
    }

    /**
     * Writes and verifies everything while the user is still at work with the Maildir, so that {@link #finish} has nothing left to do
     * if nobody changes it until then, and else less: what was placed is read back already.
     */
    UserRecord rehearse(UserRecord before) throws IOException, MigrationException, InterruptedException {
        UserRecord user = notFound > 0 ? copyAll(before, 1) : before;
        if (notFound == 0 && (snapshot.mails() >= MANY_MAILS || snapshot.bytesByName() >= MANY_BYTES)) {
            Finisher finisher = write(user);
            sync();
            verify(finisher, user);
            remember(finisher);
        }
        return user;
    }

    /** From now on nothing is held back: the user is locked out, and no throttle may make that longer. */
    void atFullSpeed() {
        settings = settings.withPace(Pace.FULL_SPEED);
        isKeptOut = true;
    }

    /** Scans, copies what is missing, and waits until that is recorded; attempt 0 is the first of a run. */
    UserRecord copyAll(UserRecord before, int attempt) throws IOException, MigrationException, InterruptedException {
        return recorded(copy(before, attempt));
    }

    /**
     * Scans, and copies what is missing; attempt 0 is the first of a run. The disk may still be busy with it when this returns:
     * {@link #finish} has something to do meanwhile.
     */
    UserRecord copy(UserRecord before, int attempt) throws IOException, MigrationException, InterruptedException {
        // The one before is not needed any more: two of a million mails each would not fit.
        snapshot = null;
        problems.beginPass();
        snapshot = scan();
        if (placed.size() > 0 && attempt == 0 || unrecorded.isWorthwhile(snapshot)) {
            journal.record();
        }
        UserRecord begun = attempt == 0 ? before.withState(UserState.COPYING, System.currentTimeMillis()) : before;
        UserRecord user = begun.withTotals(snapshot.mailboxes().size(), snapshot.mails(), snapshot.bytesByName());
        numbers = journal.number(snapshot, user);
        placed.reserve(snapshot.mails());
        if (attempt == 0) {
            events.event(new Event.Scanned(account.user(), snapshot.mailboxes().size(), snapshot.mails(), snapshot.bytesByName()));
        }
        Copier copier = new Copier(account, settings, placed, files, unrecorded, remote, m -> paths.storageName(m.name()), events);
        unrecorded.begin(user);
        try {
            copier.copy(snapshot, numbers);
            unrecorded.end(attempt == 0 ? UserState.COPIED : null);
            ending = true;
        } finally {
            if (!ending) {
                unrecorded.await();
            }
            copiedMails += copier.copiedMails();
            sharedMails += copier.sharedMails();
        }
        try {
            problems.note(copier.problems());
        } catch (MigrationException e) {
            recorded(user);
            unrecorded.keep();
            throw e;
        }
        notFound = copier.vanishedMails();
        return user;
    }

    /** Waits until what was copied is recorded; returns the user as recorded, or as given if that was so already. */
    private UserRecord recorded(UserRecord user) throws IOException, InterruptedException {
        if (!ending) {
            return user;
        }
        ending = false;
        try {
            return unrecorded.ended();
        } finally {
            unrecorded.await();
        }
    }

    /** Scans all mailboxes; those whose names mdbox cannot hold refuse the user or, with leave to skip, are left out. */
    private UserSnapshot scan() throws IOException, MigrationException, InterruptedException {
        scans++;
        UserSnapshot holdable = UserSnapshot.scan(maildir, paths);
        source.requireSame();
        problems.note(holdable.problems().toList());
        return holdable;
    }

    /**
     * Writes and verifies everything else, from a fresh scan, or from the one that was copied if nothing has changed since;
     * returns what came of it.
     */
    Finished finish(UserRecord before) throws IOException, MigrationException, InterruptedException {
        try {
            return finishCopied(before);
        } finally {
            unrecorded.await();
        }
    }

    private Finished finishCopied(UserRecord before) throws IOException, MigrationException, InterruptedException {
        UserRecord user = before;
        for (int attempt = 1; attempt <= settings.finishAttempts(); attempt++) {
            if (attempt > 1 || notFound > 0 || !snapshot.isUnchanged() || isKeptOut && !snapshot.isListedAs(maildir.list())) {
                user = copy(recorded(user), attempt);
            }
            boolean stands = isWritten();
            Finisher finisher = stands ? written.finisher : write(user);
            user = recorded(user);
            if (!stands) {
                sync();
            }
            user = journal.record(user, UserState.FINISHED);
            // With what was placed by the last copy: a result that is taken back goes on from there.
            latest = user;
            if (!stands) {
                verify(finisher, user);
                if (isKeptOut) {
                    remember(finisher);
                }
            }
            if (standsStill()) {
                problems.note(finisher.caches().problems());
                return new Finished(finisher.mailboxes(), finisher.mails(), finisher.bytes(), copiedMails, sharedMails,
                        finisher.unreferenced(), finisher.dataFiles());
            }
            events.event(new Event.SourceChanged(account.user(), attempt));
        }
        unrecorded.keep();
        throw new MigrationException(Kind.ACTIVE, "the Maildir of " + account.user() + " changed during each of "
                + settings.finishAttempts() + " attempts: lock the user out of logins and delivery, and run again");
    }

    private Finisher write(UserRecord user) throws IOException, InterruptedException {
        written = null;
        Finisher finisher = new Finisher(account, settings, staging, paths, placed);
        finisher.write(snapshot, numbers, user);
        return finisher;
    }

    private void verify(Finisher finisher, UserRecord user) throws IOException, MigrationException, InterruptedException {
        checked = new StagedVerification(account, staging, paths, placed, finisher, checked, events).verify(snapshot, numbers, user);
    }

    private void remember(Finisher finisher) {
        written = new Written(finisher, scans, snapshot.listing(), snapshot.fingerprint(), placed.size());
    }

    /** Whether what is written is what would be written now. Files that are copied as they are would have to be looked at again. */
    private boolean isWritten() {
        return written != null && placed.size() == written.placed
                && (scans == written.scan || snapshot.isListedAs(written.listing) && snapshot.fingerprint() == written.fingerprint)
                && snapshot.mailboxes().stream().noneMatch(MailboxSnapshot::acl);
    }

    /** What the indexes were written from, to tell later what has changed since. */
    SourceBaseline baseline() {
        return SourceBaseline.of(snapshot, maildir, paths);
    }

    private void sync() throws IOException {
        unrecorded.settle(staging.syncsAsWhole());
        long started = System.nanoTime();
        staging.sync();
        settings.pace().afterSync(System.nanoTime() - started);
    }

    /** The user as it is to be recorded when all of it is on disk. */
    UserRecord counted() {
        return unrecorded.counted(latest);
    }

    /** Whether another scan finds what the indexes were written from. The stamps tell in most cases without one. */
    private boolean standsStill() throws IOException, MigrationException, InterruptedException {
        if (notFound > 0) {
            // Expunged, or renamed to and fro under our eyes: then the mail is still there, under the name of the snapshot.
            return false;
        }
        if (snapshot.isUnchanged()) {
            return true;
        }
        long before = snapshot.fingerprint();
        snapshot = null;
        snapshot = scan();
        return snapshot.fingerprint() == before;
    }
}
