package io.roost.migrate;

import java.io.IOException;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserLock;
import io.roost.checkpoint.UserRecord;
import io.roost.dovecot.MailLocation;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/** What a migration that did not come to its end has left: for those who want to begin anew instead of going on. */
public final class UnfinishedMigration {
    private UnfinishedMigration() {
    }

    /**
     * Removes the staging of an unfinished migration, also where it was to have another target than now, and forgets what is
     * placed. Does nothing to a user whose result is published, or who was never begun.
     *
     * @param account the user; the target may be another one than that of the unfinished migration
     * @throws MigrationException if another process works on the user, or the staging is not of this store
     */
    public static void discard(Account account, CheckpointStore store) throws IOException, MigrationException {
        UserRecord user = store.user(account.user()).orElse(null);
        if (user == null || user.state().isPublished() || user.target().isEmpty()) {
            return;
        }
        try (UserLock lock = UserLock.tryAcquire(store, user).orElseThrow(() -> new MigrationException(Kind.BUSY,
                "another process is migrating " + account.user() + " with the state directory " + store.path()))) {
            UserRecord current = store.user(account.user()).orElse(user);
            if (current.state().isPublished()) {
                return;
            }
            removeStaging(withTarget(account, current.target()), store);
            store.forget(current.restarted(System.currentTimeMillis()), false);
        }
    }

    private static Account withTarget(Account account, String target) throws IOException {
        if (target.equals(account.target().toString())) {
            return account;
        }
        MailLocation then = MailLocation.parse(target, account.home()).withEscapeChar(account.target().escapeChar());
        return new Account(account.user(), account.home(), account.uid(), account.gid(), account.source(), then);
    }

    private static void removeStaging(Account then, CheckpointStore store) throws IOException, MigrationException {
        TargetPaths paths = new TargetPaths(then.target());
        try (StagingTree root = new StagingTree("root", then.target().root())) {
            StagingMarker marker = root.stagedMarker();
            if (marker == null || !marker.store().equals(store.identity()) || !marker.user().equals(then.user())) {
                return;
            }
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return;
            }
            throw e;
        }
        FileStatus source = OpenDirectory.statusOf(then.source().root()).orElseThrow(() -> new MigrationException(Kind.SOURCE,
                "there is no Maildir of " + then.user() + ": is the file system mounted?"));
        FileStatus parent = TargetParents.prepare(then, source);
        try (Staging staging = Staging.open(then, paths, TargetOwnership.of(then, source, parent), store)) {
            staging.remove();
        }
    }
}
