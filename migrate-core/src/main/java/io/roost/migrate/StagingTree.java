package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * One of the trees a mdbox consists of (mail root, INDEX, CONTROL), built in a hidden directory beside its final place and on
 * the same file system: {@code /mail/u/mdbox} in {@code /mail/u/.mdbox.roost}. While root builds it, it is open to root only.
 */
final class StagingTree implements Closeable {
    private final String name;
    private final OpenDirectory parent;
    private final String finalName;
    private final String stagingName;
    private OpenDirectory root;
    private OpenFile marker;

    StagingTree(String name, String finalPath) throws PosixException {
        this.name = name;
        int slash = finalPath.lastIndexOf('/');
        finalName = finalPath.substring(slash + 1);
        stagingName = "." + finalName + ".roost";
        parent = OpenDirectory.open(slash == 0 ? "/" : finalPath.substring(0, slash));
    }

    String name() {
        return name;
    }

    OpenDirectory parent() {
        return parent;
    }

    String finalPath() {
        return parent.pathOf(finalName);
    }

    String stagingPath() {
        return parent.pathOf(stagingName);
    }

    OpenDirectory root() {
        return root;
    }

    /** The marker of what lies in the staging place; null if there is no staging directory. */
    StagingMarker stagedMarker() throws IOException {
        return markerOf(stagingName);
    }

    /** The marker of what lies in the final place; null if there is nothing or it has none. */
    StagingMarker publishedMarker() throws IOException {
        return markerOf(finalName);
    }

    private StagingMarker markerOf(String directory) throws IOException {
        Optional<FileStatus> status = parent.status(directory);
        if (status.isEmpty() || !status.get().isDirectory()) {
            return null;
        }
        try (OpenDirectory dir = parent.openDirectory(directory)) {
            return StagingMarker.read(dir);
        }
    }

    boolean stagingExists() throws PosixException {
        return parent.status(stagingName).isPresent();
    }

    /** Whether there is nothing in the staging directory but perhaps a marker whose writer was killed before it wrote. */
    boolean stagingIsEmpty() throws PosixException {
        if (!parent.status(stagingName).map(FileStatus::isDirectory).orElse(true)) {
            return false;
        }
        try (OpenDirectory dir = parent.openDirectory(stagingName)) {
            List<String> names = children(dir);
            return names.isEmpty() || names.equals(List.of(StagingMarker.NAME))
                    && dir.status(StagingMarker.NAME).map(s -> s.isFile() && s.size() == 0).orElse(true);
        }
    }

    /** Whether the final place holds anything; an empty directory counts as nothing. */
    boolean isOccupied() throws PosixException {
        Optional<FileStatus> status = parent.status(finalName);
        if (status.isEmpty()) {
            return false;
        }
        return !status.get().isDirectory() || !children(finalName).isEmpty();
    }

    /** Whether the final place holds something that is no directory; a symbolic link is none. */
    boolean isNoDirectory() throws PosixException {
        return parent.status(finalName).map(s -> !s.isDirectory()).orElse(false);
    }

    /** Names in the final place that a mdbox has there too. */
    List<String> collisions(Predicate<String> isOurs) throws PosixException {
        return parent.status(finalName).isEmpty() ? List.of() : children(finalName).stream().filter(isOurs).toList();
    }

    /** Names in the staging root without the marker. */
    List<String> stagedNames() throws PosixException {
        List<String> out = new ArrayList<>();
        root.list((child, kind) -> {
            if (!child.equals(StagingMarker.NAME)) {
                out.add(child);
            }
        });
        return out;
    }

    private List<String> children(String directory) throws PosixException {
        try (OpenDirectory dir = parent.openDirectory(directory)) {
            return children(dir);
        }
    }

    private static List<String> children(OpenDirectory dir) throws PosixException {
        List<String> out = new ArrayList<>();
        dir.list((child, kind) -> out.add(child));
        return out;
    }

    /** Creates the staging directory, or opens the one that is there; its marker is there then, perhaps empty. */
    void open(Ownership ownership) throws PosixException {
        try {
            parent.makeDirectory(stagingName, isOfOthers(ownership) ? 0700 : ownership.directoryMode());
        } catch (PosixException e) {
            if (e.errno() != PosixException.EEXIST) {
                throw e;
            }
        }
        root = parent.openDirectory(stagingName);
        marker = root.openOrCreate(StagingMarker.NAME, 0600);
    }

    /**
     * Takes the lock on the marker, which goes with this process.
     *
     * @return false if another process has it, or has published or removed the directory since it was opened
     */
    boolean tryLock() throws PosixException {
        if (!marker.tryLock()) {
            return false;
        }
        Optional<FileStatus> directory = parent.status(stagingName);
        Optional<FileStatus> file = root.status(StagingMarker.NAME);
        return directory.isPresent() && directory.get().sameFile(root.status())
                && file.isPresent() && file.get().sameFile(marker.status());
    }

    void mark(StagingMarker text) throws PosixException {
        text.write(marker);
    }

    /** Sets the marker's time: whatever in the tree is younger was not written by Roost. */
    void stamp() throws PosixException {
        marker.setModifiedNow();
    }

    /** When the published tree was stamped; its marker stays in the staging directory if the tree was moved into an existing one. */
    Optional<FileStatus> stampOf(String set) throws IOException {
        for (String place : List.of(finalName, stagingName)) {
            StagingMarker found = markerOf(place);
            if (found != null && found.set().equals(set)) {
                try (OpenDirectory dir = parent.openDirectory(place)) {
                    return dir.status(StagingMarker.NAME);
                }
            }
        }
        return Optional.empty();
    }

    /** Gives the tree, which is synced, to its owner and moves it to its final place, where there is nothing or an empty directory. */
    void publishWhole(Ownership ownership) throws PosixException {
        boolean given = isOfOthers(ownership);
        if (given) {
            root.chown(ownership.uid(), ownership.gid());
        }
        if (root.status().mode() != ownership.directoryMode()) {
            root.chmod(ownership.directoryMode());
            given = true;
        }
        if (given) {
            root.sync();
        }
        parent.rename(stagingName, parent, finalName);
        parent.sync();
    }

    /** Whether it is to be given away. Who cannot do that makes it as it shall be: chmod would clear setgid of a group not his own. */
    private static boolean isOfOthers(Ownership ownership) {
        return ownership.uid() >= 0 || ownership.gid() >= 0;
    }

    /** Moves what the tree holds into the existing directory at its final place. */
    void publishInto() throws PosixException {
        try (OpenDirectory target = parent.openDirectory(finalName)) {
            for (String child : stagedNames()) {
                root.rename(child, target, child);
            }
            target.sync();
        }
    }

    /** Takes back what a killed run had published of this tree, which had begun with no such name in the final place. */
    void takeBack(String set, Predicate<String> isOurs) throws IOException {
        StagingMarker published = publishedMarker();
        if (published != null && published.set().equals(set)) {
            parent.rename(finalName, parent, stagingName);
            return;
        }
        if (parent.status(finalName).isEmpty() || !stagingExists()) {
            return;
        }
        try (OpenDirectory staged = parent.openDirectory(stagingName); OpenDirectory target = parent.openDirectory(finalName)) {
            for (String child : children(finalName).stream().filter(isOurs).toList()) {
                if (staged.status(child).isEmpty()) {
                    target.rename(child, staged, child);
                }
            }
        }
    }

    /** Removes the marker from wherever the tree is now, and the staging directory if it is empty. */
    void removeMarker() throws PosixException {
        for (String place : List.of(finalName, stagingName)) {
            Optional<FileStatus> status = parent.status(place);
            if (status.isPresent() && status.get().isDirectory()) {
                try (OpenDirectory dir = parent.openDirectory(place)) {
                    dir.removeFile(StagingMarker.NAME);
                }
            }
        }
        if (stagingExists()) {
            parent.removeDirectory(stagingName);
        }
    }

    /** Removes the staging directory if there is nothing in it. */
    void removeEmpty() throws PosixException {
        try {
            parent.removeDirectory(stagingName);
        } catch (PosixException e) {
            if (e.errno() != PosixException.ENOTEMPTY) {
                throw e;
            }
        }
    }

    /**
     * Removes the staging directory with all it holds, the marker last: who is killed here must know it again. Does nothing
     * unless it belongs to the same set as {@code own}, which may be null, or to nobody.
     */
    void removeOf(StagingMarker own) throws IOException {
        StagingMarker found = stagedMarker();
        boolean isOwn = found == null ? stagingExists() && stagingIsEmpty() : own != null && found.set().equals(own.set());
        if (!isOwn) {
            return;
        }
        try (OpenDirectory dir = parent.openDirectory(stagingName)) {
            for (String child : children(dir)) {
                if (!child.equals(StagingMarker.NAME)) {
                    dir.removeTree(child);
                }
            }
            dir.removeFile(StagingMarker.NAME);
        }
        parent.removeDirectory(stagingName);
    }

    @Override
    public void close() {
        if (marker != null) {
            marker.close();
        }
        if (root != null) {
            root.close();
        }
        parent.close();
    }
}
