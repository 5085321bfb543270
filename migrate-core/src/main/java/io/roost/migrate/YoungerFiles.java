package io.roost.migrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Looks in a published tree for what is younger than its publishing. Times are compared with that of the tree's marker, which was set
 * last and by the same clock: on a network file system all of them are the server's. A directory is younger when something came into it
 * or went. Stateless.
 */
final class YoungerFiles {
    private YoungerFiles() {
    }

    /**
     * The first that is found.
     *
     * @param stamp the marker
     * @param isOurs which names directly in the tree belong to the mdbox
     * @return its path, a byte string
     */
    static Optional<String> first(StagingTree tree, FileStatus stamp, Predicate<String> isOurs) throws PosixException {
        try (OpenDirectory top = OpenDirectory.openNoFollow(tree.finalPath())) {
            return first(top, stamp, name -> !name.equals(StagingMarker.NAME) && isOurs.test(name));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                // Somebody else took it away.
                return Optional.of(e.path());
            }
            throw e;
        }
    }

    private static Optional<String> first(OpenDirectory directory, FileStatus stamp, Predicate<String> isWanted) throws PosixException {
        List<String> names = new ArrayList<>();
        directory.list((name, kind) -> {
            if (isWanted.test(name)) {
                names.add(name);
            }
        });
        for (String name : names) {
            Optional<FileStatus> status = directory.status(name);
            if (status.isEmpty() || isYounger(status.get(), stamp)) {
                return Optional.of(directory.pathOf(name));
            }
            if (status.get().isDirectory()) {
                try (OpenDirectory below = directory.openDirectory(name)) {
                    Optional<String> found = first(below, stamp, any -> true);
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isYounger(FileStatus file, FileStatus stamp) {
        return file.mtime() > stamp.mtime() || file.mtime() == stamp.mtime() && file.mtimeNanos() > stamp.mtimeNanos();
    }
}
