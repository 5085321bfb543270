package io.roost.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Makes sure that the directories in which the mdbox's trees will lie are the right ones. A file system that is not mounted
 * looks like an empty directory on the root file system: Roost writes there only if the Maildir itself lies there.
 */
final class TargetParents {
    private TargetParents() {
    }

    /**
     * Checks the parents of all trees as they are; creates nothing.
     *
     * @return as {@link #prepare}
     */
    static FileStatus check(Account account, FileStatus source) throws PosixException, MigrationException {
        return prepare(account, source, false);
    }

    /**
     * Checks the parents of all trees, and creates the missing ones of INDEX and CONTROL, as Dovecot would.
     *
     * @param source status of the Maildir's root
     * @return status of the directory that the mail root will lie in
     */
    static FileStatus prepare(Account account, FileStatus source) throws PosixException, MigrationException {
        return prepare(account, source, true);
    }

    private static FileStatus prepare(Account account, FileStatus source, boolean create) throws PosixException, MigrationException {
        String parent = parentOf(account.target().root());
        FileStatus status = OpenDirectory.statusOf(parent).orElseThrow(() -> new MigrationException(Kind.TARGET,
                "the directory for the mdbox, " + ByteString.toText(parent) + ", does not exist: is the file system mounted? "
                        + "Roost creates the mdbox, not the directory it lies in"));
        requireMounted(account.target().root(), status, source);
        requireOpen(account, parent, status, source);
        if (account.target().indexInMemory()) {
            throw new MigrationException(Kind.TARGET, "INDEX=MEMORY cannot hold an mdbox: its map index must be on disk");
        }
        for (Optional<String> other : List.of(account.target().index(), account.target().control())) {
            if (other.isPresent() && !other.get().startsWith(account.target().root() + "/")) {
                createParents(account, other.get(), source, create);
            }
        }
        if (account.target().alt().isPresent()) {
            requireNoDataFiles(account.target().alt().get() + "/storage");
        }
        return status;
    }

    /** The numbers of data files are one sequence over the mail root and ALT. */
    private static void requireNoDataFiles(String altStorage) throws PosixException, MigrationException {
        if (OpenDirectory.statusOf(altStorage).isEmpty()) {
            return;
        }
        List<String> found = new ArrayList<>();
        try (OpenDirectory directory = OpenDirectory.open(altStorage)) {
            directory.list((name, kind) -> {
                if (found.isEmpty() && DataFiles.isDataFile(name)) {
                    found.add(directory.pathOf(name));
                }
            });
        }
        if (!found.isEmpty()) {
            throw new MigrationException(Kind.TARGET, ByteString.toText(found.get(0)) + " belongs to another mdbox: ALT must be empty; "
                    + "move it away, or name another ALT");
        }
    }

    private static void createParents(Account account, String path, FileStatus source, boolean create)
            throws PosixException, MigrationException {
        String parent = parentOf(path);
        Optional<FileStatus> status = OpenDirectory.statusOf(parent);
        if (status.isPresent()) {
            requireMounted(path, status.get(), source);
            requireOpen(account, parent, status.get(), source);
            return;
        }
        createParents(account, parent, source, create);
        if (create) {
            createParent(account, parent, source);
        }
    }

    /**
     * It has its name only when it is its owner's: nobody would know one that a killed run left closed to them from one that is
     * meant so. Users share parents, so one worker at a time.
     */
    private static synchronized void createParent(Account account, String path, FileStatus source) throws PosixException {
        try (OpenDirectory above = OpenDirectory.open(parentOf(path))) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            if (above.status(name).isPresent()) {
                return;
            }
            Ownership ownership = TargetOwnership.of(account, source, above.status());
            String unfinished = "." + name + ".roost";
            try {
                ownership.createDirectory(above, unfinished).close();
            } catch (PosixException e) {
                if (e.errno() != PosixException.EEXIST) {
                    throw e;
                }
                ownership.adoptDirectory(above, unfinished).close();
            }
            above.rename(unfinished, above, name);
        }
    }

    private static void requireMounted(String path, FileStatus parent, FileStatus source) throws PosixException, MigrationException {
        long rootDevice = OpenDirectory.statusOf("/").orElseThrow().device();
        if (parent.device() == rootDevice && source.device() != rootDevice) {
            throw new MigrationException(Kind.TARGET, ByteString.toText(path) + " would lie on the root file system, while the Maildir "
                    + "lies on another: its file system seems not to be mounted");
        }
    }

    /** Root gets everywhere; the mail's owner must get there too. With an access control list the group's bits are not all clear. */
    private static void requireOpen(Account account, String parent, FileStatus status, FileStatus source) throws MigrationException {
        int owner = account.uid() >= 0 ? account.uid() : source.uid();
        if (owner != 0 && status.uid() != owner && (status.mode() & 0011) == 0) {
            throw new MigrationException(Kind.TARGET, ByteString.toText(parent) + " is closed to all but the uid "
                    + Integer.toUnsignedString(status.uid()) + " (mode " + String.format("%04o", status.mode()) + "), and the mail of "
                    + account.user() + " belongs to " + Integer.toUnsignedString(owner) + ", who could not reach an mdbox in it: "
                    + "let them through (chmod o+x), or name another place");
        }
    }

    private static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }
}
