package io.roost.maildir;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.roost.maildir.SourceProblem.Kind;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.posix.PosixException;

/**
 * Collects the problems of one mailbox. A mail or mailbox that is not carried over is always named; of each other kind the
 * first {@value #NAMED} are, and one problem more counts the rest. Not thread-safe.
 */
final class ProblemLog {
    /** How many of a kind are named before the rest are only counted. */
    static final int NAMED = 20;

    private final String mailbox;
    private final String path;
    private final List<SourceProblem> problems = new ArrayList<>();
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

    /**
     * @param mailbox name for people, empty if the problems concern the whole user
     * @param path    what the problem that counts the rest names
     */
    ProblemLog(String mailbox, String path) {
        this.mailbox = mailbox;
        this.path = path;
    }

    void add(Kind kind, String concernedPath, String detail) {
        long count = counts.merge(kind, 1L, Long::sum);
        if (count <= NAMED || isAlwaysNamed(kind)) {
            problems.add(new SourceProblem(kind, mailbox, concernedPath, detail));
        }
    }

    /** Kinds whose file ends up nowhere: whoever accounts for every file needs each of them. */
    static boolean isAlwaysNamed(Kind kind) {
        return kind.severity() == Severity.LOSS || switch (kind) {
            case SAME_FILE, IGNORED_FILE, IGNORED_MAILBOX, EXPUNGED -> true;
            default -> false;
        };
    }

    /**
     * The kind of a file that may not be opened: that costs nobody the other mails.
     *
     * @throws PosixException the same again if it is another error, of the disk or the network
     */
    static Kind kindOfRefusal(PosixException e) throws PosixException {
        return switch (e.errno()) {
            case PosixException.EACCES, PosixException.EPERM -> Kind.UNREADABLE;
            case PosixException.ELOOP -> Kind.SYMLINK;
            case PosixException.ENOTDIR, PosixException.EISDIR -> Kind.NOT_A_FILE;
            default -> throw e;
        };
    }

    List<SourceProblem> problems() {
        List<SourceProblem> all = new ArrayList<>(problems);
        counts.forEach((kind, count) -> {
            if (count > NAMED && !isAlwaysNamed(kind)) {
                all.add(new SourceProblem(kind, mailbox, path, "and " + (count - NAMED) + " more, " + count + " in all"));
            }
        });
        return all;
    }
}
