package io.roost.migrate;

import java.util.BitSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.roost.dovecot.MailFlags;
import io.roost.maildir.MailList;
import io.roost.maildir.MailboxSnapshot;
import io.roost.mdbox.MailboxIndex;
import io.roost.mdbox.MailboxIndexHeader;
import io.roost.mdbox.VsizeHeader;

/**
 * Compares what a mailbox index says with a snapshot of the mailbox: everything that does not need a mail to be opened. What
 * the mail itself must agree with is left to a {@link Pair}.
 */
final class MailboxComparison {
    private final MailboxSnapshot source;
    private final MailboxIndex target;
    private final Mismatches mismatches;

    MailboxComparison(MailboxSnapshot source, MailboxIndex target, Mismatches mismatches) {
        this.source = source;
        this.target = target;
        this.mismatches = mismatches;
    }

    /** Looks further at what has the same UID on both sides, or at what only the source has. */
    interface Pair {
        void both(int sourcePosition, int targetPosition);

        void onlySource(int sourcePosition);
    }

    void compare(Pair pair) {
        compareHeader();
        MailList mails = source.mails();
        int i = 0;
        int j = 0;
        // Dovecot that uses the mdbox forgets the sum, or has it of the older mails, and counts the rest when somebody asks.
        long counted = target.vsizeHeader().map(VsizeHeader::highestUid).orElse(0L);
        long virtualSize = 0;
        long messages = 0;
        while (i < mails.size() || j < target.size()) {
            if (j == target.size() || i < mails.size() && mails.uid(i) < target.uid(j)) {
                pair.onlySource(i++);
                continue;
            }
            if (target.uid(j) <= counted) {
                virtualSize += target.virtualSize(j).orElse(0);
                messages++;
            }
            if (i == mails.size() || mails.uid(i) > target.uid(j)) {
                mismatches.add(name(), target.uid(j), "", "uid", "no such mail", "a mail that the Maildir does not have");
                j++;
                continue;
            }
            compareFlags(i, j);
            pair.both(i++, j++);
        }
        if (target.vsizeHeader().isPresent()) {
            mismatches.require(name(), "sum of virtual sizes", virtualSize, target.vsizeHeader().get().virtualSize());
            mismatches.require(name(), "mails in the sum of virtual sizes", messages, target.vsizeHeader().get().messages());
        }
    }

    private void compareHeader() {
        MailboxIndexHeader header = target.header();
        if (source.uidValidity() != 0) {
            mismatches.require(name(), "UIDVALIDITY", source.uidValidity(), header.uidValidity());
        }
        mismatches.require(name(), "UIDNEXT", source.uidNext(), header.nextUid());
        mismatches.require(name(), "first recent UID", source.firstRecentUid(), header.firstRecentUid());
        source.guid().ifPresent(guid -> mismatches.require(name(), "mailbox GUID", guid, header.mailboxGuid()));
        if (header.highestModseq() < source.highestModseq()) {
            mismatches.add(name(), 0, "", "HIGHESTMODSEQ", "at least " + source.highestModseq(), header.highestModseq());
        }
    }

    private void compareFlags(int i, int j) {
        int expected = source.mails().flags(i) & MailFlags.SYSTEM_MASK;
        int found = target.flags(j) & MailFlags.SYSTEM_MASK;
        if (expected != found) {
            mismatches.require(source, i, "flags", MailFlags.toText(expected), MailFlags.toText(found));
        }
        BitSet a = source.mails().keywords(i);
        BitSet b = target.keywords(j);
        if (a.isEmpty() && b.isEmpty() || a.equals(b) && source.keywords().equals(target.header().keywords())) {
            return;
        }
        mismatches.require(source, i, "keywords", names(a, source.keywords()), names(b, target.header().keywords()));
    }

    private static String names(BitSet bits, java.util.List<String> keywords) {
        return bits.stream().mapToObj(k -> k < keywords.size() ? keywords.get(k) : "keyword " + k)
                .collect(Collectors.toCollection(TreeSet::new)).toString();
    }

    private String name() {
        return source.name().toString();
    }
}
