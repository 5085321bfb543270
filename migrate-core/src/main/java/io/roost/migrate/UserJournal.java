package io.roost.migrate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.roost.checkpoint.CheckpointException;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.PlacedBatch;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.maildir.MailboxSnapshot;
import io.roost.migrate.MigrationException.Kind;

/** Records in the checkpoint store how far one user is, and says so. Not thread-safe. */
final class UserJournal {
    private final Account account;
    private final CheckpointStore store;
    private final Event.Sink events;
    private final FoundProblems problems;
    private final List<MailboxRecord> unrecorded = new ArrayList<>();
    /** All mailboxes that have had a number, by name; null until first asked for. */
    private Map<String, MailboxRecord> known;
    /** The user with the totals of the last scan. */
    private UserRecord scanned;
    private boolean recording;

    UserJournal(Account account, CheckpointStore store, Event.Sink events, FoundProblems problems) {
        this.account = account;
        this.store = store;
        this.events = events;
        this.problems = problems;
    }

    FoundProblems problems() {
        return problems;
    }

    /** From here on every step is recorded, as it happens; before, only what the next run must know. */
    void record() {
        recording = true;
    }

    boolean isRecording() {
        return recording;
    }

    /** Mailboxes that are numbered and not recorded yet: they have to be, with the first batch that refers to them. */
    List<MailboxRecord> takeUnrecorded() {
        List<MailboxRecord> out = List.copyOf(unrecorded);
        unrecorded.clear();
        return out;
    }

    /** A step has happened, and is recorded; returns the user as recorded. */
    UserRecord reached(UserRecord user, UserState state) {
        UserRecord now = user.withState(state, System.currentTimeMillis());
        store.put(now, takeUnrecorded());
        events.event(new Event.Reached(account.user(), state));
        return now;
    }

    /** A step has happened that a run killed after it would do again: it is recorded if this user's steps are. */
    UserRecord record(UserRecord user, UserState state) {
        return recording ? reached(user, state) : passed(user.withState(state, System.currentTimeMillis()));
    }

    /** A step has happened, and was recorded, or will not be. */
    UserRecord passed(UserRecord user) {
        events.event(new Event.Reached(account.user(), user.state()));
        return user;
    }

    /** What is found must be in the report of the run that ends what this one has begun. */
    UserRecord verified(UserRecord user) {
        UserRecord now = user.withState(UserState.VERIFIED, System.currentTimeMillis());
        store.put(now, takeUnrecorded(), problems.records());
        events.event(new Event.Reached(account.user(), UserState.VERIFIED));
        return now;
    }

    /** Records why the run has failed; a store that cannot even take that does not hide the reason. */
    MigrationException failed(MigrationException why) {
        try {
            store.user(account.user()).ifPresent(user -> {
                // Of a user who is switched the next run must know that.
                UserRecord failed = user.state().isSwitched() ? user : user.failed(why.getMessage(), System.currentTimeMillis());
                // What was verified was counted; a scan knows only what names say of sizes.
                boolean counted = user.state() == UserState.VERIFIED || user.state().isPublished();
                store.put(scanned == null || counted ? failed
                        : failed.withTotals(scanned.mailboxes(), scanned.mailsTotal(), scanned.bytesTotal()),
                        takeUnrecorded(), problems.records());
            });
        } catch (CheckpointException e) {
            why.addSuppressed(e);
        }
        return why;
    }

    /** Nothing counts as placed any more: the next run copies everything. */
    void forgetPlaced() {
        store.user(account.user()).ifPresent(user -> store.forget(user.restarted(System.currentTimeMillis()), false));
    }

    /** Numbers of the snapshot's mailboxes in the store, in the snapshot's order: those known keep theirs. */
    int[] number(UserSnapshot snapshot, UserRecord user) throws MigrationException {
        if (known == null) {
            known = new HashMap<>();
            for (MailboxRecord box : store.mailboxes(user.number())) {
                known.put(box.name(), box);
            }
        }
        scanned = user;
        int[] numbers = new int[snapshot.mailboxes().size()];
        for (int i = 0; i < numbers.length; i++) {
            MailboxSnapshot mailbox = snapshot.mailboxes().get(i);
            String name = String.join("\0", mailbox.name().parts());
            MailboxRecord before = known.get(name);
            numbers[i] = before == null ? known.size() : before.number();
            if (numbers[i] > PlacedBatch.MAX_MAILBOX) {
                throw new MigrationException(Kind.SOURCE, account.user() + " has had more than " + (PlacedBatch.MAX_MAILBOX + 1)
                        + " mailboxes since the migration began, which Roost does not support");
            }
            if (before == null || before.mails() != mailbox.mails().size()) {
                MailboxRecord now = new MailboxRecord(numbers[i], name, mailbox.mails().size());
                known.put(name, now);
                unrecorded.add(now);
            }
        }
        if (recording && (!unrecorded.isEmpty() || !store.user(user.name()).filter(user::equals).isPresent())) {
            store.put(user, takeUnrecorded());
        }
        return numbers;
    }
}
