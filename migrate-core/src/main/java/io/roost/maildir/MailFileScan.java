package io.roost.maildir;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Finds all mails of a mailbox while others may deliver, expunge and rename. {@code new/} is read before {@code cur/}, so that
 * a mail on its way from one to the other is seen at least once, and again afterwards if it has changed. A file that was
 * renamed meanwhile can show up twice or not at all; if {@code cur/} has changed while it was read, all is read again, a few
 * times at most.
 */
final class MailFileScan {
    private static final int ATTEMPTS = 5;

    private final MailDirectories directories;
    private final ProblemLog problems;
    private MailFiles files;
    private final Set<Entry> others = new LinkedHashSet<>();
    /** Two files with one base name that are two mails. */
    private final List<Integer> duplicates = new ArrayList<>();

    private record Entry(String name, FileStatus.Kind kind, boolean isInNew) {
    }

    private MailFileScan(MailDirectories directories, ProblemLog problems) {
        this.directories = directories;
        this.problems = problems;
    }

    /** Reads both directories. */
    static MailFileScan of(MailDirectories directories, ProblemLog problems) throws PosixException {
        MailFileScan scan = new MailFileScan(directories, problems);
        for (int attempt = 1; !scan.attempt() && attempt < ATTEMPTS; attempt++) {
            // Somebody renamed files; look again.
        }
        scan.tellOthers();
        scan.resolveDuplicates();
        for (int i : new TreeSet<>(scan.files.withControls())) {
            problems.add(Kind.BAD_FILE_NAME, scan.pathOf(i), "has control characters in its name");
        }
        return scan;
    }

    /** Returns whether nothing can have been missed. */
    private boolean attempt() throws PosixException {
        files = new MailFiles(new NameStore());
        others.clear();
        FileStatus freshBefore = directories.status(true);
        FileStatus curBefore = directories.status(false);
        directories.list(true, this::entry);
        directories.list(false, this::entry);
        if (!MailDirectories.unchanged(freshBefore, directories.status(true))) {
            directories.list(true, this::entry);
        }
        return MailDirectories.unchanged(curBefore, directories.status(false));
    }

    private void entry(String name, FileStatus.Kind kind, boolean isInNew) {
        if (name.charAt(0) == '.' || kind != FileStatus.Kind.FILE) {
            others.add(new Entry(name, kind, isInNew));
        } else {
            files.add(name, isInNew);
        }
    }

    private void tellOthers() {
        for (Entry entry : others) {
            OpenDirectory directory = directories.get(entry.isInNew);
            String path = directory.pathOf(entry.name);
            if (entry.name.charAt(0) == '.') {
                problems.add(Kind.IGNORED_FILE, path, entry.name.startsWith(".nfs")
                        ? "is no mail any more: it was deleted on NFS while somebody had it open"
                        : "is no mail: its name starts with a dot");
            } else if (entry.kind == FileStatus.Kind.SYMLINK) {
                problems.add(Kind.SYMLINK, path, "is a symbolic link, and Roost follows none");
            } else {
                problems.add(Kind.NOT_A_FILE, path, "is " + (entry.kind == FileStatus.Kind.DIRECTORY ? "a directory"
                        : "neither a file nor a directory") + " where only mails should be");
            }
        }
        others.clear();
    }

    /** Finds out of every second file with a base name whether it is a mail of its own. */
    private void resolveDuplicates() throws PosixException {
        for (int i : files.duplicates()) {
            int first = files.find(files.base(i));
            Optional<FileStatus> status = status(i);
            if (status.isEmpty()) {
                // Its old name, seen before somebody renamed it.
                continue;
            }
            Optional<FileStatus> firstStatus = status(first);
            if (firstStatus.isEmpty()) {
                files.makeFirst(i);
            } else if (status.get().sameFile(firstStatus.get())) {
                problems.add(Kind.SAME_FILE, pathOf(i), "is the same file as " + files.path(first));
            } else {
                problems.add(Kind.DUPLICATE_FILE, pathOf(i), "has the same base name as " + files.path(first));
                duplicates.add(i);
            }
        }
    }

    private Optional<FileStatus> status(int i) throws PosixException {
        return directories.get(files.isInNew(i)).status(files.name(i));
    }

    /** The path of a file, for messages. */
    String pathOf(int i) {
        return directories.get(files.isInNew(i)).pathOf(files.name(i));
    }

    MailFiles files() {
        return files;
    }

    /** Files that share their base name with another mail, which the table of {@link #files()} holds. */
    List<Integer> duplicates() {
        return duplicates;
    }
}
