package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;

import io.roost.checkpoint.CheckpointStore;
import io.roost.dovecot.CorruptFileException;
import io.roost.mdbox.MdboxLayout.Tree;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.NewFiles;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Where a user's mdbox is built before anybody sees it: one {@link StagingTree} for the mail root and one for each of INDEX and
 * CONTROL that lies elsewhere. Publishing renames the trees one by one, the mail root last: that one makes it count.
 *
 * <pre>
 *   building --publish()--&gt; publishing (said in the root's marker) --rename INDEX, CONTROL--&gt; --rename root--&gt; published
 *      ^                        |
 *      +----- next run takes back what was renamed, and goes on ------+
 * </pre>
 */
final class Staging implements NewFiles, Closeable {
    private final Account account;
    private final TargetPaths paths;
    private final Ownership ownership;
    private final StagingTree root;
    /** Tree by its final path; the mail root is among them, and ALT is not. */
    private final Map<String, StagingTree> trees = new TreeMap<>();
    /** Paths of directories that are there and may have been changed; sorted, thread-safe. */
    private final Set<String> created = new ConcurrentSkipListSet<>();
    private StagingMarker marker;
    /** Whether {@link #sync} makes all last together, rather than each file by itself when it is written. */
    private boolean syncsAsWhole;

    private Staging(Account account, TargetPaths paths, Ownership ownership) throws PosixException {
        this.account = account;
        this.paths = paths;
        this.ownership = ownership;
        try {
            for (Map.Entry<Tree, String> tree : paths.trees().entrySet()) {
                trees.put(tree.getValue(), new StagingTree(tree.getKey().name().toLowerCase(Locale.ROOT), tree.getValue()));
            }
        } catch (PosixException e) {
            close();
            throw e;
        }
        root = trees.get(paths.trees().get(Tree.ROOT));
    }

    /** Whether an earlier run of this store has published the user's mdbox and not yet removed its marker. */
    static boolean isPublishedBy(CheckpointStore store, Account account) throws IOException {
        try (StagingTree tree = new StagingTree("root", account.target().root())) {
            StagingMarker marker = tree.publishedMarker();
            return marker != null && marker.store().equals(store.identity()) && marker.user().equals(account.user());
        } catch (CorruptFileException e) {
            return false;
        } catch (PosixException e) {
            if (e.isNotFound()) {
                // Not even the directory that it would lie in.
                return false;
            }
            throw e;
        }
    }

    /**
     * Opens the user's staging: what an earlier run of the same store has left, or a new one. Leaves nothing behind that was not
     * there if this fails.
     *
     * @throws MigrationException if the target exists, staging belongs to somebody else, or another process works in it
     */
    static Staging open(Account account, TargetPaths paths, Ownership ownership, CheckpointStore store) throws IOException,
            MigrationException {
        Staging staging;
        try {
            staging = new Staging(account, paths, ownership);
        } catch (PosixException e) {
            throw new MigrationException(Kind.TARGET, "the directory for the mdbox cannot be used: " + e.getMessage()
                    + "; is the file system mounted? Roost creates the mdbox, not the directory it lies in", e);
        }
        try {
            staging.adopt(store);
            return staging;
        } catch (IOException | MigrationException | RuntimeException e) {
            staging.close();
            throw e;
        }
    }

    private void adopt(CheckpointStore store) throws IOException, MigrationException {
        StagingClaim claim = new StagingClaim(account, paths, store, root, trees.values());
        // Looked at before anything is created, and again when nobody else can change it.
        StagingMarker before = claim.ownMarker();
        if (before == null || !before.publishing()) {
            claim.requireFree();
        }
        boolean locked = false;
        StagingMarker found = before;
        try {
            root.open(ownership);
            locked = root.tryLock();
            if (!locked) {
                throw new MigrationException(Kind.BUSY, "another process is migrating " + account.user() + " ("
                        + text(root.stagingPath()) + " is locked)");
            }
            found = claim.ownMarker();
            adoptLocked(store, claim, found);
        } catch (IOException | MigrationException | RuntimeException e) {
            if (found == null) {
                removeAfter(e, locked);
            }
            throw e;
        }
    }

    /** What this run has created goes again; without the lock that is at most an empty directory. */
    private void removeAfter(Exception failure, boolean locked) {
        try {
            if (locked) {
                remove();
            } else {
                root.removeEmpty();
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void adoptLocked(CheckpointStore store, StagingClaim claim, StagingMarker found)
            throws IOException, MigrationException {
        boolean wasPublishing = found != null && found.publishing();
        marker = new StagingMarker(found == null ? UUID.randomUUID().toString() : found.set(), store.identity(), store.path(),
                account.user(), finalPaths(), wasPublishing);
        if (wasPublishing) {
            takeBack();
            marker = marker.inPhase(false);
        }
        claim.requireFree();
        root.mark(marker);
        for (StagingTree tree : trees.values()) {
            if (tree != root) {
                tree.open(ownership);
                tree.mark(marker);
            }
        }
        syncsAsWhole = true;
        for (StagingTree tree : trees.values()) {
            syncsAsWhole &= tree.root().fileSystem().syncsAsWhole();
        }
    }

    private void takeBack() throws IOException {
        for (StagingTree tree : trees.values()) {
            if (tree != root) {
                tree.takeBack(marker.set(), paths::isOurName);
            }
        }
    }

    private Map<String, String> finalPaths() {
        Map<String, String> out = new TreeMap<>();
        trees.forEach((path, tree) -> out.put(tree.name(), text(path)));
        return out;
    }

    /** Who owns what is created here. */
    @Override
    public Ownership ownership() {
        return ownership;
    }

    /** Whether files are on disk only after {@link #sync}, which waits for all of them together. */
    boolean syncsAsWhole() {
        return syncsAsWhole;
    }

    /** On disk by {@link #sync} at the latest. */
    @Override
    public void written(OpenFile file) throws PosixException {
        if (!syncsAsWhole) {
            file.sync();
        }
    }

    /**
     * Opens the directory in staging that will have a final path, creating what is missing on the way.
     *
     * @param finalPath a path at or below one of the trees
     */
    OpenDirectory directory(String finalPath) throws PosixException {
        StagingTree tree = treeOf(finalPath);
        if (tree == null) {
            throw new IllegalArgumentException(finalPath + " is not part of the mdbox");
        }
        return directory(tree, finalPath);
    }

    private OpenDirectory directory(StagingTree tree, String path) throws PosixException {
        String top = tree.finalPath();
        if (path.length() <= top.length() + 1) {
            return tree.root().again();
        }
        // Nobody but Roost can put symbolic links there: to others the tree is closed, unless they are who Roost runs as.
        return created.contains(path) ? tree.root().openDirectory(path.substring(top.length() + 1)) : create(tree, path);
    }

    private synchronized OpenDirectory create(StagingTree tree, String path) throws PosixException {
        int slash = path.lastIndexOf('/');
        try (OpenDirectory parent = directory(tree, path.substring(0, slash))) {
            String name = path.substring(slash + 1);
            OpenDirectory directory = parent.status(name).isPresent() ? ownership.adoptDirectory(parent, name)
                    : ownership.createDirectory(parent, name);
            created.add(path);
            return directory;
        }
    }

    /** Waits until everything that was created or filled here is on disk, but for data files that somebody still writes to. */
    void sync() throws PosixException {
        if (!syncsAsWhole) {
            for (String path : created) {
                try (OpenDirectory dir = directory(path)) {
                    dir.sync();
                }
            }
        }
        for (StagingTree tree : trees.values()) {
            if (syncsAsWhole) {
                tree.root().syncFileSystem();
            } else {
                tree.root().sync();
            }
        }
    }

    /** Removes what a final path will be, with all below it. */
    void removeTree(String finalPath) throws PosixException {
        created.removeIf(path -> path.equals(finalPath) || path.startsWith(finalPath + "/"));
        int slash = finalPath.lastIndexOf('/');
        try (OpenDirectory parent = directory(finalPath.substring(0, slash))) {
            parent.removeTree(finalPath.substring(slash + 1));
        }
    }

    private StagingTree treeOf(String path) {
        StagingTree best = null;
        for (Map.Entry<String, StagingTree> tree : trees.entrySet()) {
            String at = tree.getKey();
            boolean below = path.equals(at) || path.startsWith(at + "/");
            if (below && (best == null || at.length() > best.finalPath().length())) {
                best = tree.getValue();
            }
        }
        return best;
    }

    /** Makes the mdbox count. What was written must be synced, directories included. */
    void publish() throws IOException {
        if (trees.size() > 1) {
            // A single tree is published at once: there is nothing to take back.
            marker = marker.inPhase(true);
            root.mark(marker);
        }
        for (StagingTree tree : trees.values()) {
            tree.stamp();
        }
        for (StagingTree tree : trees.values()) {
            if (tree != root) {
                if (tree.isOccupied()) {
                    tree.publishInto();
                } else {
                    tree.publishWhole(ownership);
                }
            }
        }
        root.publishWhole(ownership);
    }

    /**
     * What somebody has written in a published mdbox since.
     *
     * @return a path, a byte string; empty if everything is as it was published
     */
    static Optional<String> writtenSincePublished(Account account, TargetPaths paths) throws IOException {
        try (Staging staging = new Staging(account, paths, Ownership.PRIVATE)) {
            StagingMarker published = staging.root.publishedMarker();
            if (published == null) {
                return Optional.empty();
            }
            for (StagingTree tree : staging.trees.values()) {
                Optional<FileStatus> stamp = tree.stampOf(published.set());
                Optional<String> written = stamp.isEmpty() ? Optional.of(tree.finalPath())
                        : YoungerFiles.first(tree, stamp.get(), tree == staging.root ? name -> true : paths::isOurName);
                if (written.isPresent()) {
                    return written;
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Takes a published mdbox back that nobody has used, so that it can be written once more from what is in the Maildir now. Who is
     * killed meanwhile leaves it for {@link #open} to take back the rest.
     */
    static void unpublish(Account account, TargetPaths paths) throws IOException {
        try (Staging staging = new Staging(account, paths, Ownership.PRIVATE)) {
            StagingMarker published = staging.root.publishedMarker();
            if (published != null) {
                staging.root.takeBack(published.set(), name -> false);
            }
        }
    }

    /** Removes the markers of a published mdbox; may be repeated. */
    static void removeMarkers(Account account, TargetPaths paths) throws IOException {
        try (Staging staging = new Staging(account, paths, Ownership.PRIVATE)) {
            for (StagingTree tree : staging.trees.values()) {
                if (tree != staging.root) {
                    tree.removeMarker();
                }
            }
            staging.root.removeMarker();
        }
    }

    /** Removes all staging directories, the root's last; first takes back what is published, unless all of it is. */
    void remove() throws IOException {
        if (marker != null && marker.publishing()) {
            if (!root.stagingExists()) {
                return;
            }
            takeBack();
        }
        for (StagingTree tree : trees.values()) {
            if (tree != root) {
                tree.removeOf(marker);
            }
        }
        root.removeOf(marker);
    }

    private static String text(String bytes) {
        return ByteString.toText(bytes);
    }

    @Override
    public void close() {
        trees.values().forEach(StagingTree::close);
    }
}
