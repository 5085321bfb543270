package io.roost.maildir;

import java.util.List;

import io.roost.dovecot.MailboxName;

/**
 * What a Maildir holds besides the mails of its mailboxes.
 *
 * @param mailboxes       selectable mailboxes, INBOX first, then by name
 * @param noSelect        names that cannot be opened but are listed, by name: parents without a directory of their own in
 *                        Maildir++, directories without {@code cur} in fs layout
 * @param subscriptions   subscribed names, in the file's order
 * @param lastUidValidity the highest UIDVALIDITY that {@code dovecot-uidvalidity} has given out, 0 if none
 * @param problems        what could not be listed
 */
public record MaildirListing(List<MaildirMailbox> mailboxes, List<MailboxName> noSelect, List<MailboxName> subscriptions,
        long lastUidValidity, List<SourceProblem> problems) {
    public MaildirListing {
        mailboxes = List.copyOf(mailboxes);
        noSelect = List.copyOf(noSelect);
        subscriptions = List.copyOf(subscriptions);
        problems = List.copyOf(problems);
    }
}
