package io.roost.maildir;

import java.io.IOException;
import java.util.Optional;

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
    private final MaildirMailbox mailbox;
    private final ProblemLog problems;
    private long uidValidity;
    private long nextUid = 1;
    private Guid128 guid;

    MailboxScan(MaildirMailbox mailbox) {
        this.mailbox = mailbox;
        problems = new ProblemLog(mailbox.name().toString(), mailbox.path());
    }

    MailboxSnapshot run() throws IOException {
        SourceStamp stamp = SourceStamp.of(mailbox);
        try (OpenDirectory directory = openDirectory();
                OpenDirectory controls = openApart(mailbox.control(), mailbox.path(), mailbox::openControl);
                OpenDirectory indexes = openApart(mailbox.index(), mailbox.path(), mailbox::openIndex);
                OpenDirectory caches = openCacheApart()) {
            OpenDirectory control = mailbox.control().equals(mailbox.path()) ? directory : controls;
            OpenDirectory index = mailbox.index().equals(mailbox.path()) ? directory : indexes;
            OpenDirectory cache = mailbox.cache().equals(mailbox.index()) ? index : caches;
            try (IndexView view = IndexView.read(index, cache, problems)) {
                return run(stamp, directory, control, view);
            }
        }
    }

    private MailboxSnapshot run(SourceStamp stamp, OpenDirectory directory, OpenDirectory control, IndexView index)
            throws IOException {
        MailKeywords keywords = new MailKeywords(index.keywordNames(), readKeywords(control));
        MailFileScan found;
        try (MailDirectories directories = directory == null ? MailDirectories.none()
                : MailDirectories.open(directory, problems)) {
            found = MailFileScan.of(directories, problems);
        }
        UidAssignment assignment = assignUids(control, directory, index, keywords, found);
        boolean acl = directory != null && directory.status("dovecot-acl").map(s -> s.isFile()).orElse(false);
        return new MailboxSnapshot(mailbox, uidValidity, assignment.uidNext(), Optional.ofNullable(guid),
                assignment.firstRecentUid(), index.highestModseq(), keywords.names(), assignment.mails(),
                index.cacheIdentity(), acl, problems.problems(), stamp);
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

    private OpenDirectory openCacheApart() {
        try {
            return mailbox.cache().equals(mailbox.index()) ? null : mailbox.openCache().orElse(null);
        } catch (PosixException e) {
            IndexView.cannotRead(e, problems);
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

    private UidAssignment assignUids(OpenDirectory control, OpenDirectory directory, IndexView index, MailKeywords keywords,
            MailFileScan found) throws IOException {
        CourierFiles courier = CourierFiles.none();
        Optional<Uidlist> list = openUidlist(control, Uidlist.FILE);
        if (list.isEmpty() && index.uidValidity() == 0 && directory != null) {
            courier = CourierFiles.read(directory, mailbox.name().isInbox(), found.files(), problems);
            list = openUidlist(directory, CourierFiles.UIDS);
        }
        if (list.isPresent()) {
            uidValidity = list.get().uidValidity();
            guid = list.get().mailboxGuid().orElse(null);
            index.compare(uidValidity);
        } else {
            uidValidity = index.uidValidity();
            tellIfIndexKnowsMails(index);
        }
        UidAssignment assignment = new UidAssignment(mailbox, found, index, keywords, courier, problems);
        if (list.isPresent()) {
            readRecords(list.get(), assignment);
        }
        assignment.placeTheRest(nextUid, list.isPresent());
        return assignment;
    }

    private void tellIfIndexKnowsMails(IndexView index) {
        if (index.size() > 0) {
            problems.add(Kind.CORRUPT_UIDLIST, mailbox.control() + "/" + Uidlist.FILE,
                    "is not there, though the index knows " + index.size() + " mails: all would get new UIDs");
        }
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

    private void readRecords(Uidlist list, UidAssignment assignment) throws IOException {
        try (list) {
            while (list.next()) {
                assignment.add(list);
            }
        } catch (CorruptFileException e) {
            tellCorruptUidlist(e);
        }
        nextUid = list.nextUid();
    }
}
