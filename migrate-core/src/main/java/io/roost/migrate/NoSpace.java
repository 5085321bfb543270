package io.roost.migrate;

import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/** Words for a full disk: what is left of what, since a disk may have bytes and no inodes. */
final class NoSpace {
    private NoSpace() {
    }

    /** @param e that was no space, before anything was published */
    static MigrationException of(PosixException e) {
        return new MigrationException(Kind.NO_SPACE, e.getMessage() + left(e.path())
                + "; nothing was published, the Maildir is as it was: free some space and run again", e);
    }

    private static String left(String path) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            try (OpenDirectory directory = OpenDirectory.open(path.substring(0, slash))) {
                FileSystemStatus fileSystem = directory.fileSystem();
                return " (" + fileSystem.freeBytes() + " bytes free"
                        + (fileSystem.totalInodes() > 0 ? " and " + fileSystem.freeInodes() + " inodes" : "") + ")";
            } catch (PosixException gone) {
                // Perhaps it could not even be created, or is removed again: the one above tells as well.
            }
        }
        return "";
    }
}
