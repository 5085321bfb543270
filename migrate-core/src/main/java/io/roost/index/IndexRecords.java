package io.roost.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.MailFlags;

/**
 * The records of an index while it is read, in columns: a million mails are a dozen arrays, and an extension that a log
 * introduces is one array more. Expunged records are only marked until {@link #compact}, so that a log of many expunges
 * costs no more than its length. Everything is bounded by half of the heap, whatever a file claims.
 */
final class IndexRecords {
    /** Where the fields of extensions start in a record of a file: after u32 uid and u8 flags. */
    static final int FIELDS_OFFSET = 5;

    private final String file;
    private final long limit = Runtime.getRuntime().maxMemory() / 2;
    private final List<ExtensionState> extensions = new ArrayList<>();
    private int[] uids = new int[0];
    private byte[] flags = new byte[0];
    private int count;
    private BitSet expunged = new BitSet();
    private BitSet expungeRequested = new BitSet();
    private BitSet pending = new BitSet();

    IndexRecords(String file) {
        this.file = file;
    }

    List<ExtensionState> extensions() {
        return extensions;
    }

    /** The extension of that name, or null. */
    ExtensionState extension(String name) {
        for (ExtensionState e : extensions) {
            if (e.name.equals(name)) {
                return e;
            }
        }
        return null;
    }

    int count() {
        return count;
    }

    int[] uids() {
        return uids;
    }

    byte[] flags() {
        return flags;
    }

    /** Flags that a transaction changed and the mailbox does not have yet. */
    BitSet pending() {
        return pending;
    }

    BitSet expungeRequested() {
        return expungeRequested;
    }

    /** Makes room for records in all columns. */
    void reserve(int records, long offset) throws CorruptFileException {
        if (records <= uids.length) {
            return;
        }
        long room = Math.min(Math.max(records, uids.length + (long) (uids.length >> 1)), Integer.MAX_VALUE - 16);
        long bytes = 5 * room;
        for (ExtensionState e : extensions) {
            if (room * e.recordSize > Integer.MAX_VALUE - 16) {
                throw tooLarge(room * e.recordSize, offset);
            }
            bytes += room * e.recordSize;
        }
        if (bytes > limit) {
            throw tooLarge(bytes, offset);
        }
        uids = Arrays.copyOf(uids, (int) room);
        flags = Arrays.copyOf(flags, (int) room);
        for (ExtensionState e : extensions) {
            e.column = Arrays.copyOf(e.column, (int) room * e.recordSize);
        }
    }

    /** Appends a record whose fields are zero; the caller has checked that the UID is above all others. */
    int append(int uid, int flagBits, long offset) throws CorruptFileException {
        reserve(count + 1, offset);
        uids[count] = uid;
        flags[count] = (byte) flagBits;
        return count++;
    }

    /** Adds an extension whose field is zero in all records. */
    void add(ExtensionState e, long offset) throws CorruptFileException {
        if (extensions.size() >= 1024) {
            throw new CorruptFileException(file, offset, "at most 1024 extensions", "another: " + e.name);
        }
        e.column = column(e.recordSize, offset);
        extensions.add(e);
    }

    /** Changes the size of a field; what is added is zero. */
    void resize(ExtensionState e, int size, long offset) throws CorruptFileException {
        byte[] old = e.column;
        byte[] resized = column(size, offset);
        for (int i = 0; i < count; i++) {
            System.arraycopy(old, i * e.recordSize, resized, i * size, Math.min(size, e.recordSize));
        }
        e.column = resized;
        e.recordSize = size;
    }

    private byte[] column(int size, long offset) throws CorruptFileException {
        long bytes = (long) size * uids.length;
        long all = bytes;
        for (ExtensionState e : extensions) {
            all += e.column.length + (long) e.header.length;
        }
        if (bytes > Integer.MAX_VALUE - 16 || all > limit) {
            throw tooLarge(all, offset);
        }
        return new byte[(int) bytes];
    }

    private CorruptFileException tooLarge(long bytes, long offset) {
        return new CorruptFileException(file, offset, "records of at most " + limit + " bytes, half of the heap", bytes
                + " bytes");
    }

    /** Index of the first record with this UID or a larger one, {@link #count} if there is none. */
    int atOrAfter(long uid) {
        return atOrAfter(uids, count, uid);
    }

    static int atOrAfter(int[] uids, int count, long uid) {
        int low = 0;
        int high = count;
        while (low < high) {
            int mid = low + high >>> 1;
            if ((uids[mid] & 0xffffffffL) < uid) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    /** Index of the record with this UID, -1 if there is none or it is expunged. */
    int find(long uid) {
        int i = atOrAfter(uid);
        return i < count && (uids[i] & 0xffffffffL) == uid && !expunged.get(i) ? i : -1;
    }

    void expunge(int from, int to) {
        expunged.set(from, to);
    }

    /** Forgets all records and extensions: a log resets the index. */
    void clear() {
        extensions.clear();
        uids = new int[0];
        flags = new byte[0];
        count = 0;
        expunged = new BitSet();
        expungeRequested = new BitSet();
        pending = new BitSet();
    }

    /** Closes the gaps of expunged records. */
    void compact() {
        int to = expunged.nextSetBit(0);
        if (to < 0) {
            return;
        }
        BitSet newPending = new BitSet();
        BitSet newRequested = new BitSet();
        copyBits(pending, newPending, 0, to, 0);
        copyBits(expungeRequested, newRequested, 0, to, 0);
        for (int from = expunged.nextClearBit(to); from < count;) {
            int end = expunged.nextSetBit(from);
            end = end < 0 ? count : Math.min(end, count);
            int n = end - from;
            System.arraycopy(uids, from, uids, to, n);
            System.arraycopy(flags, from, flags, to, n);
            for (ExtensionState e : extensions) {
                System.arraycopy(e.column, from * e.recordSize, e.column, to * e.recordSize, n * e.recordSize);
            }
            copyBits(pending, newPending, from, end, from - to);
            copyBits(expungeRequested, newRequested, from, end, from - to);
            to += n;
            from = expunged.nextClearBit(end);
        }
        count = to;
        pending = newPending;
        expungeRequested = newRequested;
        expunged = new BitSet();
    }

    private static void copyBits(BitSet source, BitSet target, int from, int to, int shift) {
        for (int i = source.nextSetBit(from); i >= 0 && i < to; i = source.nextSetBit(i + 1)) {
            target.set(i - shift);
        }
    }

    /** Records with {@link MailFlags#DIRTY} are pending too. */
    void addDirtyToPending() {
        for (int i = 0; i < count; i++) {
            if ((flags[i] & MailFlags.DIRTY) != 0) {
                pending.set(i);
            }
        }
    }
}
