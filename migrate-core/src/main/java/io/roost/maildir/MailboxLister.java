package io.roost.maildir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailLocation.Layout;
import io.roost.dovecot.MailboxName;
import io.roost.dovecot.MailboxNameCodec;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Finds the mailboxes of a Maildir: in Maildir++ every directory of the root whose name starts with a dot, in fs layout every
 * directory that holds {@code cur}, or the location's DIRNAME; with LAYOUT=index see {@link ListIndexLister}. Symbolic links
 * are not followed. Used once; not thread-safe.
 */
final class MailboxLister {
    /** Deeper than Dovecot lets anybody create mailboxes, and shallow enough to hold all directories open. */
    private static final int MAX_DEPTH = 200;
    private static final Set<String> MAIL_DIRECTORIES = Set.of("cur", "new", "tmp");
    /** What Dovecot calls a mailbox that it is deleting. */
    private static final String TRASH = "..DOVECOT-TRASHED";

    private final MailLocation location;
    private final MaildirPaths paths;
    private final MailboxNameCodec codec;
    private final ProblemLog problems;
    private final Map<MailboxName, MaildirMailbox> mailboxes = new TreeMap<>();
    private final Set<MailboxName> noSelect = new TreeSet<>();

    MailboxLister(MailLocation location, ProblemLog problems) {
        this.location = location;
        paths = new MaildirPaths(location);
        codec = location.nameCodec();
        this.problems = problems;
    }

    /** Lists below the root that is open. */
    void list(OpenDirectory root) throws IOException {
        if (location.layout() == Layout.INDEX) {
            new ListIndexLister(location, problems).list(root, mailboxes, noSelect);
            tellIfHoldsMails(root, location.root(), "lie where Dovecot shows no mailbox with LAYOUT=index");
            return;
        }
        mailboxes.put(MailboxName.INBOX, paths.mailbox(MailboxName.INBOX, MailboxName.INBOX.parts()));
        if (location.layout() == Layout.MAILDIR_PLUS_PLUS) {
            listMaildirPlusPlus(root);
        } else {
            listFs(root);
        }
        addImpliedParents();
        if (!paths.inbox().equals(location.root())) {
            tellIfHoldsMails(root, location.root(), "lie where Dovecot shows no mailbox, because INBOX is elsewhere");
        }
    }

    List<MaildirMailbox> mailboxes() {
        return List.copyOf(mailboxes.values());
    }

    List<MailboxName> noSelect() {
        return List.copyOf(noSelect);
    }

    /** In Maildir++ {@code .A.B} needs no {@code .A}, and Dovecot lists it nevertheless. */
    private void addImpliedParents() {
        for (MailboxName name : mailboxes.keySet()) {
            for (int n = name.parts().size() - 1; n > 0; n--) {
                MailboxName parent = new MailboxName(name.parts().subList(0, n));
                if (!mailboxes.containsKey(parent)) {
                    noSelect.add(parent);
                }
            }
        }
    }

    private void listMaildirPlusPlus(OpenDirectory root) throws PosixException {
        for (String name : directories(root, true)) {
            if (name.equals(TRASH)) {
                problems.add(Kind.IGNORED_MAILBOX, root.pathOf(name), "is a mailbox that is being deleted");
                continue;
            }
            List<String> parts = List.of(name.substring(1).split("\\.", -1));
            Optional<MailboxName> mailbox = decode(root.pathOf(name), parts);
            if (mailbox.isPresent() && mailbox.get().isInbox()) {
                tellShadowed(root, name);
            } else if (mailbox.isPresent()) {
                put(mailbox.get(), parts);
            }
        }
    }

    /** Directories in one, sorted; of symbolic links and the like the problems are told. */
    private List<String> directories(OpenDirectory directory, boolean dotted) throws PosixException {
        Map<String, FileStatus.Kind> entries = new LinkedHashMap<>();
        directory.list((name, kind) -> {
            if (name.startsWith(".") == dotted || !dotted) {
                entries.put(name, kind);
            }
        });
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, FileStatus.Kind> entry : entries.entrySet()) {
            String name = entry.getKey();
            FileStatus.Kind kind = entry.getValue();
            if (kind == FileStatus.Kind.UNKNOWN) {
                kind = directory.status(name).map(FileStatus::kind).orElse(FileStatus.Kind.OTHER);
            }
            if (kind == FileStatus.Kind.DIRECTORY) {
                names.add(name);
            } else if (kind == FileStatus.Kind.SYMLINK) {
                tellSymlink(directory.pathOf(name));
            }
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    private void tellSymlink(String path) throws PosixException {
        Optional<FileStatus> target;
        try {
            target = OpenDirectory.statusOf(path);
        } catch (PosixException e) {
            // Wherever it leads, not to a mailbox that anybody could see.
            target = Optional.empty();
        }
        if (target.isPresent() && target.get().isDirectory()) {
            problems.add(Kind.SYMLINK, path, "is a symbolic link to a directory, and Roost follows none");
        }
    }

    private Optional<MailboxName> decode(String path, List<String> parts) {
        Optional<String> problem = codec.problemOf(parts);
        Optional<MailboxName> name = problem.isPresent() ? Optional.empty() : codec.decode(parts);
        if (name.isEmpty()) {
            problems.add(Kind.BAD_MAILBOX_NAME, path, "cannot be opened as a mailbox: "
                    + problem.orElse("its name cannot be decoded"));
        }
        return name;
    }

    private void put(MailboxName name, List<String> parts) {
        MaildirMailbox mailbox = paths.mailbox(name, parts);
        MaildirMailbox other = mailboxes.putIfAbsent(name, mailbox);
        if (other != null) {
            problems.add(Kind.BAD_MAILBOX_NAME, mailbox.path(), "has the same name as " + other.path());
        }
    }

    /** A directory named INBOX that is not INBOX: nobody sees the mails in it, but that may not be known. */
    private void tellShadowed(OpenDirectory parent, String name) throws PosixException {
        String path = parent.pathOf(name);
        if (path.equals(paths.inbox())) {
            return;
        }
        try (OpenDirectory directory = parent.openDirectory(name)) {
            tellIfHoldsMails(directory, path, "are hidden, because INBOX is " + paths.inbox());
        }
    }

    private void tellIfHoldsMails(OpenDirectory directory, String path, String detail) throws PosixException {
        int mails = mails(directory);
        if (mails > 0) {
            problems.add(Kind.BAD_MAILBOX_NAME, path, mails + " mails " + detail);
        }
    }

    /** How many mails the directory of a mailbox holds. */
    static int mails(OpenDirectory directory) throws PosixException {
        int[] mails = new int[1];
        try (MailDirectories both = MailDirectories.open(directory, null)) {
            MailDirectories.Visitor count = (name, kind, isInNew) -> mails[0] += name.startsWith(".") ? 0 : 1;
            both.list(false, count);
            both.list(true, count);
        }
        return mails[0];
    }

    private void listFs(OpenDirectory root) throws PosixException {
        try (OpenDirectory below = paths.openListRoot(root)) {
            listFs(below, List.of());
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    /** Lists what is below a mailbox; none at the top. */
    private void listFs(OpenDirectory directory, List<String> parts) throws PosixException {
        List<String> names = directories(directory, false);
        if (!parts.isEmpty()) {
            tellFs(directory, parts, names);
        }
        for (String name : names) {
            boolean internal = location.dirName().isEmpty() ? MAIL_DIRECTORIES.contains(name) : name.equals(location.dirName());
            if (internal) {
                continue;
            }
            List<String> below = new ArrayList<>(parts);
            below.add(name);
            if (below.size() > MAX_DEPTH) {
                problems.add(Kind.BAD_MAILBOX_NAME, directory.pathOf(name), "lies deeper than " + MAX_DEPTH + " levels");
            } else if (decode(directory.pathOf(name), below).isPresent()) {
                listFsBelow(directory, name, below);
            }
        }
    }

    private void listFsBelow(OpenDirectory directory, String name, List<String> parts) throws PosixException {
        try (OpenDirectory child = directory.openDirectory(name)) {
            listFs(child, parts);
        } catch (PosixException e) {
            if (e.errno() == PosixException.EACCES) {
                problems.add(Kind.UNREADABLE, directory.pathOf(name), "cannot be listed: " + e.getMessage());
            } else if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private void tellFs(OpenDirectory directory, List<String> parts, List<String> names) throws PosixException {
        MailboxName name = codec.decode(parts).orElseThrow();
        boolean selectable = names.contains(location.dirName().isEmpty() ? "cur" : location.dirName());
        if (!name.isInbox()) {
            if (selectable) {
                put(name, parts);
            } else {
                noSelect.add(name);
            }
        } else if (selectable && location.dirName().isEmpty() && !directory.path().equals(paths.inbox())) {
            tellIfHoldsMails(directory, directory.path(), "are hidden, because INBOX is " + paths.inbox());
        }
    }
}
