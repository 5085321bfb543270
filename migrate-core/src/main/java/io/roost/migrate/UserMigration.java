package io.roost.migrate;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;

import io.roost.checkpoint.CheckpointException;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserLock;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.InvalidSettingException;
import io.roost.maildir.Maildir;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Takes one user from Maildir to mdbox: scan, copy, finish, verify, publish. Each step is idempotent and recorded after it
 * happened ({@link UserState}); a killed run goes on from what is recorded. Not thread-safe; one object for one attempt.
 */
public final class UserMigration {
    /** After a copy that took longer, another look is taken before the user is locked out. */
    private static final long LONG_COPY_MILLIS = 5_000;

    private final Account account;
    private final Settings settings;
    private final CheckpointStore store;
    private final Event.Sink events;
    private final TargetPaths paths;
    private final FoundProblems problems;
    private final UserJournal journal;
    private final CutoverSteps cutover;

    /** One that publishes the mdbox and leaves the userdb to the administrator. */
    public UserMigration(Account account, Settings settings, CheckpointStore store, Event.Sink events)
            throws InvalidSettingException {
        this(account, settings, store, events, CutoverSteps.NONE);
    }

    /**
     * @param events  told what happens, on the thread that calls {@link #run}
     * @param cutover what to do around the steps
     * @throws InvalidSettingException if there can be no mdbox at the target location
     */
    public UserMigration(Account account, Settings settings, CheckpointStore store, Event.Sink events, CutoverSteps cutover)
            throws InvalidSettingException {
        this.cutover = cutover;
        this.account = account;
        this.settings = settings;
        this.store = store;
        this.events = events;
        paths = new TargetPaths(account.target());
        problems = new FoundProblems(account, settings, events);
        journal = new UserJournal(account, store, events, problems);
    }

    /**
     * Migrates the user, or goes on where an earlier run stopped. Interrupting the thread ends it at the next safe point.
     *
     * @throws MigrationException if there is no result; the source is in force then, and nothing of it has changed
     */
    public Result run() throws MigrationException {
        long started = System.currentTimeMillis();
        try {
            UserRecord user = store.userOrNew(account.user(), account.source().toString(), account.target().toString(), started);
            try (UserLock lock = UserLock.tryAcquire(store, user).orElseThrow(() -> new MigrationException(Kind.BUSY,
                    "another process is migrating " + account.user() + " with the state directory " + store.path()))) {
                // Read again: the one who held the lock may have gone on.
                Result result = runLocked(store.user(account.user()).orElse(user), started);
                events.event(new Event.Done(account.user(), result));
                return result;
            }
        } catch (PosixException e) {
            throw failed(new MigrationException(Kind.IO, "the lock in the state directory cannot be taken: " + e.getMessage(), e));
        } catch (CheckpointException e) {
            throw failed(new MigrationException(e.isNoSpace() ? Kind.NO_SPACE : Kind.IO, e.getMessage(), e));
        } catch (MigrationException e) {
            throw failed(e);
        }
    }

    private MigrationException failed(MigrationException e) {
        events.event(new Event.Failed(account.user(), e.getMessage(), e.kind() != Kind.TARGET));
        return e;
    }

    private Result runLocked(UserRecord user, long started) throws MigrationException {
        try {
            UserRecord current = user;
            if (Staging.isPublishedBy(store, account)) {
                UserRecord published = user.state().isPublished() ? user : journal.reached(user, UserState.PUBLISHED);
                if (cutover.preparesOnly() && !published.state().isSwitched()) {
                    // Published once and never used; the next cutover takes it back.
                    return result(published, null, started, false);
                }
                if (!cutover.cutsOver() && SourceBaseline.exists(store, published)) {
                    throw new MigrationException(Kind.TARGET, "a cutover of " + account.user() + " was not finished, and without the "
                            + "gate and the userdb Roost cannot tell whether the user uses the mdbox: run again with the options of the "
                            + "cutover");
                }
                if (published.state().isSwitched() || cutover.isSwitched()) {
                    try (HeldSource source = HeldSource.of(account.source())) {
                        return end(published, null, baseline(published), started, source);
                    }
                }
                // The user went on with the Maildir since.
                unpublish();
                current = journal.reached(published, UserState.COPYING);
            } else if (user.state().isPublished()) {
                boolean isThere = user.target().equals(account.target().toString())
                        && OpenDirectory.statusOf(account.target().root()).isPresent();
                if (isThere) {
                    return user.state() == UserState.DONE ? result(user, null, started, true)
                            : end(user, null, Optional.empty(), started, null);
                }
                // The mdbox of an earlier migration was taken away on purpose, or another one is wanted: begin anew.
                current = user.restarted(started);
                store.forget(current, false);
            }
            return migrate(sameLocations(current), started);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MigrationException(Kind.INTERRUPTED, "stopped; the next run goes on from here", e);
        } catch (MigrationException e) {
            throw journal.failed(e);
        } catch (InterruptedIOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new MigrationException(Kind.INTERRUPTED, "stopped; the next run goes on from here", e);
            }
            throw journal.failed(new MigrationException(Kind.IO, e.getMessage(), e));
        } catch (IOException e) {
            throw journal.failed(e instanceof PosixException p && p.isNoSpace() ? NoSpace.of(p, isPublished(p))
                    : new MigrationException(Kind.IO, e.getMessage(), e));
        }
    }

    /** What is placed was placed for these locations. */
    private UserRecord sameLocations(UserRecord user) throws MigrationException {
        String source = account.source().toString();
        String target = account.target().toString();
        if (user.source().equals(source) && user.target().equals(target)) {
            return user;
        }
        if (user.mailsPlaced() > 0) {
            throw new MigrationException(Kind.TARGET, "an unfinished migration of " + account.user() + " has other locations: expected "
                    + user.source() + " to " + user.target() + ", found " + source + " to " + target
                    + "; finish it with the old ones, or remove its staging directory and use another state directory");
        }
        UserRecord moved = user.withLocations(source, target);
        store.put(moved);
        return moved;
    }

    /**
     * The way to the end. While the user is kept out nobody should write to the Maildir; if somebody does, as a delivery that began
     * before, everything from finish on is done once more, and before that the switch undone.
     */
    private Result migrate(UserRecord record, long started) throws IOException, MigrationException, InterruptedException {
        UserRecord user = record;
        try (HeldSource source = HeldSource.of(account.source())) {
            if (cutover.isPinned() && (user.state() == UserState.QUEUED || user.state() == UserState.FAILED)) {
                user = journal.reached(user, UserState.PINNED);
            }
            for (int attempt = 1;; attempt++) {
                Written written = write(user, started, source);
                user = written.user;
                if (cutover.preparesOnly()) {
                    return result(user, null, started, false);
                }
                if (!cutover.cutsOver()) {
                    return complete(user, written.finished, started);
                }
                boolean last = attempt >= settings.finishAttempts();
                cutover.requireKept();
                if (last || written.baseline.isUnchanged()) {
                    cutover.switchOver();
                    user = journal.reached(user, UserState.SWITCHED);
                    if (last || written.baseline.late().isEmpty() || Staging.writtenSincePublished(account, paths).isPresent()) {
                        return end(user, written.finished, Optional.of(written.baseline), started, source);
                    }
                    // Recorded before it happens: who is killed in it must ask the userdb.
                    user = journal.reached(user, UserState.PUBLISHED);
                    cutover.switchBack();
                }
                events.event(new Event.SourceChanged(account.user(), attempt));
                unpublish();
                user = journal.reached(user, UserState.COPYING);
            }
        } finally {
            // Also of a user who is switched: whatever the userdb says is complete.
            cutover.abandon();
        }
    }

    /** Takes the mdbox back. Whoever has written to it uses it, whatever the userdb says. */
    private void unpublish() throws IOException, MigrationException {
        Optional<String> written = Staging.writtenSincePublished(account, paths);
        if (written.isPresent()) {
            String root = ByteString.toText(account.target().root());
            throw new MigrationException(Kind.TARGET, "the mdbox of " + account.user()
                    + " was published and not put in force by Roost, and "
                    + "somebody has written to it since (" + ByteString.toText(written.get()) + "): it is left alone. If the user is meant "
                    + "to use it, make Dovecot say so (userdb or mail_location) and run again: Roost brings over what came to the Maildir. If "
                    + "nobody uses it, move " + root + " away and run again");
        }
        Staging.unpublish(account, paths);
    }

    /**
     * A result in its place.
     *
     * @param finished null if everything is only copied
     * @param baseline what it was written from; null without a cutover
     */
    private record Written(UserRecord user, Pass.Finished finished, SourceBaseline baseline) {
    }

    private Written write(UserRecord record, long started, HeldSource held)
            throws IOException, MigrationException, InterruptedException {
        FileStatus source = OpenDirectory.statusOf(account.source().root()).orElseThrow(() -> new MigrationException(Kind.SOURCE,
                "there is no Maildir at " + ByteString.toText(account.source().root()) + ": is the file system mounted?"));
        TargetOwnership.requirePermitted(account, source);
        OpenDirectory.clearUmask();
        FileStatus parent = TargetParents.prepare(account, source);
        Ownership ownership = TargetOwnership.of(account, source, parent);
        UserRecord user = record;
        Pass.Finished finished;
        SourceBaseline baseline = null;
        try (Staging staging = Staging.open(account, paths, ownership, store)) {
            try {
                PlacedMails placed = new PlacedMails();
                try (DataFiles files = DataFiles.resume(staging, paths, store, user, placed, settings.rotateSize())) {
                    events.event(new Event.Started(account.user(), account.source().root(), account.target().root(), placed.size()));
                    Pass pass = new Pass(account, settings, store, events, paths, journal, staging, placed, files, held);
                    if (cutover.preparesOnly() || cutover.cutsOver()) {
                        journal.record();
                        user = pass.copyAll(files.user(), 0);
                    } else {
                        user = pass.copy(files.user(), 0);
                    }
                    if (cutover.preparesOnly()) {
                        store.put(user, journal.takeUnrecorded(), problems.records());
                        return new Written(user, null, null);
                    }
                    if (cutover.cutsOver()) {
                        if (System.currentTimeMillis() - started > LONG_COPY_MILLIS | cutover.awaitTime()) {
                            // What has come meanwhile need not be copied while the user is locked out.
                            user = pass.copyAll(user, 1);
                        }
                        user = pass.rehearse(user);
                        pass.atFullSpeed();
                        user = keepAway(user);
                    }
                    finished = pass.finish(user);
                    user = pass.counted().withTotals(finished.mailboxes(), finished.mails(), finished.bytes());
                    if (cutover.cutsOver()) {
                        baseline = pass.baseline();
                        baseline.write(store, user);
                        cutover.requireKept();
                    }
                }
                user = journal.verified(user);
                held.requireSame();
                staging.publish();
                user = journal.reached(user, UserState.PUBLISHED);
            } catch (PosixException e) {
                if (!e.isNoSpace()) {
                    throw e;
                }
                boolean isPublished = isPublished(e);
                MigrationException full = NoSpace.of(e, isPublished);
                if (!isPublished) {
                    giveSpaceBack(staging, full);
                }
                throw full;
            } catch (CorruptFileException e) {
                // Somebody or something has been at the staged files: the next run copies them again.
                journal.forgetPlaced();
                throw e;
            } catch (MigrationException e) {
                if (e.kind() == Kind.MISMATCH) {
                    journal.forgetPlaced();
                }
                throw e;
            }
        }
        return new Written(user, finished, baseline);
    }

    private UserRecord keepAway(UserRecord record) throws IOException, MigrationException, InterruptedException {
        cutover.closeGate();
        UserRecord user = journal.reached(record, UserState.GATED);
        cutover.awaitQuiet();
        return journal.reached(user, UserState.QUIET);
    }

    /** What an earlier run recorded before it published. */
    private Optional<SourceBaseline> baseline(UserRecord user) throws IOException {
        return cutover.cutsOver() ? SourceBaseline.read(store, user, new Maildir(account.source()), paths) : Optional.empty();
    }

    /**
     * The userdb leads to the mdbox: lets the user in, and brings over what still reaches the Maildir.
     *
     * @param held needed where there is a baseline
     */
    private Result end(UserRecord record, Pass.Finished finished, Optional<SourceBaseline> baseline, long started, HeldSource held)
            throws IOException, MigrationException, InterruptedException {
        UserRecord user = record;
        if (cutover.cutsOver()) {
            if (!user.state().isSwitched()) {
                user = journal.reached(user, UserState.SWITCHED);
            }
            cutover.openGate();
            if (!cutover.isSwitched()) {
                // What is brought over would go to the Maildir.
                journal.reached(user, UserState.PUBLISHED);
                throw new MigrationException(Kind.TARGET, "the userdb was told that the mail of " + account.user() + " is mdbox, reported "
                        + "no error, and does not say so: the Maildir stays in force, and the next run begins the last steps anew");
            }
            user = journal.reached(user, UserState.RELEASED);
            if (baseline.isPresent()) {
                new LateMails(account, store, events, cutover).bringOver(user, baseline.get(), held);
            }
            SourceBaseline.remove(store, user);
        }
        return complete(user, finished, started);
    }

    /** Whether the mdbox is in its place, as when only the sync after that has failed. What cannot be seen is told with the failure. */
    private boolean isPublished(PosixException failure) {
        try {
            return Staging.isPublishedBy(store, account);
        } catch (IOException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    /** A full disk hurts the mail that still arrives: nothing of ours stays on it. */
    private void giveSpaceBack(Staging staging, MigrationException full) {
        try {
            staging.remove();
            journal.forgetPlaced();
        } catch (IOException | CheckpointException e) {
            full.addSuppressed(e);
        }
    }

    private Result complete(UserRecord user, Pass.Finished finished, long started) throws IOException {
        Staging.removeMarkers(account, paths);
        UserRecord done = user.withState(UserState.DONE, System.currentTimeMillis());
        store.forgetLater(done);
        events.event(new Event.Reached(account.user(), UserState.DONE));
        return result(done, finished, started, false);
    }

    private Result result(UserRecord user, Pass.Finished finished, long started, boolean alreadyDone) throws IOException {
        if (finished == null) {
            problems.recall(store, user);
        }
        long millis = System.currentTimeMillis() - started;
        return finished == null
                ? new Result(user.mailboxes(), user.mailsTotal(), user.bytesTotal(), 0, 0, 0, DataFiles.count(paths),
                        problems.skipped(), problems.notes(), millis, alreadyDone)
                : new Result(finished.mailboxes(), finished.mails(), finished.bytes(), finished.copiedMails(), finished.sharedMails(),
                        finished.vanished(), finished.dataFiles(), problems.skipped(), problems.notes(), millis, alreadyDone);
    }
}
