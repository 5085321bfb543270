package io.roost.maildir;

import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.IntStream;

import io.roost.dovecot.Guid128;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;

/**
 * Joins the files of a mailbox with the records of its uidlist and with what the index says, in the order of UIDs, and gives
 * UIDs to the files that have none as Dovecot would when it next opens the mailbox: first to those that nobody knows, in
 * {@link ArrivalOrder}; then to those that were expunged once and are back; then to those that Dovecot has to rename before it
 * can show them. Used once: records first, then {@link #placeTheRest}. Not thread-safe.
 */
final class UidAssignment {
    private static final long MAX_UID = 0xfffffffeL;
    private static final BitSet NO_KEYWORDS = new BitSet();
    /** In {@link #positions}: the file has no place in the list, or not yet. */
    private static final int NOWHERE = -1;

    private final MaildirMailbox mailbox;
    private final MailFileScan found;
    private final MailFiles files;
    private final IndexView index;
    private final MailKeywords keywords;
    private final CourierFiles courier;
    private final ProblemLog problems;
    private final MailList.Builder mails;
    /** Of each file, its position in the list plus one; 0 as long as nothing is known of it. */
    private final int[] positions;
    /** Files that the index has seen expunged. */
    private final Set<Integer> reappeared = new LinkedHashSet<>();
    private long nextUid;
    private long firstRecentUid;

    UidAssignment(MaildirMailbox mailbox, MailFileScan found, IndexView index, MailKeywords keywords, CourierFiles courier,
            ProblemLog problems) {
        this.mailbox = mailbox;
        this.found = found;
        this.files = found.files();
        this.index = index;
        this.keywords = keywords;
        this.courier = courier;
        this.problems = problems;
        mails = new MailList.Builder(files.names(), files.size());
        positions = new int[files.size()];
        nextUid = Math.max(1, index.nextUid());
        firstRecentUid = Math.max(1, index.firstRecentUid());
    }

    /** Takes the record that the uidlist is at; they come in the order of their UIDs. */
    void add(Uidlist record) throws IOException {
        byte[] b = record.bytes();
        int from = record.nameStart();
        long uid = record.uid();
        int i = files.find(b, from, MailFileName.baseEnd(b, from, record.nameEnd()));
        if (i < 0) {
            String name = ByteString.toText(ByteString.of(b, from, record.nameEnd() - from));
            problems.add(Kind.STALE_ENTRY, mailbox.control() + "/" + Uidlist.FILE, "UID " + uid + " has no file: " + name);
            return;
        }
        forgetEarlierUid(i, uid);
        int at = index.find(uid);
        if (at < 0 && uid < index.nextUid()) {
            problems.add(Kind.REAPPEARED, pathOf(i), "was UID " + uid + ", which is expunged");
            reappeared.add(i);
            return;
        }
        if (at >= 0 && index.expungeRequested(at)) {
            problems.add(Kind.EXPUNGED, pathOf(i), "is UID " + uid + ", which is to be expunged");
            return;
        }
        place(uid, i, at);
        if (record.guidLength() > 0) {
            mails.guid(b, record.guidStart(), record.guidLength());
        }
        if (record.pop3UidlStart() >= 0) {
            mails.pop3Uidl(b, record.pop3UidlStart(), record.pop3UidlLength());
        }
        mails.pop3Order(record.pop3Order());
        if (uid >= index.nextUid() && !files.isInNew(i)) {
            // Known, and no longer in new/: somebody has had it as recent.
            firstRecentUid = uid + 1;
        }
    }

    private void forgetEarlierUid(int i, long uid) {
        if (positions[i] != 0) {
            problems.add(Kind.DUPLICATE_UID, pathOf(i), "has UID " + uid + " and a lower one");
            reappeared.remove(i);
        }
        if (positions[i] > 0) {
            mails.remove(positions[i] - 1);
        }
        positions[i] = NOWHERE;
    }

    private String pathOf(int i) {
        return mailbox.path() + "/" + files.path(i);
    }

    /** Appends a file as a mail with what its name says of it and the index, at position {@code at} if it knows it. */
    private void place(long uid, int i, int at) throws IOException {
        byte[] name = files.names().chunk(files.offset(i));
        int from = files.names().position(files.offset(i));
        int to = from + files.length(i);
        boolean ahead = at >= 0 && index.isAhead(at);
        BitSet indexed = at >= 0 ? index.keywords(at) : null;
        place(uid, i, ahead ? index.flags(at) : MailFileName.flags(name, from, to),
                ahead ? indexed : keywords.of(MailFileName.keywordLetters(name, from, to), indexed));
        mails.dates(index.date(at, "date.received"), index.date(at, "date.save")).cacheRecord(index.cacheRecord(at));
    }

    private void place(long uid, int i, int flags, BitSet keywordSet) {
        mails.add(uid, files.offset(i), files.length(i), files.baseLength(i), files.isInNew(i), flags,
                withCourierKeywords(i, keywordSet));
        positions[i] = mails.size();
        courier.pop3Uidl(i).ifPresent(uidl -> {
            byte[] b = ByteString.toBytes(uidl);
            mails.pop3Uidl(b, 0, b.length);
        });
    }

    private BitSet withCourierKeywords(int i, BitSet set) {
        Set<String> names = courier.keywords(i);
        if (names.isEmpty()) {
            return set;
        }
        BitSet all = (BitSet) set.clone();
        names.forEach(name -> all.set(keywords.position(name)));
        return all;
    }

    /**
     * Gives UIDs to all files that no record had.
     *
     * @param listNextUid the next UID by the uidlist, 1 if there is none
     * @param hasList     whether there is a uidlist at all
     */
    void placeTheRest(long listNextUid, boolean hasList) throws IOException {
        nextUid = Math.max(nextUid, listNextUid);
        int[] unlisted = sorted(IntStream.range(0, files.size()).filter(i -> positions[i] == 0 && files.isFirst(i)));
        tellUnlisted(unlisted, hasList);
        for (int i : unlisted) {
            if (isUidLeft(i)) {
                place(nextUid++, i, -1);
            }
        }
        for (int i : reappeared) {
            if (isUidLeft(i)) {
                firstRecentUid = nextUid + 1;
                place(nextUid++, i, -1);
            }
        }
        placeOdd(sorted(found.duplicates().stream().mapToInt(i -> i)));
        placeOdd(sorted(files.odd().stream().mapToInt(i -> i)));
    }

    private void tellUnlisted(int[] unlisted, boolean hasList) {
        if (hasList) {
            for (int i : unlisted) {
                problems.add(Kind.NO_UID, pathOf(i), "has no UID yet");
            }
        } else if (unlisted.length > 0) {
            problems.add(Kind.NO_UID, mailbox.control() + "/" + Uidlist.FILE,
                    "tells no UIDs: " + unlisted.length + " mails get UIDs in the order of their arrival");
        }
    }

    private boolean isUidLeft(int i) {
        if (nextUid > MAX_UID) {
            problems.add(Kind.UNSUPPORTED, pathOf(i), "has no UID, and none is left to give to it");
            return false;
        }
        return true;
    }

    private int[] sorted(IntStream some) {
        int[] sorted = some.toArray();
        new ArrivalOrder(files).sort(sorted);
        return sorted;
    }

    /**
     * Files that Dovecot would first rename: second ones of a base name, those without a base. It moves them to {@code new/}
     * under a fresh name, so that they show up as new mails without flags. Those with a line break in the name it ignores;
     * they come last and keep their flags.
     */
    private void placeOdd(int[] odd) throws IOException {
        for (int i : odd) {
            if (!isUidLeft(i)) {
                continue;
            }
            String name = files.name(i);
            if (MailFileName.hasLineBreak(name)) {
                problems.add(Kind.BAD_FILE_NAME, pathOf(i), "has a line break in its name, so that Dovecot has never shown it");
                place(nextUid++, i, -1);
            } else {
                if (files.baseLength(i) == 0) {
                    problems.add(Kind.BAD_FILE_NAME, pathOf(i), "has no base name");
                }
                place(nextUid++, i, 0, NO_KEYWORDS);
            }
            mails.ambiguous(mails.size() - 1);
            byte[] unique = ByteString.toBytes(Guid128.ofText(files.path(i)).toString());
            mails.guid(unique, 0, unique.length);
            int first = files.baseLength(i) == 0 ? -1 : files.find(files.base(i));
            if (first >= 0 && positions[first] > 0) {
                mails.ambiguous(positions[first] - 1);
            }
        }
    }

    /** Above every UID given. */
    long uidNext() {
        return Math.min(nextUid, MAX_UID + 1);
    }

    /** UIDs from here on are recent. */
    long firstRecentUid() {
        return Math.min(firstRecentUid, uidNext());
    }

    MailList mails() {
        return mails.build();
    }
}
