package io.roost.maildir;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailLocation.Layout;
import io.roost.dovecot.MailboxName;
import io.roost.maildir.MaildirMailbox.Roots;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Where the directories of a mailbox lie, by layout and keys of the location. {@code S} stands for the storage parts joined by
 * {@code .} or {@code /}.
 *
 * <pre>
 * Maildir++   INBOX    ROOT                         or INBOX=
 *             others   ROOT/.S
 *             control  CONTROL/.S                   without CONTROL the mailbox's own
 *             index    INDEX/.S                     without INDEX the mailbox's own
 *             cache    INDEXCACHE/.S                without INDEXCACHE that of the index
 * fs          INBOX    ROOT                         or INBOX=; with DIRNAME like others
 *             others   ROOT/[MAILBOXDIR/]S[/DIRNAME]
 *             control  CONTROL/[MAILBOXDIR/]S[/FULLDIRNAME]
 *             index    INDEX/[MAILBOXDIR/]S[/FULLDIRNAME]
 *             cache    INDEXCACHE/[MAILBOXDIR/]S[/FULLDIRNAME]
 * index       all      ROOT/[MAILBOXDIR/]GUID       likewise below CONTROL, INDEX and INDEXCACHE
 * </pre>
 *
 * <p>Below CONTROL and INDEX even INBOX has a directory, {@code .INBOX} or {@code INBOX}. Source: Dovecot 2.3.19.1's
 * {@code maildir_list_get_path} and {@code fs_list_get_path}, verified with a running one.
 */
final class MaildirPaths {
    private final MailLocation location;
    private final boolean fs;

    MaildirPaths(MailLocation location) {
        this.location = location;
        fs = location.layout() != Layout.MAILDIR_PLUS_PLUS;
    }

    /** The directory below which the layout's directories lie. */
    String listRoot() {
        return fs ? join(location.root(), location.mailboxDir()) : location.root();
    }

    /** Opens {@link #listRoot}, which lies in the mail root that is open. */
    OpenDirectory openListRoot(OpenDirectory root) throws PosixException {
        OpenDirectory at = root.again();
        for (String part : location.mailboxDir().split("/")) {
            if (!part.isEmpty()) {
                try (OpenDirectory parent = at) {
                    at = parent.openDirectory(part);
                }
            }
        }
        return at;
    }

    /** Where a mailbox's mails lie with {@code LAYOUT=index}. */
    String byGuid(Guid128 guid) {
        return join(listRoot(), guid.toString());
    }

    /** A mailbox with {@code LAYOUT=index}. */
    MaildirMailbox mailbox(MailboxName name, Guid128 guid) {
        return mailbox(name, location.root(), byGuid(guid), root -> join(join(root, location.mailboxDir()), guid.toString()));
    }

    /** Where INBOX lies, whether it is there or not. */
    String inbox() {
        return location.inbox().orElseGet(() -> location.dirName().isEmpty() ? location.root()
                : mailPath(MailboxName.INBOX.parts()));
    }

    /** A mailbox by its storage parts. */
    MaildirMailbox mailbox(MailboxName name, List<String> parts) {
        boolean inbox = name.isInbox();
        String path = inbox ? inbox() : mailPath(parts);
        String root = inbox ? location.inbox().orElse(location.root()) : location.root();
        List<String> storage = inbox ? name.parts() : parts;
        return mailbox(name, root, path, at -> apart(at, storage));
    }

    private MaildirMailbox mailbox(MailboxName name, String root, String path, UnaryOperator<String> apart) {
        Optional<String> control = location.control();
        Optional<String> index = location.indexInMemory() ? Optional.of("") : location.index();
        Optional<String> cache = location.indexCache().or(() -> index);
        return new MaildirMailbox(name, path, control.map(c -> apart.apply(c)).orElse(path),
                index.map(i -> i.isEmpty() ? "" : apart.apply(i)).orElse(path),
                cache.map(c -> c.isEmpty() ? "" : apart.apply(c)).orElse(path),
                new Roots(root, control.orElse(root), index.orElse(root), cache.orElse(root)));
    }

    private String mailPath(List<String> parts) {
        return fs ? join(join(listRoot(), String.join("/", parts)), location.dirName())
                : location.root() + "/." + String.join(".", parts);
    }

    private String apart(String root, List<String> parts) {
        if (!fs) {
            return root + "/." + String.join(".", parts);
        }
        String path = join(join(root, location.mailboxDir()), String.join("/", parts));
        return location.fullDirName() ? join(path, location.dirName()) : path;
    }

    private static String join(String directory, String name) {
        return name.isEmpty() ? directory : directory.endsWith("/") ? directory + name : directory + "/" + name;
    }
}
