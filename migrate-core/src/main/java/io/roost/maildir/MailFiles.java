package io.roost.maildir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import io.roost.posix.ByteString;

/**
 * The names found in {@code cur/} and {@code new/} of a mailbox, in columns, with a hash table over their bases: some fifteen
 * bytes a mail besides its name. Of names with the same base the table holds one, the <em>first</em>: one in {@code cur/}
 * before one in {@code new/}, then the smaller. Dovecot takes whichever the file system hands out first; here it does not
 * depend on the order in which names come. Not thread-safe.
 */
final class MailFiles {
    /** Another one in each process, so that nobody can choose names that all fall into one place. */
    private static final int MULTIPLIER = ThreadLocalRandom.current().nextInt() * 8 + 5;

    private final NameStore names;
    private int size;
    private int[] offsets = new int[64];
    private byte[] lengths = new byte[64];
    private byte[] baseLengths = new byte[64];
    private final BitSet inNew = new BitSet();
    /** Position plus one of a mail at the hash of its base or behind; a power of two of which at most half is used. */
    private int[] table = new int[128];
    private int inTable;
    private final List<Integer> duplicates = new ArrayList<>();
    private final Set<String> duplicateNames = new HashSet<>();
    private final List<Integer> withControls = new ArrayList<>();
    private final List<Integer> odd = new ArrayList<>();
    private final Set<String> oddNames = new HashSet<>();

    MailFiles(NameStore names) {
        this.names = names;
    }

    /** Adds a name, unless it is there already. It must not start with a dot, nor be longer than 255 bytes. */
    void add(String name, boolean isInNew) {
        if (name.isEmpty() || name.length() > MailFileName.MAX_LENGTH) {
            throw new IllegalArgumentException("not a file name");
        }
        if (name.charAt(0) == ':' || MailFileName.hasLineBreak(name)) {
            if (oddNames.add((isInNew ? "n" : "c") + name)) {
                odd.add(append(name, isInNew));
            }
            return;
        }
        int i = append(name, isInNew);
        if (MailFileName.hasControls(name)) {
            withControls.add(i);
        }
        byte[] bytes = names.chunk(offsets[i]);
        int from = names.position(offsets[i]);
        int slot = slot(bytes, from, from + baseLength(i));
        int first = table[slot] - 1;
        if (first < 0) {
            table[slot] = i + 1;
            inTable++;
            if (inTable * 2 > table.length) {
                growTable();
            }
        } else if (isInNew(first) == isInNew && name(first).equals(name)) {
            // Seen again in a second look; what was kept of it stays where it is and is simply not used.
            size--;
        } else {
            addDuplicate(slot, first, i);
        }
    }

    private int append(String name, boolean isInNew) {
        if (size == offsets.length) {
            int n = size + (size >> 1);
            offsets = Arrays.copyOf(offsets, n);
            lengths = Arrays.copyOf(lengths, n);
            baseLengths = Arrays.copyOf(baseLengths, n);
        }
        int i = size++;
        offsets[i] = names.add(name);
        lengths[i] = (byte) name.length();
        int colon = name.indexOf(':');
        baseLengths[i] = (byte) (colon < 0 ? name.length() : colon);
        inNew.set(i, isInNew);
        return i;
    }

    private void addDuplicate(int slot, int first, int i) {
        if (!duplicateNames.add((isInNew(i) ? "n" : "c") + name(i))) {
            size--;
            return;
        }
        duplicateNames.add((isInNew(first) ? "n" : "c") + name(first));
        boolean before = isInNew(i) != isInNew(first) ? !isInNew(i) : name(i).compareTo(name(first)) < 0;
        if (before) {
            table[slot] = i + 1;
            duplicates.add(first);
        } else {
            duplicates.add(i);
        }
    }

    private void growTable() {
        int[] old = table;
        table = new int[old.length * 2];
        for (int entry : old) {
            if (entry > 0) {
                byte[] bytes = names.chunk(offsets[entry - 1]);
                int from = names.position(offsets[entry - 1]);
                table[slot(bytes, from, from + baseLength(entry - 1))] = entry;
            }
        }
    }

    /** Where the base is in the table, or the empty place where it belongs. */
    private int slot(byte[] bytes, int from, int to) {
        int mask = table.length - 1;
        for (int at = hash(bytes, from, to) & mask;; at = at + 1 & mask) {
            int i = table[at] - 1;
            if (i < 0) {
                return at;
            }
            int other = names.position(offsets[i]);
            if (Arrays.equals(bytes, from, to, names.chunk(offsets[i]), other, other + baseLength(i))) {
                return at;
            }
        }
    }

    private static int hash(byte[] bytes, int from, int to) {
        int h = 0;
        for (int i = from; i < to; i++) {
            h = (h + bytes[i]) * MULTIPLIER;
        }
        // Spread what the high bits know over the low ones.
        h ^= h >>> 16;
        h *= 0x85ebca6b;
        return h ^ h >>> 13;
    }

    /** Position of the first file with this base, or -1. */
    int find(byte[] bytes, int baseFrom, int baseTo) {
        return table[slot(bytes, baseFrom, baseTo)] - 1;
    }

    int find(String base) {
        byte[] b = ByteString.toBytes(base);
        return find(b, 0, b.length);
    }

    /** Whether the table holds this file and not another with its base. */
    boolean isFirst(int i) {
        byte[] bytes = names.chunk(offsets[i]);
        int from = names.position(offsets[i]);
        return find(bytes, from, from + baseLength(i)) == i;
    }

    /** Makes another file the one that the table holds of its base. */
    void makeFirst(int i) {
        byte[] bytes = names.chunk(offsets[i]);
        int from = names.position(offsets[i]);
        table[slot(bytes, from, from + baseLength(i))] = i + 1;
    }

    /** Files whose base another one has as well, the {@code first} of which is in the table. */
    List<Integer> duplicates() {
        return duplicates;
    }

    /** Files that Dovecot does not take as they are: without a base, or with a line break in the name. */
    List<Integer> odd() {
        return odd;
    }

    /** Files with control characters in their names other than line breaks; perhaps one twice. */
    List<Integer> withControls() {
        return withControls;
    }

    /** Positions run from 0 to one less. */
    int size() {
        return size;
    }

    NameStore names() {
        return names;
    }

    /** Address of the name in {@link #names()}. */
    int offset(int i) {
        return offsets[i];
    }

    int length(int i) {
        return lengths[i] & 0xff;
    }

    int baseLength(int i) {
        return baseLengths[i] & 0xff;
    }

    boolean isInNew(int i) {
        return inNew.get(i);
    }

    String name(int i) {
        return names.get(offsets[i], length(i));
    }

    String base(int i) {
        return names.get(offsets[i], baseLength(i));
    }

    /** {@code cur/} or {@code new/} and the name. */
    String path(int i) {
        return (isInNew(i) ? "new/" : "cur/") + name(i);
    }
}
