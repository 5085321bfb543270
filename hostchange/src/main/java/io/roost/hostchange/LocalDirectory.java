package io.roost.hostchange;

import java.io.IOException;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/** Opens a user's directory in this host's memory, name by name, so that no symbolic link below the root is followed. */
final class LocalDirectory {
    private LocalDirectory() {
    }

    /** Empty if it is not there. */
    static Optional<OpenDirectory> open(LocalPath path) throws PosixException {
        OpenDirectory at = null;
        try {
            at = OpenDirectory.open(path.root());
            for (String name : path.below()) {
                OpenDirectory next = at.openDirectory(name);
                at.close();
                at = next;
            }
            return Optional.of(at);
        } catch (PosixException e) {
            close(at);
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Creates what is missing. Directories between the root and the user's own get owner and mode of the root, so that
     * whoever may create users' directories there may do so below them too.
     *
     * @param ownership of the user's own directory
     */
    static OpenDirectory openOrCreate(LocalPath path, Ownership ownership) throws IOException {
        OpenDirectory at = openRoot(path.root(), ownership);
        try {
            refuseNetwork(at);
            FileStatus root = at.status();
            Ownership between = new Ownership(ownership.uid() < 0 ? -1 : root.uid(), ownership.gid() < 0 ? -1 : root.gid(),
                    0600,
                    root.mode());
            for (int i = 0; i < path.below().size(); i++) {
                boolean last = i == path.below().size() - 1;
                OpenDirectory next = openOrCreate(at, path.below().get(i), last ? ownership : between);
                at.close();
                at = next;
            }
            return at;
        } catch (IOException | RuntimeException e) {
            at.close();
            throw e;
        }
    }

    private static OpenDirectory openRoot(String root, Ownership ownership) throws PosixException {
        try {
            return OpenDirectory.open(root);
        } catch (PosixException e) {
            int slash = root.lastIndexOf('/');
            if (!e.isNotFound() || slash <= 0) {
                throw e;
            }
            // memory is empty after a boot; but not more than one level, or a missing mount would go unseen
            try (OpenDirectory parent = OpenDirectory.open(root.substring(0, slash))) {
                return openOrCreate(parent, root.substring(slash + 1), ownership);
            }
        }
    }

    private static OpenDirectory openOrCreate(OpenDirectory parent, String name, Ownership ownership) throws PosixException {
        try {
            return parent.openDirectory(name);
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        try {
            return ownership.createDirectory(parent, name);
        } catch (PosixException e) {
            if (e.errno() != PosixException.EEXIST) {
                throw e;
            }
            return parent.openDirectory(name);
        }
    }

    private static void refuseNetwork(OpenDirectory directory) throws IOException {
        if (directory.fileSystem().isNetwork()) {
            throw new IOException(ByteString.toText(directory.path()) + " lies on " + directory.fileSystem().typeName()
                    + ", expected this host's memory: is a mount missing, or LISTINDEX wrong?");
        }
    }

    /** To whom a user's files belong: as root to the owner of INDEX, else to whoever runs this; modes as Dovecot takes them. */
    static Ownership ownershipAs(FileStatus index) {
        boolean root = OpenDirectory.effectiveUid() == 0;
        return new Ownership(root ? index.uid() : -1, root ? index.gid() : -1, 0600 | index.mode() & 0666,
                0700 | index.mode() & 0777);
    }

    private static void close(OpenDirectory directory) {
        if (directory != null) {
            directory.close();
        }
    }
}
