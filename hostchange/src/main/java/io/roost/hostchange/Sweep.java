package io.roost.hostchange;

import java.io.IOException;
import java.util.Optional;

import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Goes through all users' directories in this host's memory and deletes those that a rule names, each under its lock. Holds one
 * directory's buffer for each level, however many users there are. Immutable and thread-safe.
 */
public final class Sweep {
    private final UserTree tree;
    private final Purge purge;
    private final boolean dryRun;

    /** Which directories go. */
    public interface Rule {
        /**
         * @param user   name, text
         * @param newest latest access or modification of anything of the list index there, Unix seconds
         */
        boolean goes(String user, long newest);
    }

    /** Takes what was done, or with a dry run would have been. */
    public interface Listener {
        void deleted(String user, LocalPath path, Purge.Deleted deleted, long newest);

        /** A directory or file that the layout does not explain, which was left alone; a byte string. */
        void unexplained(String path);

        void failed(String message);
    }

    /**
     * What a sweep came to.
     *
     * @param users   who have a directory
     * @param deleted those of them whose directories went
     * @param files   deleted
     * @param bytes   freed
     * @param failed  directories that could not be looked at or deleted
     */
    public record Report(long users, long deleted, long files, long bytes, long failed) { }

    public Sweep(UserTree tree, boolean dryRun, Notes notes) {
        this.tree = tree;
        this.purge = new Purge(notes);
        this.dryRun = dryRun;
    }

    /** Older than so many seconds; never what is dated in the future. */
    public static Rule olderThan(long seconds, long now) {
        return (user, newest) -> newest < now - seconds;
    }

    public Report run(Rule rule, Listener listener) throws IOException {
        Walk walk = new Walk(rule, listener);
        tree.walk(walk);
        return new Report(walk.users, walk.deleted, walk.files, walk.bytes, walk.failed);
    }

    private final class Walk implements UserTree.Visitor {
        private final Rule rule;
        private final Listener listener;
        private long users;
        private long deleted;
        private long files;
        private long bytes;
        private long failed;

        Walk(Rule rule, Listener listener) {
            this.rule = rule;
            this.listener = listener;
        }

        @Override
        public void user(String user, LocalPath path, OpenDirectory parent, String name) throws IOException {
            users++;
            try {
                if (tree.hasFixedEnd()) {
                    in(user, path);
                } else {
                    in(user, path, parent, name);
                }
            } catch (PosixException e) {
                if (!e.isNotFound()) {
                    failed(e.getMessage());
                }
            } catch (LocalRecord.Locked e) {
                failed(e.getMessage());
            }
        }

        /** The list index lies in a directory below the user's. */
        private void in(String user, LocalPath path) throws IOException {
            int last = path.below().size() - 1;
            Optional<OpenDirectory> parent = LocalDirectory.open(new LocalPath(path.root(), path.below().subList(0, last)));
            if (parent.isPresent()) {
                try (OpenDirectory directory = parent.get()) {
                    in(user, path, directory, path.below().get(last));
                }
            }
        }

        private void in(String user, LocalPath path, OpenDirectory parent, String name) throws IOException {
            Purge.Contents[] seen = new Purge.Contents[1];
            Optional<Purge.Deleted> gone;
            try (OpenDirectory directory = parent.openDirectory(name)) {
                seen[0] = Purge.contents(directory);
            }
            if (!rule.goes(user, seen[0].newest())) {
                return;
            }
            if (dryRun) {
                gone = Optional.of(new Purge.Deleted(seen[0].size().files(), seen[0].size().bytes()));
            } else {
                gone = purge.entirely(parent, name, contents -> rule.goes(user, contents.newest()));
            }
            if (gone.isPresent()) {
                deleted++;
                files += gone.get().files();
                bytes += gone.get().bytes();
                listener.deleted(user, path, gone.get(), seen[0].newest());
            }
        }

        @Override
        public void unexplained(String path) {
            listener.unexplained(path);
        }

        @Override
        public void failed(PosixException e) {
            failed(e.getMessage());
        }

        private void failed(String message) {
            failed++;
            listener.failed(message);
        }
    }
}
