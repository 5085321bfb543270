package io.roost.mdbox;

import java.util.List;

import io.roost.dovecot.Guid128;

/**
 * What the index of an mdbox mailbox says of the mailbox as a whole.
 *
 * @param uidValidity        1 to 2^32-1
 * @param nextUid            above all UIDs
 * @param firstRecentUid     1 to {@code nextUid}; mails from there on are {@code \Recent}
 * @param mailboxGuid        not zero, unique among the user's mailboxes
 * @param mapUidValidity     UIDVALIDITY of the map index
 * @param keywords           names of all keywords, byte strings, in the order of their bits; none empty, none twice
 * @param highestModseq      HIGHESTMODSEQ, 1 or more
 * @param savedPop3Uidls     whether some mails have a POP3 UIDL in their metadata
 * @param savedPop3Orders    whether some have a POP3 order there
 * @param highestPop3UidlUid highest UID of a mail with a POP3 UIDL, 0 if none has; Dovecot looks no further up
 * @param indexId            Unix time, not 0
 * @param lastTempFileScan   Unix time; 0 makes Dovecot scan for temporary files at the first open
 */
public record MailboxIndexHeader(long uidValidity, long nextUid, long firstRecentUid, Guid128 mailboxGuid,
        long mapUidValidity, List<String> keywords, long highestModseq, boolean savedPop3Uidls, boolean savedPop3Orders,
        long highestPop3UidlUid, long indexId, long lastTempFileScan) {
    public MailboxIndexHeader {
        keywords = List.copyOf(keywords);
    }
}
