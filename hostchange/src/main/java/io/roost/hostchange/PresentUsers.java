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

import io.roost.director.UserHash;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The users who have a directory in this host's memory, by the director's hash. Directories are the truth: each question is
 * answered from what they hold, or held a moment ago. Those whose modification time has not moved are not read again; several
 * that ask at once share one look. Thread-safe.
 */
final class PresentUsers {
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
    private Map<String, UserBucket> buckets = new HashMap<>();
    private UserBucket[] all = {};
    private HashRows rows = new HashRows(0);
    private volatile int users;

    /** @param goodFor how old a look may be to answer from it; {@link #GOOD_FOR} for directors */
    PresentUsers(UserTree tree, UserHash hash, Duration goodFor, Notes notes) {
        this.tree = tree;
        this.hash = hash;
        this.goodFor = goodFor;
        this.notes = notes;
    }

    private Optional<String> userOf(List<String> path, String name) {
        List<String> whole = new ArrayList<>(path);
        whole.add(name);
        return tree.userOf(whole);
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
            int[] n = new int[1];
            for (UserBucket bucket : all) {
                bucket.eachHash(hashed -> hashes[n[0]++] = hashed);
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
            names.forEach(name -> userOf(all[number].path(), name).ifPresent(found::add));
            names.clear();
        });
        return found;
    }

    private void look() throws IOException {
        Map<String, UserBucket> now = new HashMap<>(buckets.size() * 2);
        TreeWalk.buckets(tree, new TreeWalk.BucketVisitor() {
            @Override
            public boolean isKnown(List<String> path, FileStatus status) {
                String key = String.join("/", path);
                UserBucket known = buckets.get(key);
                if (known == null || !known.isAsItWas(status)) {
                    return false;
                }
                now.put(key, known);
                return true;
            }

            @Override
            public void bucket(List<String> path, OpenDirectory directory) throws IOException {
                String key = String.join("/", path);
                UserBucket known = buckets.get(key);
                now.put(key, list(path, directory, directory.status(), known == null ? Map.of() : known.hashes()));
            }

            @Override
            public void failed(PosixException e) {
                notes.warning(e.getMessage() + "; users below it cannot be flushed");
            }
        });
        number(now);
        buckets = now;
        users = now.values().stream().mapToInt(UserBucket::size).sum();
    }

    /** Directories keep their numbers as long as they stay the same ones. */
    private void number(Map<String, UserBucket> now) {
        if (now.keySet().equals(buckets.keySet())) {
            now.forEach((key, bucket) -> {
                UserBucket before = buckets.get(key);
                if (bucket != before) {
                    enter(bucket, before.number());
                }
            });
            return;
        }
        all = new UserBucket[now.size()];
        rows = new HashRows(all.length);
        int i = 0;
        for (UserBucket bucket : now.values()) {
            enter(bucket, i++);
        }
    }

    private void enter(UserBucket bucket, int number) {
        bucket.number(number);
        all[number] = bucket;
        bucket.eachHash(hashed -> rows.add(number, hashed));
    }

    /** @param known hashes of names that were there before; to compute one costs more than to read a name */
    private UserBucket list(List<String> path, OpenDirectory directory, FileStatus before, Map<String, Integer> known)
            throws IOException {
        long now = System.currentTimeMillis() * 1_000_000;
        UserBucket.Builder listing = new UserBucket.Builder(path);
        TreeWalk.each(directory, (name, kind) -> {
            if (kind == FileStatus.Kind.DIRECTORY) {
                Integer hashed = known.get(name);
                if (hashed == null) {
                    Optional<String> user = userOf(path, name);
                    if (user.isEmpty()) {
                        return;
                    }
                    hashed = hash.of(user.get());
                }
                listing.add(name, hashed);
            }
        });
        return listing.build(before, now);
    }
}
