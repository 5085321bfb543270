package io.roost.hostchange;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import io.roost.director.UserHash;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The users who have a directory in this host's memory, by the director's hash. Directories are the truth: each question is
 * answered from what they hold at that time. Those whose modification time has not moved are not read again; several that ask
 * at once share one look. A user takes 8 bytes and the length of the directory's name. Thread-safe.
 */
final class PresentUsers {
    /** Time stamps move in steps of up to 10 ms: what was read within so many after a change may lack another change. */
    private static final long UNSETTLED_NANOS = 100_000_000;

    private final UserTree tree;
    private final UserHash hash;
    private final Notes notes;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong tickets = new AtomicLong();
    private long lookedFor;
    private Map<List<String>, Bucket> buckets = new HashMap<>();
    private volatile int users;

    /** The users of one directory as they were when it had this modification time. */
    private static final class Bucket {
        /** Hash in the upper half, offset of the name in the lower half; sorted. */
        private long[] keys = new long[0];
        /** Names, each ended by NUL. */
        private byte[] names = new byte[0];
        private long seconds;
        private int nanos;
        private boolean settled;

        boolean isAsItWas(FileStatus status) {
            return settled && status.mtime() == seconds && status.mtimeNanos() == nanos;
        }

        void find(int wanted, List<String> into) {
            long first = (long) wanted << 32;
            int at = Arrays.binarySearch(keys, first);
            for (int i = at < 0 ? -at - 1 : at; i < keys.length && (int) (keys[i] >> 32) == wanted; i++) {
                int start = (int) keys[i];
                int end = start;
                while (names[end] != 0) {
                    end++;
                }
                into.add(ByteString.of(names, start, end - start));
            }
        }
    }

    /** Collects the users of a directory. */
    private final class Listing {
        private final List<String> path;
        private long[] keys = new long[64];
        private byte[] names = new byte[1024];
        private int count;
        private int length;

        Listing(List<String> path) {
            this.path = path;
        }

        void add(String name) throws IOException {
            Optional<String> user = userOf(path, name);
            if (user.isEmpty()) {
                return;
            }
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, count * 2);
            }
            if (length + name.length() + 1 > names.length) {
                names = Arrays.copyOf(names, names.length * 2 + 256);
            }
            keys[count++] = (long) hash.of(user.get()) << 32 | length;
            byte[] bytes = ByteString.toBytes(name);
            System.arraycopy(bytes, 0, names, length, bytes.length);
            length += bytes.length;
            names[length++] = 0;
        }

        Bucket bucket(FileStatus before, long now) {
            Bucket bucket = new Bucket();
            bucket.keys = Arrays.copyOf(keys, count);
            Arrays.sort(bucket.keys);
            bucket.names = Arrays.copyOf(names, length);
            bucket.seconds = before.mtime();
            bucket.nanos = before.mtimeNanos();
            bucket.settled = before.mtime() * 1_000_000_000 + before.mtimeNanos() < now - UNSETTLED_NANOS;
            return bucket;
        }
    }

    PresentUsers(UserTree tree, UserHash hash, Notes notes) {
        this.tree = tree;
        this.hash = hash;
        this.notes = notes;
    }

    private Optional<String> userOf(List<String> path, String name) {
        List<String> all = new ArrayList<>(path);
        all.add(name);
        return tree.userOf(all);
    }

    /** How many there were at the last look. */
    int size() {
        return users;
    }

    /** All users of a hash who have a directory now, text. */
    List<String> find(int wanted) throws IOException {
        long ticket = tickets.incrementAndGet();
        lock.lock();
        try {
            if (lookedFor < ticket) {
                long upTo = tickets.get();
                look();
                lookedFor = upTo;
            }
            return findKnown(wanted);
        } finally {
            lock.unlock();
        }
    }

    /** The hashes of all who have a directory now, sorted. */
    int[] hashes() throws IOException {
        find(0);
        lock.lock();
        try {
            int[] hashes = new int[users];
            int n = 0;
            for (Bucket bucket : buckets.values()) {
                for (long key : bucket.keys) {
                    hashes[n++] = (int) (key >> 32);
                }
            }
            Arrays.sort(hashes);
            return hashes;
        } finally {
            lock.unlock();
        }
    }

    /** All users of a hash who had a directory at the last look. */
    List<String> findSeen(int wanted) {
        lock.lock();
        try {
            return findKnown(wanted);
        } finally {
            lock.unlock();
        }
    }

    private List<String> findKnown(int wanted) {
        List<String> found = new ArrayList<>();
        List<String> names = new ArrayList<>();
        buckets.forEach((path, bucket) -> {
            bucket.find(wanted, names);
            names.forEach(name -> userOf(path, name).ifPresent(found::add));
            names.clear();
        });
        return found;
    }

    private void look() throws IOException {
        Map<List<String>, Bucket> now = new HashMap<>();
        tree.buckets(new UserTree.BucketVisitor() {
            @Override
            public void bucket(List<String> path, OpenDirectory directory) throws IOException {
                Bucket known = buckets.get(path);
                FileStatus status = directory.status();
                now.put(path, known != null && known.isAsItWas(status) ? known : list(path, directory, status));
            }

            @Override
            public void failed(PosixException e) {
                notes.warning(e.getMessage() + "; users below it cannot be flushed");
            }
        });
        buckets = now;
        users = now.values().stream().mapToInt(bucket -> bucket.keys.length).sum();
    }

    private Bucket list(List<String> path, OpenDirectory directory, FileStatus before) throws IOException {
        long now = System.currentTimeMillis() * 1_000_000;
        Listing listing = new Listing(path);
        UserTree.each(directory, (name, kind) -> {
            if (kind == FileStatus.Kind.DIRECTORY) {
                listing.add(name);
            }
        });
        return listing.bucket(before, now);
    }
}
