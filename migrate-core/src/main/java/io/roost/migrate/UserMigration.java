package io.roost.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.roost.checkpoint.CheckpointException;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.PlacedBatch;
import io.roost.checkpoint.ProblemRecord;
import io.roost.checkpoint.UserLock;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.dovecot.InvalidSettingException;
import io.roost.maildir.Maildir;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Severity;
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
    private final Account account;
    private final Settings settings;
    private final CheckpointStore store;
    private final Event.Sink events;
    private final TargetPaths paths;
    private final Set<SourceProblem> problems = new LinkedHashSet<>();
    private long copiedMails;
    private long sharedMails;
    private long vanished;

    /**
     * @param events told what happens, on the thread that calls {@link #run}
     * @throws InvalidSettingException if there can be no mdbox at the target location
     */
    public UserMigration(Account account, Settings settings, CheckpointStore store, Event.Sink events)
            throws InvalidSettingException {
        this.account = account;
        this.settings = settings;
        this.store = store;
        this.events = events;
        paths = new TargetPaths(account.target());
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
            if (Staging.isPublishedBy(store, account)) {
                return complete(user.state() == UserState.PUBLISHED ? user : reached(user, UserState.PUBLISHED), null, started);
            }
            UserRecord current = user;
            if (user.state().isPublished()) {
                boolean isThere = user.target().equals(account.target().toString())
                        && OpenDirectory.statusOf(account.target().root()).isPresent();
                if (isThere) {
                    return user.state() == UserState.DONE ? result(user, null, started, true) : complete(user, null, started);
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
            throw record(e);
        } catch (IOException e) {
            boolean full = e instanceof PosixException p && p.isNoSpace();
            throw record(new MigrationException(full ? Kind.NO_SPACE : Kind.IO, e.getMessage() + (full
                    ? "; nothing was published, the Maildir is as it was: free some space and run again" : ""), e));
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

    private Result migrate(UserRecord record, long started) throws IOException, MigrationException, InterruptedException {
        FileStatus source = OpenDirectory.statusOf(account.source().root()).orElseThrow(() -> new MigrationException(Kind.SOURCE,
                "there is no Maildir at " + ByteString.toText(account.source().root()) + ": is the file system mounted?"));
        TargetOwnership.requirePermitted(account, source);
        OpenDirectory.clearUmask();
        FileStatus parent = TargetParents.prepare(account, source);
        Ownership ownership = TargetOwnership.of(account, source, parent);
        UserRecord user = record;
        Finisher finished;
        try (Staging staging = Staging.open(account, paths, ownership, store)) {
            try {
                PlacedMails placed = new PlacedMails();
                try (DataFiles files = DataFiles.resume(staging, paths, store, user, placed, settings.rotateSize())) {
                    events.event(new Event.Started(account.user(), account.source().root(), account.target().root(), placed.size()));
                    Pass pass = new Pass(staging, placed, files);
                    user = pass.copy(files.user(), 0);
                    user = reached(user, UserState.COPIED);
                    finished = pass.finish(user);
                }
                // What a run killed from here on has found must be in the report of the one that ends it.
                recordProblems(user);
                user = reached(user.withTotals(finished.mailboxes(), finished.mails(), finished.bytes()), UserState.VERIFIED);
                staging.publish();
                user = reached(user, UserState.PUBLISHED);
            } catch (PosixException e) {
                if (e.isNoSpace()) {
                    giveSpaceBack(staging, e);
                }
                throw e;
            } catch (MigrationException e) {
                if (e.kind() == Kind.MISMATCH) {
                    // Somebody or something has been at the staged files: the next run copies them again.
                    forgetPlaced();
                }
                throw e;
            }
        }
        return complete(user, finished, started);
    }

    /** The loop of scanning, copying what is missing, and writing the indexes, until the source stands still. */
    private final class Pass {
        private final Maildir maildir = new Maildir(account.source());
        private final Staging staging;
        private final PlacedMails placed;
        private final DataFiles files;
        private UserSnapshot snapshot;
        private int[] numbers;
        private long notFound;

        Pass(Staging staging, PlacedMails placed, DataFiles files) {
            this.staging = staging;
            this.placed = placed;
            this.files = files;
        }

        UserRecord copy(UserRecord before, int attempt) throws IOException, MigrationException, InterruptedException {
            // The one before is not needed any more: two of a million mails each would not fit.
            snapshot = null;
            snapshot = scan();
            UserRecord user = before.withTotals(snapshot.mailboxes().size(), snapshot.mails(), snapshot.bytesByName());
            numbers = number(snapshot, user);
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
            note(copier.problems());
            notFound = copier.vanishedMails();
            return user;
        }

        /** Scans all mailboxes; those whose names mdbox cannot hold refuse the user or, with leave to skip, are left out. */
        private UserSnapshot scan() throws IOException, MigrationException {
            UserSnapshot holdable = UserSnapshot.scan(maildir).holdableAt(paths);
            note(holdable.problems().toList());
            return holdable;
        }

        Finisher finish(UserRecord before) throws IOException, MigrationException, InterruptedException {
            UserRecord user = before;
            for (int attempt = 1; attempt <= settings.finishAttempts(); attempt++) {
                user = copy(user, attempt);
                Finisher finisher = new Finisher(account, settings, staging, paths, placed);
                finisher.write(snapshot, numbers, user);
                staging.sync();
                user = reached(user, UserState.FINISHED);
                new StagedVerification(account, staging, paths, placed, finisher, events).verify(snapshot, numbers, user);
                if (standsStill()) {
                    vanished = finisher.unreferenced();
                    return finisher;
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

    /** Numbers of the mailboxes in the store: those known keep theirs. */
    private int[] number(UserSnapshot snapshot, UserRecord user) throws MigrationException {
        Map<String, Integer> known = new HashMap<>();
        for (MailboxRecord box : store.mailboxes(user.number())) {
            known.put(box.name(), box.number());
        }
        List<MailboxRecord> records = new ArrayList<>();
        int[] numbers = new int[snapshot.mailboxes().size()];
        for (int i = 0; i < numbers.length; i++) {
            MailboxSnapshot mailbox = snapshot.mailboxes().get(i);
            String name = String.join("\0", mailbox.name().parts());
            numbers[i] = known.computeIfAbsent(name, n -> known.size());
            if (numbers[i] > PlacedBatch.MAX_MAILBOX) {
                throw new MigrationException(Kind.SOURCE, account.user() + " has had more than " + (PlacedBatch.MAX_MAILBOX + 1)
                        + " mailboxes since the migration began, which Roost does not support");
            }
            records.add(new MailboxRecord(numbers[i], name, mailbox.mails().size()));
        }
        store.put(user, records);
        return numbers;
    }

    /** Tells problems that were not told before; refuses the user if something would be lost. */
    private void note(List<SourceProblem> found) throws MigrationException {
        List<SourceProblem> losses = new ArrayList<>();
        for (SourceProblem problem : found) {
            if (problems.add(problem)) {
                events.event(new Event.Problem(account.user(), problem));
            }
            if (problem.kind().severity() == Severity.LOSS) {
                losses.add(problem);
            }
        }
        if (!losses.isEmpty() && !settings.skipUnreadable()) {
            SourceProblem first = losses.get(0);
            throw new MigrationException(Kind.SOURCE, (losses.size() == 1 ? "one thing" : losses.size() + " things")
                    + " cannot be carried over: " + first + (losses.size() == 1 ? "" : " and " + (losses.size() - 1) + " more")
                    + "; " + first.kind().remedy(), losses, null);
        }
    }

    private UserRecord reached(UserRecord user, UserState state) {
        UserRecord now = user.withState(state, System.currentTimeMillis());
        store.put(now);
        events.event(new Event.Reached(account.user(), state));
        return now;
    }

    /** A full disk hurts the mail that still arrives: nothing of ours stays on it. */
    private void giveSpaceBack(Staging staging, PosixException full) {
        try {
            staging.remove();
            forgetPlaced();
        } catch (IOException | CheckpointException e) {
            full.addSuppressed(e);
        }
    }

    private void forgetPlaced() {
        store.user(account.user()).ifPresent(user -> store.forget(user.restarted(System.currentTimeMillis()), false));
    }

    private MigrationException record(MigrationException e) {
        try {
            store.user(account.user()).ifPresent(user -> {
                store.put(user.failed(e.getMessage(), System.currentTimeMillis()));
                recordProblems(user);
            });
        } catch (CheckpointException why) {
            e.addSuppressed(why);
        }
        return e;
    }

    private void recordProblems(UserRecord user) {
        store.putProblems(user.number(), problems.stream()
                .map(p -> new ProblemRecord(p.kind().id(), p.mailbox(), p.path(), p.detail())).toList());
    }

    /** What the run that wrote the mdbox has found, for the report of one that only ends it. */
    private void recallProblems(UserRecord user) {
        for (ProblemRecord p : store.problems(user.number())) {
            SourceProblem.Kind.of(p.kind()).ifPresent(kind -> problems.add(new SourceProblem(kind, p.mailbox(), p.path(), p.detail())));
        }
    }

    private Result complete(UserRecord user, Finisher finished, long started) throws IOException {
        Staging.removeMarkers(account, paths);
        UserRecord done = user.withState(UserState.DONE, System.currentTimeMillis());
        store.forget(done, true);
        events.event(new Event.Reached(account.user(), UserState.DONE));
        return result(done, finished, started, false);
    }

    private Result result(UserRecord user, Finisher finished, long started, boolean alreadyDone) throws IOException {
        if (finished == null) {
            recallProblems(user);
        }
        List<SourceProblem> skipped = problems.stream().filter(p -> p.kind().severity() == Severity.LOSS).toList();
        List<SourceProblem> notes = problems.stream().filter(p -> p.kind().severity() != Severity.LOSS).toList();
        long millis = System.currentTimeMillis() - started;
        if (finished == null) {
            return new Result(user.mailboxes(), user.mailsTotal(), user.bytesTotal(), 0, 0, 0, DataFiles.count(paths), skipped, notes,
                    millis, alreadyDone);
        }
        return new Result(finished.mailboxes(), finished.mails(), finished.bytes(), copiedMails, sharedMails, vanished,
                finished.dataFiles(), skipped, notes, millis, alreadyDone);
    }
}
