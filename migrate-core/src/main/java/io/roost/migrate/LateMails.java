package io.roost.migrate;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;

/**
 * The last look at the Maildir of a user who uses the mdbox already: mails that are there and were not there when the mdbox was
 * written are brought over. Each is recorded before and after, so that whoever is killed in between brings over none twice.
 */
final class LateMails {
    private final Account account;
    private final CheckpointStore store;
    private final Event.Sink events;
    private final CutoverSteps cutover;

    LateMails(Account account, CheckpointStore store, Event.Sink events, CutoverSteps cutover) {
        this.account = account;
        this.store = store;
        this.events = events;
        this.cutover = cutover;
    }

    /**
     * Brings over what is late, until no delivery that began before the lock-out may still reach the Maildir.
     *
     * @param before what the mdbox was written from, with what was brought over since
     * @param held   the Maildir's directories
     */
    void bringOver(UserRecord user, SourceBaseline before, HeldSource held)
            throws IOException, MigrationException, InterruptedException {
        SourceBaseline known = before;
        boolean more;
        do {
            more = cutover.awaitLateDeliveries();
            List<LateMail> late = known.late();
            held.requireSame();
            for (LateMail mail : late) {
                OptionalLong begun = known.begunAt(mail);
                if (begun.isEmpty()) {
                    known = known.beginning(mail, cutover.nextMapUid());
                    known.write(store, user);
                }
                cutover.bringOver(mail, begun);
                known = known.with(mail);
                known.write(store, user);
                events.event(new Event.BroughtOver(account.user(), mail.path()));
            }
        } while (more);
    }
}
