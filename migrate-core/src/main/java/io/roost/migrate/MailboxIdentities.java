package io.roost.migrate;

import io.roost.checkpoint.UserRecord;
import io.roost.dovecot.Guid128;
import io.roost.maildir.MailboxSnapshot;

/**
 * UIDVALIDITY and GUID of each mailbox of a snapshot, also of those that Dovecot has given none yet; by position in the
 * snapshot. The same in every run. Immutable.
 */
final class MailboxIdentities {
    private final long[] uidValidities;
    private final Guid128[] guids;
    private final long highest;

    MailboxIdentities(Account account, UserSnapshot snapshot, UserRecord user) {
        int size = snapshot.mailboxes().size();
        uidValidities = new long[size];
        guids = new Guid128[size];
        long last = snapshot.listing().lastUidValidity();
        long next = Math.max(last, Integer.toUnsignedLong(user.runStamp()));
        for (MailboxSnapshot mailbox : snapshot.mailboxes()) {
            next = Math.max(next, mailbox.uidValidity());
        }
        for (int i = 0; i < size; i++) {
            MailboxSnapshot mailbox = snapshot.mailboxes().get(i);
            long uidValidity = mailbox.uidValidity() != 0 ? mailbox.uidValidity() : ++next;
            uidValidities[i] = uidValidity;
            guids[i] = mailbox.guid().orElseGet(() -> guidOf(account, mailbox, uidValidity));
            last = Math.max(last, uidValidity);
        }
        highest = last;
    }

    /** Different for every mailbox of every user. */
    private static Guid128 guidOf(Account account, MailboxSnapshot mailbox, long uidValidity) {
        return Guid128.ofText("roost\0" + account.user() + '\0' + account.source().root() + '\0' + mailbox.name().toString('\0')
                + '\0' + uidValidity);
    }

    /** A mailbox that has none yet gets the next one above all others. */
    long uidValidity(int i) {
        return uidValidities[i];
    }

    Guid128 guid(int i) {
        return guids[i];
    }

    /** The last UIDVALIDITY that was given to a mailbox of the user, 0 if none was. */
    long lastUidValidity() {
        return highest;
    }
}
