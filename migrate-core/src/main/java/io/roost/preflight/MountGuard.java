package io.roost.preflight;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.roost.posix.ByteString;
import io.roost.posix.MountIdentity;
import io.roost.posix.PosixException;

/**
 * Remembers which mounts some paths lie on, and tells when one is no longer there: the path would then lead into the directory
 * under the mount, on another disk, and what is written there is lost to everybody. One system call for each mount point that
 * was seen, and none to a file server while its client remembers the name; many paths on one mount cost as much as one.
 * Thread-safe.
 *
 * <p>A file system that was unmounted and mounted again, as an automounter does, counts as the same.
 */
public final class MountGuard {
    private static final long TABLE_NANOS = 1_000_000_000L;

    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private MountTable table;
    private long tableRead;

    private record Watched(Mount mount, MountIdentity identity) { }

    /** A mount is gone, or another took its place. Nothing more must be written by path. */
    public static final class VanishedMountException extends IOException {
        private final String mountPoint;

        VanishedMountException(String mountPoint, String what) {
            super(ByteString.toText(mountPoint) + ": " + what + "; mount it, and start again: what is recorded goes on from "
                    + "there");
            this.mountPoint = mountPoint;
        }

        /** Absolute byte string. */
        public String mountPoint() {
            return mountPoint;
        }
    }

    /** One that watches nothing yet. */
    public MountGuard() {
    }

    /** One that watches the mounts of these paths. */
    public static MountGuard of(Collection<String> paths) throws IOException {
        MountGuard guard = new MountGuard();
        guard.watch(paths);
        return guard;
    }

    /**
     * Watches the mounts of more paths. A path that does not exist counts as the nearest directory above it that does.
     *
     * @param paths absolute byte strings
     * @throws IOException if it cannot be told which mount a path lies on
     */
    public void watch(Collection<String> paths) throws IOException {
        MountTable table = table();
        for (String path : paths) {
            Mount mount = table.find(path).orElseThrow(() -> new IOException("it cannot be told which mount "
                    + ByteString.toText(path) + " lies on: /proc/self/mountinfo does not have it"));
            watched.putIfAbsent(mount.mountPoint(), new Watched(mount, MountIdentity.of(mount.mountPoint())));
        }
    }

    /** Read at most once a second: many users are on few mounts. */
    private synchronized MountTable table() throws IOException {
        if (table == null || System.nanoTime() - tableRead > TABLE_NANOS) {
            table = MountTable.ofProcess();
            tableRead = System.nanoTime();
        }
        return table;
    }

    /**
     * Looks whether all mounts are where they were.
     *
     * @throws VanishedMountException if one is not
     * @throws PosixException         if it cannot be told, as when a server does not answer
     */
    public void check() throws IOException {
        for (Map.Entry<String, Watched> entry : watched.entrySet()) {
            check(entry.getKey(), entry.getValue());
        }
    }

    /** Mount points that are watched, for messages. */
    public Collection<String> mountPoints() {
        return new LinkedHashMap<>(watched).keySet();
    }

    private void check(String mountPoint, Watched before) throws IOException {
        MountIdentity now;
        try {
            now = MountIdentity.of(mountPoint);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                throw new VanishedMountException(mountPoint, "the mount point itself is gone");
            }
            throw e;
        }
        if (now.equals(before.identity())) {
            return;
        }
        Optional<Mount> other = MountTable.ofProcess().find(mountPoint);
        if (other.isEmpty() || !other.get().sameAs(before.mount())) {
            throw new VanishedMountException(mountPoint, ByteString.toText(before.mount().source()) + " ("
                    + before.mount().type()
                    + ") was mounted here and is not any more; found " + other.map(m -> ByteString.toText(m.source()) + " ("
                    + m.type() + ", mounted on " + ByteString.toText(m.mountPoint()) + ")").orElse("no known mount"));
        }
        watched.put(mountPoint, new Watched(other.get(), now));
    }
}
