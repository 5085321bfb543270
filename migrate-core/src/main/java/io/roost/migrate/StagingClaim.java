package io.roost.migrate;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import io.roost.checkpoint.CheckpointStore;
import io.roost.dovecot.CorruptFileException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;

/**
 * Says whether a user's mdbox may be built and published where it is to lie: no staging of anybody else, and nothing at the
 * final places that somebody may use. Only looks.
 */
final class StagingClaim {
    private final Account account;
    private final TargetPaths paths;
    private final CheckpointStore store;
    private final StagingTree root;
    private final Collection<StagingTree> trees;

    StagingClaim(Account account, TargetPaths paths, CheckpointStore store, StagingTree root, Collection<StagingTree> trees) {
        this.account = account;
        this.paths = paths;
        this.store = store;
        this.root = root;
        this.trees = trees;
    }

    /**
     * The marker of what is staged; null if nothing is.
     *
     * @throws MigrationException if it is not of this user and this store
     */
    StagingMarker ownMarker() throws IOException, MigrationException {
        StagingMarker found = markerOf(root);
        if (found != null && !(found.store().equals(store.identity()) && found.user().equals(account.user()))) {
            if (found.user().equals(account.user()) && found.stateDir().equals(store.path())) {
                throw refused(text(root.stagingPath()) + " was made with another store that was in " + store.path()
                        + " before: bring that one back to go on, or remove the staging directory to begin anew");
            }
            throw refused(text(root.stagingPath()) + " belongs to the user " + found.user() + " and the state directory "
                    + found.stateDir() + ", expected " + account.user() + " and " + store.path()
                    + ": go on with that state directory, or remove the staging directory");
        }
        for (StagingTree tree : trees) {
            StagingMarker other = tree == root ? null : markerOf(tree);
            if (other != null && (found == null || !other.set().equals(found.set()))) {
                throw refused(text(tree.stagingPath()) + " belongs to another migration, of the user " + other.user()
                        + " with the state directory " + other.stateDir() + ": finish that one, or remove the directory");
            }
        }
        return found;
    }

    private static StagingMarker markerOf(StagingTree tree) throws IOException, MigrationException {
        StagingMarker found;
        try {
            found = tree.stagedMarker();
        } catch (CorruptFileException e) {
            throw new MigrationException(Kind.TARGET, text(tree.stagingPath()) + " has a damaged marker: " + e.getMessage()
                    + "; look at the directory, and move it away", e);
        }
        if (found == null && tree.stagingExists() && !tree.stagingIsEmpty()) {
            throw refused(text(tree.stagingPath()) + " exists and has no marker of Roost's: expected nothing or a staging directory; "
                    + "look at it, and move it away");
        }
        return found;
    }

    /** The mail root must be free; INDEX and CONTROL may exist, without the names of an mdbox. */
    void requireFree() throws IOException, MigrationException {
        for (StagingTree tree : trees) {
            if (tree == root) {
                if (tree.isOccupied()) {
                    throw refused(text(tree.finalPath()) + " already exists: Roost never writes into a mailbox that somebody may use; "
                            + "move it away, or check with \"roost verify\" whether the user is migrated already");
                }
            } else {
                requireNoCollision(tree);
            }
        }
    }

    private void requireNoCollision(StagingTree tree) throws IOException, MigrationException {
        if (tree.isNoDirectory()) {
            throw refused(text(tree.finalPath()) + " already exists and is no directory: move it away, or name another "
                    + tree.name().toUpperCase(Locale.ROOT) + " for the mdbox");
        }
        List<String> collisions = tree.collisions(paths::isOurName);
        if (!collisions.isEmpty()) {
            throw refused(text(tree.finalPath()) + " already holds " + text(collisions.get(0))
                    + ", which the mdbox needs: it must not share this directory with another location; move it away, or name another "
                    + tree.name().toUpperCase(Locale.ROOT) + " for the mdbox");
        }
    }

    private static MigrationException refused(String message) {
        return new MigrationException(Kind.TARGET, message);
    }

    private static String text(String bytes) {
        return ByteString.toText(bytes);
    }
}
