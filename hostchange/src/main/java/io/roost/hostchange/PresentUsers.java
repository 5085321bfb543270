package io.roost.hostchange;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

import io.roost.director.UserHash;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The users who have a directory in this host's memory, by the director's hash. Directories are the truth: each question is
 * answered from what they hold, or held a moment ago. Those whose modification time has not moved are not read again; several
 * that ask at once share one look. A user takes 8 bytes and the length of the directory's name, all directories together four
 * megabytes more. Thread-safe.
 */
final class PresentUsers {
    /** Time stamps move in steps of up to 10 ms: what was read within so many after a change may lack another change. */
    private static final long UNSETTLED_NANOS = 100_000_000;

    /**
     * A look so old still counts. A list index of a user who is moved here can only be stale if the user was here, was moved
     * away, used another backend and is moved back: the director alone takes longer for that.
     */
    static final Duration GOOD_FOR = Duration.ofMillis(20);

    private final UserTree tree;
    private final UserHash hash;
    private final Duration goodFor;
    private final Notes notes;
    private final ReentrantLock lock = new ReentrantLock();
    /** When the last look began, and whether there was one. */
    private long looked;
    private boolean lookedOnce;
    /** By path below the root. */
    private Map<String, Bucket> buckets = new HashMap<>();
    private Bucket[] all = {};
    private Rows rows = new Rows(0);
    private volatile int users;

    /** The users of one directory as they were when it had this modification time. */
    private static final class Bucket {
        private final List<String> path;
        /** Hash in the upper half, offset of the name in the lower half; sorted. */
        private long[] keys = new long[0];
        /** Names, each ended by NUL. */
        private byte[] names = new byte[0];
        private long seconds;
        private int nanos;
        private boolean settled;
        /** Where it is in {@code all}. */
        private int number;

        Bucket(List<String> path) {
            this.path = path;
        }

        boolean isAsItWas(FileStatus status) {
            return settled && status.mtime() == seconds && status.mtimeNanos() == nanos;
        }

        /** The hash of each name. */
        Map<String, Integer> hashes() {
            Map<String, Integer> hashes = new HashMap<>(keys.length * 2);
            for (long key : keys) {
                hashes.put(name((int) key), (int) (key >> 32));
            }
            return hashes;
        }

        private String name(int start) {
            int end = start;
            while (names[end] != 0) {
                end++;
            }
            return ByteString.of(names, start, end - start);
        }

        void find(int wanted, List<String> into) {
            long first = (long) wanted << 32;
            int at = Arrays.binarySearch(keys, first);
            for (int i = at < 0 ? -at - 1 : at; i < keys.length && (int) (keys[i] >> 32) == wanted; i++) {
                into.add(name((int) keys[i]));
            }
        }
    }

    /**
     * In which directories a hash may be: a row of bits, one for each directory, for each value of the hash's upper bits. Bits
     * are only ever set, so that one too many may be; four megabytes at most.
     */
    private static final class Rows {
        private static final int MAX_BITS = 25;

        private final int shift;
        private final int words;
        private final long[] bits;

        Rows(int directories) {
            words = Math.max(1, (directories + 63) / 64);
            int width = 32 - Integer.numberOfLeadingZeros(words * 64 - 1);
            int rows = Math.max(1, Math.min(16, MAX_BITS - width));
            shift = 32 - rows;
            bits = new long[words << rows];
        }

        void add(int number, Bucket bucket) {
            for (long key : bucket.keys) {
                bits[((int) (key >> 32) >>> shift) * words + number / 64] |= 1L << number % 64;
            }
        }

        void each(int hash, IntConsumer number) {
            int row = (hash >>> shift) * words;
            for (int word = 0; word < words; word++) {
                for (long rest = bits[row + word]; rest != 0; rest &= rest - 1) {
                    number.accept(word * 64 + Long.numberOfTrailingZeros(rest));
                }
            }
        }
    }

    /** Collects the users of a directory. */
    private final class Listing {
        private final List<String> path;
        private final Map<String, Integer> known;
        private long[] keys = new long[64];
        private byte[] names = new byte[1024];
        private int count;
        private int length;

        Listing(List<String> path, Map<String, Integer> known) {
            this.path = path;
            this.known = known;
        }

        void add(String name) throws IOException {
            Integer hashed = known.get(name);
            if (hashed == null) {
                Optional<String> user = userOf(path, name);
                if (user.isEmpty()) {
                    return;
                }
                hashed = hash.of(user.get());
            }
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, count * 2);
            }
            if (length + name.length() + 1 > names.length) {
                names = Arrays.copyOf(names, names.length * 2 + 256);
            }
            keys[count++] = (long) hashed << 32 | length;
            byte[] bytes = ByteString.toBytes(name);
            System.arraycopy(bytes, 0, names, length, bytes.length);
            length += bytes.length;
            names[length++] = 0;
        }

        Bucket bucket(FileStatus before, long now) {
            Bucket bucket = new Bucket(path);
            bucket.keys = Arrays.copyOf(keys, count);
            Arrays.sort(bucket.keys);
            bucket.names = Arrays.copyOf(names, length);
            bucket.seconds = before.mtime();
            bucket.nanos = before.mtimeNanos();
            bucket.settled = before.mtime() * 1_000_000_000 + before.mtimeNanos() < now - UNSETTLED_NANOS;
            return bucket;
        }
    }

    /** @param goodFor how old a look may be to answer from it; {@link #GOOD_FOR} for directors */
    PresentUsers(UserTree tree, UserHash hash, Duration goodFor, Notes notes) {
        this.tree = tree;
        this.hash = hash;
        this.goodFor = goodFor;
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
        long asked = System.nanoTime();
        lock.lock();
        try {
            // what began while this waited for the lock is as new as can be
            if (!lookedOnce || looked - asked < -goodFor.toNanos()) {
                long begun = System.nanoTime();
                look();
                looked = begun;
                lookedOnce = true;
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
            for (Bucket bucket : all) {
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
        rows.each(wanted, number -> {
            all[number].find(wanted, names);
            names.forEach(name -> userOf(all[number].path, name).ifPresent(found::add));
            names.clear();
        });
        return found;
    }

    private void look() throws IOException {
        Map<String, Bucket> now = new HashMap<>(buckets.size() * 2);
        tree.buckets(new UserTree.BucketVisitor() {
            @Override
            public boolean isKnown(List<String> path, FileStatus status) {
                String key = String.join("/", path);
                Bucket known = buckets.get(key);
                if (known == null || !known.isAsItWas(status)) {
                    return false;
                }
                now.put(key, known);
                return true;
            }

            @Override
            public void bucket(List<String> path, OpenDirectory directory) throws IOException {
                String key = String.join("/", path);
                Bucket known = buckets.get(key);
                now.put(key, list(path, directory, directory.status(), known == null ? Map.of() : known.hashes()));
            }

            @Override
            public void failed(PosixException e) {
                notes.warning(e.getMessage() + "; users below it cannot be flushed");
            }
        });
        number(now);
        buckets = now;
        users = now.values().stream().mapToInt(bucket -> bucket.keys.length).sum();
    }

    /** Directories keep their numbers as long as they stay the same ones. */
    private void number(Map<String, Bucket> now) {
        if (now.keySet().equals(buckets.keySet())) {
            now.forEach((key, bucket) -> {
                Bucket before = buckets.get(key);
                if (bucket != before) {
                    bucket.number = before.number;
                    all[bucket.number] = bucket;
                    rows.add(bucket.number, bucket);
                }
            });
            return;
        }
        all = now.values().toArray(Bucket[]::new);
        rows = new Rows(all.length);
        for (int i = 0; i < all.length; i++) {
            all[i].number = i;
            rows.add(i, all[i]);
        }
    }

    private Bucket list(List<String> path, OpenDirectory directory, FileStatus before, Map<String, Integer> known)
            throws IOException {
        long now = System.currentTimeMillis() * 1_000_000;
        Listing listing = new Listing(path, known);
        UserTree.each(directory, (name, kind) -> {
            if (kind == FileStatus.Kind.DIRECTORY) {
                listing.add(name);
            }
        });
        return listing.bucket(before, now);
    }
}
