package io.roost.maildir;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.ArrayList;
import java.util.List;

import io.roost.posix.ByteString;

/**
 * The mails of one mailbox, ascending by UID, held in columns: a mailbox of a million mails fits into some sixty bytes a mail
 * plus its file names. Mails are addressed by their position, 0 to {@code size() - 1}. Filled by {@link Builder} once and
 * immutable then.
 */
public final class MailList {
    /** Where {@link #receivedDate} and {@link #savedDate} have nothing better than the file's own times. */
    public static final long UNKNOWN = Long.MIN_VALUE;

    private final int size;
    private final int[] uids;
    private final byte[] flags;
    private final boolean[] inNew;
    private final byte[] names;
    private final int[] nameOffsets;
    private final short[] baseLengths;
    private final int[] keywordSets;
    private final List<BitSet> distinctKeywordSets;
    private final Map<Integer, Extras> extras;
    private final long[] received;
    private final long[] saved;

    /** What few mails have. Null and 0 where absent. */
    private record Extras(String guid, String pop3Uidl, long pop3Order) {
    }

    private MailList(Builder b) {
        size = b.size;
        uids = Arrays.copyOf(b.uids, size);
        flags = Arrays.copyOf(b.flags, size);
        inNew = Arrays.copyOf(b.inNew, size);
        names = Arrays.copyOf(b.names, b.nameBytes);
        nameOffsets = Arrays.copyOf(b.nameOffsets, size + 1);
        nameOffsets[size] = b.nameBytes;
        baseLengths = Arrays.copyOf(b.baseLengths, size);
        keywordSets = Arrays.copyOf(b.keywordSets, size);
        distinctKeywordSets = List.copyOf(b.distinct);
        extras = b.extras;
        received = b.received == null ? null : Arrays.copyOf(b.received, size);
        saved = b.saved == null ? null : Arrays.copyOf(b.saved, size);
    }

    public int size() {
        return size;
    }

    /** UID, 1 to 2^32-1. */
    public long uid(int i) {
        return Integer.toUnsignedLong(uids[i]);
    }

    /** System flags as in {@link io.roost.dovecot.MailFlags}, only those of {@code SYSTEM_MASK}. */
    public int flags(int i) {
        return flags[i];
    }

    /** Whether the file was seen in {@code new/} rather than {@code cur/}. */
    public boolean isInNew(int i) {
        return inNew[i];
    }

    /** File name in {@code cur/} or {@code new/}, a byte string. */
    public String fileName(int i) {
        return ByteString.of(names, nameOffsets[i], nameOffsets[i + 1] - nameOffsets[i]);
    }

    /** The part of the file name before the first colon, which stays when flags change; a byte string. */
    public String baseName(int i) {
        return ByteString.of(names, nameOffsets[i], Short.toUnsignedInt(baseLengths[i]));
    }

    /** Positions of this mail's keywords in {@link MailboxSnapshot#keywords()}; must not be modified. */
    public BitSet keywords(int i) {
        return distinctKeywordSets.get(keywordSets[i]);
    }

    /** The mail's GUID text: from the uidlist, else the base name. A byte string. */
    public String guid(int i) {
        Extras e = extras.get(i);
        return e != null && e.guid != null ? e.guid : baseName(i);
    }

    /** The POP3 UIDL that the source stores for the mail, a byte string, or null: then the format of the settings makes it. */
    public String pop3Uidl(int i) {
        Extras e = extras.get(i);
        return e == null ? null : e.pop3Uidl;
    }

    /** The POP3 order that the source stores for the mail, 0 if none. */
    public long pop3Order(int i) {
        Extras e = extras.get(i);
        return e == null ? 0 : e.pop3Order;
    }

    /** Received date that Dovecot has cached, Unix seconds, or {@link #UNKNOWN}: then it is the file's modification time. */
    public long receivedDate(int i) {
        return received == null ? UNKNOWN : received[i];
    }

    /** Saved date that Dovecot has cached, Unix seconds, or {@link #UNKNOWN}: then it is the file's inode change time. */
    public long savedDate(int i) {
        return saved == null ? UNKNOWN : saved[i];
    }

    /** Collects mails in ascending order of UID. Not thread-safe. */
    public static final class Builder {
        private static final int START = 64;

        private int size;
        private int[] uids = new int[START];
        private byte[] flags = new byte[START];
        private boolean[] inNew = new boolean[START];
        private byte[] names = new byte[START * 48];
        private int nameBytes;
        private int[] nameOffsets = new int[START + 1];
        private short[] baseLengths = new short[START];
        private int[] keywordSets = new int[START];
        private final List<BitSet> distinct = new ArrayList<>();
        private final Map<BitSet, Integer> keywordSetIds = new HashMap<>();
        private final Map<Integer, Extras> extras = new HashMap<>();
        private long[] received;
        private long[] saved;

        /**
         * Appends a mail.
         *
         * @param uid      greater than the one before
         * @param fileName byte string
         * @param keywords positions in the mailbox's keywords; copied
         * @throws IllegalArgumentException if the UID is not greater than the last
         */
        public Builder add(long uid, String fileName, boolean isInNew, int systemFlags, BitSet keywords) {
            if (size > 0 && uid <= Integer.toUnsignedLong(uids[size - 1]) || uid < 1 || uid > 0xffffffffL) {
                throw new IllegalArgumentException("UID " + uid + " is not above the last one");
            }
            grow(fileName.length());
            uids[size] = (int) uid;
            flags[size] = (byte) systemFlags;
            inNew[size] = isInNew;
            nameOffsets[size] = nameBytes;
            for (int i = 0; i < fileName.length(); i++) {
                names[nameBytes++] = (byte) fileName.charAt(i);
            }
            int colon = fileName.indexOf(':');
            baseLengths[size] = (short) (colon < 0 ? fileName.length() : colon);
            Integer id = keywordSetIds.get(keywords);
            if (id == null) {
                id = distinct.size();
                BitSet copy = (BitSet) keywords.clone();
                distinct.add(copy);
                keywordSetIds.put(copy, id);
            }
            keywordSets[size] = id;
            if (received != null) {
                received[size] = UNKNOWN;
            }
            if (saved != null) {
                saved[size] = UNKNOWN;
            }
            size++;
            return this;
        }

        /** Says of the last mail what few have; null and 0 where absent. The GUID may be null if it is the base name. */
        public Builder extras(String guid, String pop3Uidl, long pop3Order) {
            if (guid != null || pop3Uidl != null || pop3Order != 0) {
                extras.put(size - 1, new Extras(guid, pop3Uidl, pop3Order));
            }
            return this;
        }

        /** Dates of the last mail that Dovecot has cached, Unix seconds, or {@link #UNKNOWN}. */
        public Builder dates(long receivedDate, long savedDate) {
            if (receivedDate != UNKNOWN) {
                received = received == null ? unknown(uids.length) : received;
                received[size - 1] = receivedDate;
            }
            if (savedDate != UNKNOWN) {
                saved = saved == null ? unknown(uids.length) : saved;
                saved[size - 1] = savedDate;
            }
            return this;
        }

        public MailList build() {
            return new MailList(this);
        }

        private static long[] unknown(int n) {
            long[] out = new long[n];
            Arrays.fill(out, UNKNOWN);
            return out;
        }

        private void grow(int nameLength) {
            if (size == uids.length) {
                int n = size + (size >> 1) + 1;
                uids = Arrays.copyOf(uids, n);
                flags = Arrays.copyOf(flags, n);
                inNew = Arrays.copyOf(inNew, n);
                nameOffsets = Arrays.copyOf(nameOffsets, n + 1);
                baseLengths = Arrays.copyOf(baseLengths, n);
                keywordSets = Arrays.copyOf(keywordSets, n);
                received = received == null ? null : Arrays.copyOf(received, n);
                saved = saved == null ? null : Arrays.copyOf(saved, n);
            }
            if (nameBytes + nameLength > names.length) {
                names = Arrays.copyOf(names, Math.max(names.length + (names.length >> 1), nameBytes + nameLength));
            }
        }
    }
}
