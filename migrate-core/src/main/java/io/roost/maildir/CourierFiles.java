package io.roost.maildir;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.CorruptFileException;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * What Courier has left in a mailbox that Dovecot has never opened: the UIDs are in {@link #UIDS}, which {@link Uidlist}
 * reads; POP3 UIDLs and keywords are gathered here. Not thread-safe while it is read.
 */
final class CourierFiles {
    /** Courier's uidlist, of version 1. */
    static final String UIDS = "courierimapuiddb";

    private final CourierSizeList sizes;
    private final CourierKeywords keywords;

    private CourierFiles(CourierSizeList sizes, CourierKeywords keywords) {
        this.sizes = sizes;
        this.keywords = keywords;
    }

    /** Of a mailbox that Courier has not served, or Dovecot has since. */
    static CourierFiles none() {
        return new CourierFiles(null, null);
    }

    /**
     * Reads what there is.
     *
     * @param isInbox whether it is the mailbox that POP3 serves
     */
    static CourierFiles read(OpenDirectory mailbox, boolean isInbox, MailFiles files, ProblemLog problems) throws IOException {
        CourierSizeList sizes = null;
        CourierKeywords keywords = null;
        try {
            sizes = isInbox ? CourierSizeList.read(mailbox, files).orElse(null) : null;
        } catch (CorruptFileException e) {
            problems.add(Kind.CORRUPT_UIDLIST, e.file(), e.getMessage() + ": POP3 clients would fetch all mails again");
        } catch (PosixException e) {
            problems.add(ProblemLog.kindOfRefusal(e), e.path(), e.getMessage() + ", so that POP3 UIDLs would be lost");
        }
        try {
            keywords = CourierKeywords.read(mailbox, files).orElse(null);
        } catch (CorruptFileException e) {
            problems.add(Kind.CORRUPT_KEYWORDS, e.file(), e.getMessage());
        } catch (PosixException e) {
            problems.add(ProblemLog.kindOfRefusal(e), e.path(), e.getMessage() + ", so that keywords would be lost");
        }
        return new CourierFiles(sizes, keywords);
    }

    /** The UIDL that Courier's POP3 server shows for a file; empty if it has not seen it. */
    Optional<String> pop3Uidl(int file) {
        return sizes == null ? Optional.empty() : sizes.uidl(file);
    }

    /** Names of a file's keywords, byte strings. */
    Set<String> keywords(int file) {
        return keywords == null ? Set.of() : keywords.of(file);
    }
}
