package io.roost.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.roost.dovecot.MailLocation;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.MountIdentity;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The directories of a Maildir as they were when its migration began, held open. A scan goes by paths: where a mount has gone away
 * meanwhile they lead into the directory under it, and an empty Maildir that lies there must not be taken for the user's. Held
 * directories keep a mount from being unmounted but by force ({@code umount -l}), and {@link #requireSame} tells of that.
 */
final class HeldSource implements AutoCloseable {
    private final List<OpenDirectory> directories = new ArrayList<>();
    private final Map<String, MountIdentity> mounts = new LinkedHashMap<>();

    private HeldSource() {
    }

    /** Holds those that are there: the root, and {@code INBOX}, {@code CONTROL} and {@code INDEX} that lie elsewhere. */
    static HeldSource of(MailLocation source) throws PosixException {
        HeldSource held = new HeldSource();
        try {
            List<String> roots = Stream.of(Optional.of(source.root()), source.inbox(), source.control(), source.index())
                    .flatMap(Optional::stream).distinct().toList();
            for (String root : roots) {
                held.hold(root);
            }
            return held;
        } catch (PosixException | RuntimeException e) {
            held.close();
            throw e;
        }
    }

    private void hold(String root) throws PosixException {
        if (OpenDirectory.statusOf(root).isPresent()) {
            directories.add(OpenDirectory.open(root));
            mounts.put(root, MountIdentity.of(root));
        }
    }

    /**
     * To be called after each look at the source, before anything is made of what was seen.
     *
     * @throws MigrationException if a path leads elsewhere than in the beginning
     */
    void requireSame() throws PosixException, MigrationException {
        for (OpenDirectory held : directories) {
            MountIdentity now;
            try {
                now = MountIdentity.of(held.path());
            } catch (PosixException e) {
                if (e.isNotFound()) {
                    throw elsewhere(held, "nothing is there");
                }
                throw e;
            }
            if (!now.equals(mounts.get(held.path()))) {
                throw elsewhere(held, "another file system is there");
            }
            FileStatus before = held.status();
            if (OpenDirectory.statusOf(held.path()).filter(s -> s.inode() == before.inode() && s.device() == before.device()).isEmpty()) {
                throw elsewhere(held, "another directory is there");
            }
        }
    }

    private static MigrationException elsewhere(OpenDirectory held, String found) {
        return new MigrationException(Kind.IO, ByteString.toText(held.path()) + ": " + found + " now, and not the one that the "
                + "migration began with: was its file system unmounted? Nothing was published from it; mount it and run again");
    }

    @Override
    public void close() {
        directories.forEach(OpenDirectory::close);
    }
}
