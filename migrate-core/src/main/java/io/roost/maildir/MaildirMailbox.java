package io.roost.maildir;

import java.util.Optional;

import io.roost.dovecot.MailboxName;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Where one mailbox of a Maildir lies. Paths are absolute byte strings; all are the same directory unless the location has
 * INDEX, INDEXCACHE or CONTROL.
 *
 * @param name    its name
 * @param path    the directory that holds {@code cur}, {@code new} and {@code tmp}
 * @param control the directory of {@code dovecot-uidlist} and {@code dovecot-keywords}; may not exist
 * @param index   the directory of {@code dovecot.index*}; may not exist, empty if indexes are kept in memory only
 * @param cache   the directory of {@code dovecot.index.cache}: {@code index} unless the location has INDEXCACHE
 * @param roots   what the administrator named of these paths
 */
public record MaildirMailbox(MailboxName name, String path, String control, String index, String cache, Roots roots) {

    /**
     * The directories that the administrator named, at or above those paths. Symbolic links are followed up to there and
     * nowhere below, where the user may have made them.
     */
    public record Roots(String path, String control, String index, String cache) {
    }

    public MaildirMailbox {
        requireBelow(roots.path(), path);
        requireBelow(roots.control(), control);
        requireBelow(roots.index(), index);
        requireBelow(roots.cache(), cache);
    }

    /** One whose directories the administrator named themselves. */
    public MaildirMailbox(MailboxName name, String path, String control, String index) {
        this(name, path, control, index, index, new Roots(path, control, index, index));
    }

    private static void requireBelow(String root, String path) {
        if (!path.equals(root) && !path.startsWith(root.endsWith("/") ? root : root + "/")) {
            throw new IllegalArgumentException(path + " does not lie below " + root);
        }
    }

    /** Opens the directory of the mails. */
    public OpenDirectory openDirectory() throws PosixException {
        return open(roots.path(), path);
    }

    /** Opens the control directory, if there is one. */
    public Optional<OpenDirectory> openControl() throws PosixException {
        return openIfThere(roots.control(), control);
    }

    /** Opens the index directory, if there is one. */
    public Optional<OpenDirectory> openIndex() throws PosixException {
        return index.isEmpty() ? Optional.empty() : openIfThere(roots.index(), index);
    }

    /** Opens the directory of the cache, if there is one. */
    public Optional<OpenDirectory> openCache() throws PosixException {
        return cache.isEmpty() ? Optional.empty() : openIfThere(roots.cache(), cache);
    }

    private static Optional<OpenDirectory> openIfThere(String root, String path) throws PosixException {
        try {
            return Optional.of(open(root, path));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static OpenDirectory open(String root, String path) throws PosixException {
        OpenDirectory at = OpenDirectory.open(root);
        int from = root.length();
        while (from < path.length()) {
            if (path.charAt(from) == '/') {
                from++;
                continue;
            }
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            OpenDirectory parent = at;
            try (parent) {
                at = parent.openDirectory(path.substring(from, to));
            }
            from = to;
        }
        return at;
    }
}
