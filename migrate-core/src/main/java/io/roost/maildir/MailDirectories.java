package io.roost.maildir;

import java.io.Closeable;
import java.util.Optional;

import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * {@code cur/} and {@code new/} of a mailbox, held open. Either may be missing: Dovecot creates them when it first opens the
 * mailbox. Thread-safe as long as nobody closes it meanwhile.
 */
final class MailDirectories implements Closeable {
    private final OpenDirectory cur;
    private final OpenDirectory fresh;

    private MailDirectories(OpenDirectory cur, OpenDirectory fresh) {
        this.cur = cur;
        this.fresh = fresh;
    }

    /** Gets every entry and learns what it is. */
    @FunctionalInterface
    interface Visitor {
        void entry(String name, FileStatus.Kind kind, boolean isInNew) throws PosixException;
    }

    /**
     * Opens both below a mailbox's directory.
     *
     * @param problems where one that is no directory is told; null to ignore it
     */
    static MailDirectories open(OpenDirectory mailbox, ProblemLog problems) throws PosixException {
        OpenDirectory cur = openOne(mailbox, "cur", problems);
        try {
            return new MailDirectories(cur, openOne(mailbox, "new", problems));
        } catch (PosixException | RuntimeException e) {
            if (cur != null) {
                cur.close();
            }
            throw e;
        }
    }

    /** Of a mailbox whose directory does not exist. */
    static MailDirectories none() {
        return new MailDirectories(null, null);
    }

    private static OpenDirectory openOne(OpenDirectory mailbox, String name, ProblemLog problems) throws PosixException {
        try {
            return mailbox.openDirectory(name);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return null;
            }
            if (e.errno() != PosixException.ELOOP && e.errno() != PosixException.ENOTDIR) {
                throw e;
            }
        }
        if (problems != null) {
            boolean link = mailbox.status(name).map(s -> s.kind() == FileStatus.Kind.SYMLINK).orElse(false);
            problems.add(link ? Kind.SYMLINK : Kind.UNREADABLE, mailbox.pathOf(name),
                    link ? "is a symbolic link, and Roost follows none" : "is not a directory");
        }
        return null;
    }

    /** {@code cur/} or {@code new/}; null if it is missing. */
    OpenDirectory get(boolean isNew) {
        return isNew ? fresh : cur;
    }

    /** Status of {@code cur/} or {@code new/}; null if it is missing. */
    FileStatus status(boolean isNew) throws PosixException {
        OpenDirectory directory = get(isNew);
        return directory == null ? null : directory.status();
    }

    /** Hands every entry of one of the two to the visitor. */
    void list(boolean isNew, Visitor visitor) throws PosixException {
        OpenDirectory directory = get(isNew);
        if (directory == null) {
            return;
        }
        directory.list((name, kind) -> {
            if (kind != FileStatus.Kind.UNKNOWN) {
                visitor.entry(name, kind, isNew);
                return;
            }
            Optional<FileStatus> status = directory.status(name);
            if (status.isPresent()) {
                visitor.entry(name, status.get().kind(), isNew);
            }
        });
    }

    /** Whether neither has been written to between the two looks at it. */
    static boolean unchanged(FileStatus before, FileStatus after) {
        return before == null || after == null ? before == after : after.unchangedSince(before);
    }

    @Override
    public void close() {
        if (cur != null) {
            cur.close();
        }
        if (fresh != null) {
            fresh.close();
        }
    }
}
