package io.roost.migrate;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.Pop3UidlFormat;
import io.roost.maildir.MailList;
import io.roost.maildir.MailboxSnapshot;

/** Which POP3 UIDL must be stored with a mail so that POP3 clients see the one they know. */
final class Pop3Uidls {
    private Pop3Uidls() {
    }

    /**
     * The UIDL to store in the mail's metadata.
     *
     * @return null if the settings make the same UIDL from what mdbox has anyway; always null outside INBOX, which alone POP3 sees
     */
    static String stored(Pop3UidlFormat format, MailboxSnapshot mailbox, int position)
            throws InvalidSettingException {
        if (!mailbox.name().isInbox()) {
            return null;
        }
        MailList mails = mailbox.mails();
        String own = mails.pop3Uidl(position);
        if (own != null || !format.changesOnMdbox()) {
            return own;
        }
        return format.expand(mails.uid(position), mailbox.uidValidity(), mails.guid(position), mails.baseName(position));
    }
}
