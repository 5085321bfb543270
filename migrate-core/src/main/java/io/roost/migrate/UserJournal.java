package io.roost.migrate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.roost.checkpoint.CheckpointException;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.PlacedBatch;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.maildir.MailboxSnapshot;
import io.roost.migrate.MigrationException.Kind;

/** Records in the checkpoint store how far one user is, and says so. */
final class UserJournal {
    private final Account account;
    private final CheckpointStore store;
    private final Event.Sink events;
    private final FoundProblems problems;

    UserJournal(Account account, CheckpointStore store, Event.Sink events, FoundProblems problems) {
        this.account = account;
        this.store = store;
        this.events = events;
        this.problems = problems;
    }

    FoundProblems problems() {
        return problems;
    }

    /** Records a step that has happened; returns the user as recorded. */
    UserRecord reached(UserRecord user, UserState state) {
        UserRecord now = user.withState(state, System.currentTimeMillis());
        store.put(now);
        events.event(new Event.Reached(account.user(), state));
        return now;
    }

    /** Records why the run has failed; a store that cannot even take that does not hide the reason. */
    MigrationException failed(MigrationException why) {
        try {
            store.user(account.user()).ifPresent(user -> {
                if (!user.state().isSwitched()) {
                    // Of a user who is switched the next run must know that.
                    store.put(user.failed(why.getMessage(), System.currentTimeMillis()));
                }
                problems.record(store, user);
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
        Map<String, Integer> known = new HashMap<>();
        List<MailboxRecord> before = store.mailboxes(user.number());
        for (MailboxRecord box : before) {
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
        if (!Set.copyOf(before).containsAll(records) || !store.user(user.name()).filter(user::equals).isPresent()) {
            store.put(user, records);
        }
        return numbers;
    }
}
