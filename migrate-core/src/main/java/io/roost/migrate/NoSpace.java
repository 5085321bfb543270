package io.roost.migrate;

import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/** Words for a full disk: what is left of what, since a disk may have bytes and no inodes. */
final class NoSpace {
    private NoSpace() {
    }

    /** @param isPublished whether the mdbox is in its place already, so that only what comes after it is missing */
    static MigrationException of(PosixException e, boolean isPublished) {
        return new MigrationException(Kind.NO_SPACE, e.getMessage() + left(e.path()) + (isPublished
                ? "; the mdbox is in its place, and the last steps are missing: free some space and run again"
                : "; nothing was published, the Maildir is as it was: free some space and run again"), e);
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
