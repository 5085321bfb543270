package io.roost.hostchange;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;

/**
 * The users of one directory by their hashes, as they were when it had this modification time. A user takes 8 bytes and the
 * length of the directory's name. Immutable, but for the number that its owner gives it.
 */
final class UserBucket {
    /** Time stamps move in steps of up to 10 ms: what was read within so many after a change may lack another change. */
    private static final long UNSETTLED_NANOS = 100_000_000;

    private final List<String> path;
    /** Hash in the upper half, offset of the name in the lower half; sorted. */
    private final long[] keys;
    /** Names, each ended by NUL. */
    private final byte[] names;
    private final long seconds;
    private final int nanos;
    private final boolean settled;
    private int number;

    private UserBucket(List<String> path, long[] keys, byte[] names, FileStatus before, long now) {
        this.path = path;
        this.keys = keys;
        this.names = names;
        seconds = before.mtime();
        nanos = before.mtimeNanos();
        settled = seconds * 1_000_000_000 + nanos < now - UNSETTLED_NANOS;
    }

    /** Collects the users of a directory. */
    static final class Builder {
        private final List<String> path;
        private long[] keys = new long[64];
        private byte[] names = new byte[1024];
        private int count;
        private int length;

        /** @param path of the directory below the root */
        Builder(List<String> path) {
            this.path = path;
        }

        /** @param name of the user's directory, a byte string */
        void add(String name, int hash) {
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, count * 2);
            }
            if (length + name.length() + 1 > names.length) {
                names = Arrays.copyOf(names, names.length * 2 + 256);
            }
            keys[count++] = (long) hash << 32 | length;
            byte[] bytes = ByteString.toBytes(name);
            System.arraycopy(bytes, 0, names, length, bytes.length);
            length += bytes.length;
            names[length++] = 0;
        }

        /**
         * @param before status of the directory before it was read
         * @param now    when it was read, Unix nanoseconds
         */
        UserBucket build(FileStatus before, long now) {
            long[] sorted = Arrays.copyOf(keys, count);
            Arrays.sort(sorted);
            return new UserBucket(path, sorted, Arrays.copyOf(names, length), before, now);
        }
    }

    List<String> path() {
        return path;
    }

    int size() {
        return keys.length;
    }

    int number() {
        return number;
    }

    void number(int value) {
        number = value;
    }

    /** Whether a directory of this status holds the same users. */
    boolean isAsItWas(FileStatus status) {
        return settled && status.mtime() == seconds && status.mtimeNanos() == nanos;
    }

    void eachHash(IntConsumer hash) {
        for (long key : keys) {
            hash.accept((int) (key >> 32));
        }
    }

    /** The hash of each name. */
    Map<String, Integer> hashes() {
        Map<String, Integer> hashes = new HashMap<>(keys.length * 2);
        for (long key : keys) {
            hashes.put(name((int) key), (int) (key >> 32));
        }
        return hashes;
    }

    /** Adds the names of a hash. */
    void find(int wanted, List<String> into) {
        long first = (long) wanted << 32;
        int at = Arrays.binarySearch(keys, first);
        for (int i = at < 0 ? -at - 1 : at; i < keys.length && (int) (keys[i] >> 32) == wanted; i++) {
            into.add(name((int) keys[i]));
        }
    }

    private String name(int start) {
        int end = start;
        while (names[end] != 0) {
            end++;
        }
        return ByteString.of(names, start, end - start);
    }
}
