package io.roost.maildir;

import java.util.List;
import java.util.Optional;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailboxName;
import io.roost.index.CacheIdentity;

/**
 * One selectable mailbox of the source as a scan found it: names only, no mail was opened.
 *
 * @param location       where its directories are
 * @param uidValidity    1 to 2^32-1, or 0 if the mailbox has none yet
 * @param uidNext        above every UID in {@code mails}
 * @param guid           mailbox GUID; empty if Dovecot has given it none yet
 * @param firstRecentUid UIDs from here on are {@code \Recent}; 1 to {@code uidNext}
 * @param highestModseq  at least 1
 * @param keywords       names, byte strings; a mail's keyword bits are positions in this list
 * @param mails          ascending by UID
 * @param cache          the cache of this state of the index, which {@link MailList#cacheRecord} points into; empty if there is
 *                       none that can be used
 * @param acl            whether the mailbox has a {@code dovecot-acl} file
 * @param problems       everything odd about it; every file that is not among {@code mails} is named by one, except what NFS
 *                       keeps of deleted files
 * @param stamp          tells later whether the mailbox has changed
 */
public record MailboxSnapshot(MaildirMailbox location, long uidValidity, long uidNext, Optional<Guid128> guid,
        long firstRecentUid, long highestModseq, List<String> keywords, MailList mails,
        Optional<CacheIdentity> cache, boolean acl, List<SourceProblem> problems, SourceStamp stamp) {
    public MailboxSnapshot {
        keywords = List.copyOf(keywords);
        problems = List.copyOf(problems);
    }

    /** The same as a mailbox that has no GUID yet. */
    public MailboxSnapshot withoutGuid() {
        return new MailboxSnapshot(location, uidValidity, uidNext, Optional.empty(), firstRecentUid, highestModseq, keywords, mails,
                cache, acl, problems, stamp);
    }

    public MailboxName name() {
        return location.name();
    }
}
