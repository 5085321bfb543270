package io.roost.hostchange;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Goes through the directories of a {@link UserTree}, name by name, in the file system's order, holding no more than one
 * directory's buffer each level. No symbolic link below the root is followed, and nothing is entered that the template does
 * not explain.
 */
final class TreeWalk {
    private final UserTree tree;
    private final BucketVisitor visitor;
    private final Unexplained unexplained;

    /** Takes a directory in which users lie side by side; it is open during the call. */
    interface BucketVisitor {
        void bucket(List<String> names, OpenDirectory directory) throws IOException;

        /** Whether all is known of a directory whose status is this, so that it need not be opened. */
        default boolean isKnown(List<String> names, FileStatus status) {
            return false;
        }

        void failed(PosixException e) throws IOException;
    }

    /** Takes an entry of a directory. */
    interface Entry {
        void entry(String name, FileStatus.Kind kind) throws IOException;
    }

    private interface Unexplained {
        void path(String path) throws IOException;
    }

    private TreeWalk(UserTree tree, BucketVisitor visitor, Unexplained unexplained) {
        this.tree = tree;
        this.visitor = visitor;
        this.unexplained = unexplained;
    }

    /** Visits the directories in which users lie side by side. */
    static void buckets(UserTree tree, BucketVisitor visitor) throws IOException {
        new TreeWalk(tree, visitor, path -> { }).walk();
    }

    /** Visits all users who have a directory. */
    static void users(UserTree tree, UserTree.Visitor visitor) throws IOException {
        new TreeWalk(tree, new BucketVisitor() {
            @Override
            public void bucket(List<String> names, OpenDirectory directory) throws IOException {
                each(directory, (name, kind) -> {
                    Optional<String> user = kind == FileStatus.Kind.DIRECTORY ? tree.userOf(append(names, name))
                            : Optional.empty();
                    if (user.isPresent()) {
                        visitor.user(user.get(), tree.pathOf(user.get()), directory, name);
                    } else {
                        visitor.unexplained(directory.pathOf(name));
                    }
                });
            }

            @Override
            public void failed(PosixException e) throws IOException {
                visitor.failed(e);
            }
        }, visitor::unexplained).walk();
    }

    private void walk() throws IOException {
        OpenDirectory top;
        try {
            top = OpenDirectory.open(tree.root());
        } catch (PosixException e) {
            if (e.isNotFound()) {
                // memory is empty after a boot
                return;
            }
            throw e;
        }
        try (top) {
            descend(List.of(), top);
        }
    }

    private void descend(List<String> names, OpenDirectory directory) throws IOException {
        if (names.size() == tree.bucketDepth()) {
            visitor.bucket(names, directory);
            return;
        }
        each(directory, (name, kind) -> {
            if (kind != FileStatus.Kind.DIRECTORY || !tree.explains(names.size(), name)) {
                unexplained.path(directory.pathOf(name));
                return;
            }
            List<String> path = append(names, name);
            OpenDirectory next;
            try {
                Optional<FileStatus> status = path.size() == tree.bucketDepth() ? directory.status(name) : Optional.empty();
                if (status.isPresent() && visitor.isKnown(path, status.get())) {
                    return;
                }
                next = directory.openDirectory(name);
            } catch (PosixException e) {
                if (!e.isNotFound()) {
                    visitor.failed(e);
                }
                return;
            }
            try (next) {
                descend(path, next);
            }
        });
    }

    /**
     * Lists a directory for a visitor that may fail in other ways than the system does; asks where it does not tell the
     * kind.
     */
    static void each(OpenDirectory directory, Entry visitor) throws IOException {
        IOException[] failure = new IOException[1];
        directory.list((name, kind) -> {
            if (failure[0] == null) {
                try {
                    FileStatus.Kind known = kind != FileStatus.Kind.UNKNOWN ? kind
                            : directory.status(name).map(FileStatus::kind).orElse(kind);
                    visitor.entry(name, known);
                } catch (IOException e) {
                    failure[0] = e;
                }
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    private static List<String> append(List<String> names, String name) {
        List<String> all = new ArrayList<>(names.size() + 1);
        all.addAll(names);
        all.add(name);
        return all;
    }
}
