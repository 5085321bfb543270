package io.roost.maildir;

import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * One scan of one mailbox, from its directories to a {@link MailboxSnapshot}. The order of reading matters while Dovecot is at
 * work: the index first, then the directories, the uidlist last, so that what is newer can only be a mail that has arrived,
 * never one that seems to have come back. Used once; not thread-safe.
 */
final class MailboxScan {
    private static final long MAX_UID = 0xfffffffeL;
    private static final BitSet NO_KEYWORDS = new BitSet();
    /** In {@link #positions}: the file has no place in the list, or not yet. */
    private static final int NOWHERE = -1;

    private final MaildirMailbox mailbox;
    private final ProblemLog problems;
    private IndexView index;
    private MailKeywords keywords;
    private CourierFiles courier = CourierFiles.none();
    private MailFileScan found;
    private MailFiles files;
    private MailList.Builder mails;
    /** Of each file, its position in the list plus one; 0 as long as nothing is known of it. */
    private int[] positions;
    /** Files that the index has seen expunged. */
    private final Set<Integer> reappeared = new LinkedHashSet<>();

    private boolean hasUids;
    private long uidValidity;
    private long nextUid = 1;
    private long firstRecentUid = 1;
    private Guid128 guid;

    MailboxScan(MaildirMailbox mailbox) {
        this.mailbox = mailbox;
        problems = new ProblemLog(mailbox.name().toString(), mailbox.path());
    }

    MailboxSnapshot run() throws IOException {
        SourceStamp stamp = SourceStamp.of(mailbox);
        boolean acl;
        try (OpenDirectory directory = openDirectory();
                OpenDirectory controls = openApart(mailbox.control(), mailbox.path(), mailbox::openControl);
                OpenDirectory indexes = openApart(mailbox.index(), mailbox.path(), mailbox::openIndex);
                OpenDirectory caches = openApart(mailbox.cache(), mailbox.index(), mailbox::openCache)) {
            OpenDirectory control = mailbox.control().equals(mailbox.path()) ? directory : controls;
            OpenDirectory indexDirectory = mailbox.index().equals(mailbox.path()) ? directory : indexes;
            OpenDirectory cache = mailbox.cache().equals(mailbox.index()) ? indexDirectory : caches;
            index = IndexView.read(indexDirectory, cache, problems);
            keywords = new MailKeywords(index.keywordNames(), readKeywords(control));
            findFiles(directory);
            readUids(control, directory);
            acl = directory != null && directory.status("dovecot-acl").map(s -> s.isFile()).orElse(false);
        } finally {
            if (index != null) {
                index.close();
            }
        }
        placeTheRest();
        long uidNext = Math.min(nextUid, MAX_UID + 1);
        return new MailboxSnapshot(mailbox, uidValidity, uidNext, Optional.ofNullable(guid),
                Math.min(firstRecentUid, uidNext), index.highestModseq(), keywords.names(), mails.build(), acl,
                problems.problems(), stamp);
    }

    /** Null if it is an INBOX that nobody has created yet: then there is at least the directory that it would lie in. */
    private OpenDirectory openDirectory() throws PosixException {
        try {
            return mailbox.openDirectory();
        } catch (PosixException e) {
            int slash = mailbox.path().lastIndexOf('/');
            if (!e.isNotFound() || !mailbox.name().isInbox() || slash < 1
                    || OpenDirectory.statusOf(mailbox.path().substring(0, slash)).isEmpty()) {
                throw e;
            }
            return null;
        }
    }

    private interface Opening {
        Optional<OpenDirectory> open() throws PosixException;
    }

    /** A directory that lies elsewhere than another; null if it does not, or is not there, or may not be opened. */
    private OpenDirectory openApart(String path, String other, Opening opening) throws PosixException {
        try {
            return path.equals(other) ? null : opening.open().orElse(null);
        } catch (PosixException e) {
            problems.add(ProblemLog.kindOfRefusal(e), e.path(), e.getMessage() + ", so that UIDs or flags would be lost");
            return null;
        }
    }

    private KeywordsFile readKeywords(OpenDirectory control) throws IOException {
        if (control == null) {
            return KeywordsFile.empty();
        }
        try {
            KeywordsFile read = KeywordsFile.read(control);
            for (String line : read.ignored()) {
                problems.add(Kind.CORRUPT_KEYWORDS, control.pathOf(KeywordsFile.FILE),
                        "has a line that names no keyword: " + ByteString.toText(line));
            }
            return read;
        } catch (CorruptFileException e) {
            problems.add(Kind.CORRUPT_KEYWORDS, e.file(), e.getMessage());
        } catch (PosixException e) {
            problems.add(ProblemLog.kindOfRefusal(e), e.path(), e.getMessage() + ", so that keywords have no names");
        }
        return KeywordsFile.empty();
    }

    private void findFiles(OpenDirectory directory) throws PosixException {
        try (MailDirectories directories = directory == null ? MailDirectories.none()
                : MailDirectories.open(directory, problems)) {
            found = MailFileScan.of(directories, problems);
            files = found.files();
            mails = new MailList.Builder(files.names(), files.size());
            positions = new int[files.size()];
        }
    }

    private void readUids(OpenDirectory control, OpenDirectory directory) throws IOException {
        Optional<Uidlist> list = openUidlist(control, Uidlist.FILE);
        if (list.isEmpty() && index.uidValidity() == 0 && directory != null) {
            courier = CourierFiles.read(directory, mailbox.name().isInbox(), files, problems);
            list = openUidlist(directory, CourierFiles.UIDS);
        }
        hasUids = list.isPresent();
        if (hasUids) {
            try (Uidlist uids = list.get()) {
                uidValidity = uids.uidValidity();
                guid = uids.mailboxGuid().orElse(null);
                index.compare(uidValidity);
                firstRecentUid = Math.max(1, index.firstRecentUid());
                readRecords(uids);
            }
        } else {
            uidValidity = index.uidValidity();
            firstRecentUid = Math.max(1, index.firstRecentUid());
            if (index.size() > 0) {
                problems.add(Kind.CORRUPT_UIDLIST, mailbox.control() + "/" + Uidlist.FILE,
                        "is not there, though the index knows " + index.size() + " mails: all would get new UIDs");
            }
        }
        nextUid = Math.max(nextUid, index.nextUid());
    }

    private Optional<Uidlist> openUidlist(OpenDirectory directory, String name) throws IOException {
        if (directory == null) {
            return Optional.empty();
        }
        try {
            return Uidlist.open(directory, name);
        } catch (CorruptFileException e) {
            tellCorruptUidlist(e);
        } catch (PosixException e) {
            problems.add(ProblemLog.kindOfRefusal(e), e.path(), e.getMessage() + ", so that mails would get new UIDs");
        }
        return Optional.empty();
    }

    private void tellCorruptUidlist(CorruptFileException e) {
        problems.add(Kind.CORRUPT_UIDLIST, e.file(), e.getMessage() + ": the mails from there on would get new UIDs");
    }

    private void readRecords(Uidlist uids) throws IOException {
        try {
            while (uids.next()) {
                readRecord(uids);
            }
        } catch (CorruptFileException e) {
            tellCorruptUidlist(e);
        }
        nextUid = Math.max(nextUid, uids.nextUid());
    }

    private void readRecord(Uidlist uids) throws IOException {
        byte[] b = uids.bytes();
        int from = uids.nameStart();
        long uid = uids.uid();
        int i = files.find(b, from, MailFileName.baseEnd(b, from, uids.nameEnd()));
        if (i < 0) {
            problems.add(Kind.STALE_ENTRY, mailbox.control() + "/" + Uidlist.FILE,
                    "UID " + uid + " has no file: " + ByteString.toText(ByteString.of(b, from, uids.nameEnd() - from)));
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
        add(uid, i, at);
        if (uids.guidLength() > 0) {
            mails.guid(b, uids.guidStart(), uids.guidLength());
        }
        if (uids.pop3UidlStart() >= 0) {
            mails.pop3Uidl(b, uids.pop3UidlStart(), uids.pop3UidlLength());
        }
        mails.pop3Order(uids.pop3Order());
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

    /** Appends a file as a mail with what its name and the index say of it. */
    private void add(long uid, int i, int at) throws IOException {
        byte[] name = files.names().chunk(files.offset(i));
        int from = files.names().position(files.offset(i));
        int to = from + files.length(i);
        boolean ahead = at >= 0 && index.isAhead(at);
        BitSet indexed = at >= 0 ? index.keywords(at) : null;
        add(uid, i, ahead ? index.flags(at) : MailFileName.flags(name, from, to),
                ahead ? indexed : keywords.of(MailFileName.keywordLetters(name, from, to), indexed));
        mails.dates(index.date(at, "date.received"), index.date(at, "date.save"));
    }

    private void add(long uid, int i, int flags, BitSet keywordSet) {
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

    /** Gives UIDs to the files that have none, in the order in which Dovecot would. */
    private void placeTheRest() throws IOException {
        int[] unlisted = sorted(IntStream.range(0, files.size()).filter(i -> positions[i] == 0 && files.isFirst(i)));
        tellUnlisted(unlisted);
        for (int i : unlisted) {
            if (isUidLeft(i)) {
                add(nextUid++, i, -1);
            }
        }
        for (int i : reappeared) {
            if (isUidLeft(i)) {
                firstRecentUid = nextUid + 1;
                add(nextUid++, i, -1);
            }
        }
        placeOdd(sorted(found.duplicates().stream().mapToInt(i -> i)));
        placeOdd(sorted(files.odd().stream().mapToInt(i -> i)));
    }

    private void tellUnlisted(int[] unlisted) {
        if (hasUids) {
            for (int i : unlisted) {
                problems.add(Kind.NO_UID, pathOf(i), "has no UID yet");
            }
        } else if (unlisted.length > 0) {
            problems.add(Kind.NO_UID, mailbox.control() + "/" + Uidlist.FILE,
                    "is not there: " + unlisted.length + " mails get UIDs in the order of their arrival");
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
                add(nextUid++, i, -1);
            } else {
                if (files.baseLength(i) == 0) {
                    problems.add(Kind.BAD_FILE_NAME, pathOf(i), "has no base name");
                }
                add(nextUid++, i, 0, NO_KEYWORDS);
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
}
