package io.roost.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.roost.maildir.Maildir;
import io.roost.maildir.MaildirListing;
import io.roost.maildir.MaildirMailbox;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;

/**
 * All mailboxes of a user as one scan found them: names, UIDs and flags; no mail was opened.
 *
 * @param listing   mailboxes and subscriptions
 * @param mailboxes in the listing's order
 */
public record UserSnapshot(MaildirListing listing, List<MailboxSnapshot> mailboxes) {

    /** Scans everything. */
    public static UserSnapshot scan(Maildir maildir) throws IOException {
        MaildirListing listing = maildir.list();
        List<MailboxSnapshot> mailboxes = new ArrayList<>();
        for (MaildirMailbox mailbox : listing.mailboxes()) {
            mailboxes.add(maildir.scan(mailbox));
        }
        return new UserSnapshot(listing, mailboxes);
    }

    public long mails() {
        return mailboxes.stream().mapToLong(m -> m.mails().size()).sum();
    }

    /** Everything odd that the scan found. */
    public Stream<SourceProblem> problems() {
        return Stream.concat(listing.problems().stream(), mailboxes.stream().flatMap(m -> m.problems().stream()));
    }
}
