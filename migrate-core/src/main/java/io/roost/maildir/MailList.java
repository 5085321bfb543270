package io.roost.maildir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.roost.posix.ByteString;

/**
 * The mails of one mailbox, ascending by UID, held in columns: a mailbox of a million mails takes some thirty bytes a
 * mail plus its file names. Mails are addressed by their position, 0 to {@code size() - 1}. Filled by {@link Builder} once
 * and immutable then; safe to use from any thread.
 */
public final class MailList {
    /** Where {@link #receivedDate} and {@link #savedDate} have nothing better than the file's own times. */
    public static final long UNKNOWN = Long.MIN_VALUE;

    /** In a column of dates. */
    private static final int NO_DATE = -1;
    /** In {@link #guids}: the GUID is the base name. */
    private static final int BASE_NAME = 0;

    private final int size;
    private final NameStore names;
    private final int[] uids;
    private final byte[] flags;
    private final BitSet inNew;
    private final int[] nameOffsets;
    private final byte[] nameLengths;
    private final byte[] baseLengths;
    private final int[] keywordSets;
    private final List<BitSet> distinctKeywordSets;
    /** 0: the base name; above: that many of its first bytes; below: the text at the address that is the complement. */
    private final int[] guids;
    private final int[] pop3Uidls;
    private final int[] pop3Orders;
    private final int[] received;
    private final int[] saved;
    private final int[] cacheRecords;
    private final BitSet ambiguous;
    private final long bytesByName;
    private final int unsized;

    private MailList(Builder b) {
        size = b.size;
        names = b.names;
        uids = exact(b.uids, size);
        flags = b.flags.length == size ? b.flags : Arrays.copyOf(b.flags, size);
        inNew = b.inNew;
        nameOffsets = exact(b.nameOffsets, size);
        nameLengths = b.nameLengths.length == size ? b.nameLengths : Arrays.copyOf(b.nameLengths, size);
        baseLengths = b.baseLengths.length == size ? b.baseLengths : Arrays.copyOf(b.baseLengths, size);
        keywordSets = exact(b.keywordSets, size);
        distinctKeywordSets = List.copyOf(b.distinct);
        guids = exact(b.guids, size);
        pop3Uidls = exact(b.pop3Uidls, size);
        pop3Orders = exact(b.pop3Orders, size);
        received = exact(b.received, size);
        saved = exact(b.saved, size);
        cacheRecords = exact(b.cacheRecords, size);
        ambiguous = b.ambiguous;
        long bytes = 0;
        int silent = 0;
        for (int i = 0; i < size; i++) {
            long stated = sizeByName(i);
            bytes += Math.max(0, stated);
            silent += stated < 0 ? 1 : 0;
        }
        bytesByName = bytes;
        unsized = silent;
    }

    private static int[] exact(int[] column, int size) {
        return column == null || column.length == size ? column : Arrays.copyOf(column, size);
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
        return inNew.get(i);
    }

    /** File name in {@code cur/} or {@code new/}, a byte string. */
    public String fileName(int i) {
        return names.get(nameOffsets[i], nameLengths[i] & 0xff);
    }

    /** The part of the file name before the first colon, which stays when flags change; a byte string. */
    public String baseName(int i) {
        return names.get(nameOffsets[i], baseLength(i));
    }

    /** Size of the plain text that the file name states, bytes, or -1 if it states none; it may be wrong. */
    public long statedSize(int i) {
        return stated(i, nameLengths[i] & 0xff, MailFileName.SIZE);
    }

    /** As {@link #statedSize}, with every line feed counted as CRLF. */
    public long statedVirtualSize(int i) {
        return stated(i, nameLengths[i] & 0xff, MailFileName.VIRTUAL_SIZE);
    }

    private long stated(int i, int length, char key) {
        int from = names.position(nameOffsets[i]);
        return MailFileName.size(names.chunk(nameOffsets[i]), from, from + length, key);
    }

    private int baseLength(int i) {
        return baseLengths[i] & 0xff;
    }

    /**
     * What tells the mail from all others of its mailbox, and finds it again in a later scan: the base name, or, where several
     * files share a base name, {@code cur/} or {@code new/} and the whole file name. A byte string.
     */
    public String key(int i) {
        return isAmbiguous(i) ? (isInNew(i) ? "new/" : "cur/") + fileName(i) : baseName(i);
    }

    /** Whether the base name does not tell which mail it is: it is empty or another mail has the same. */
    boolean isAmbiguous(int i) {
        return ambiguous.get(i);
    }

    /** What the file name says ({@code S=}) the mail's text weighs, bytes; -1 if it does not say. Not to be trusted. */
    public long sizeByName(int i) {
        return stated(i, baseLength(i), MailFileName.SIZE);
    }

    /** Sum of {@link #sizeByName} of the mails whose names say one, bytes. */
    public long bytesByName() {
        return bytesByName;
    }

    /** How many mails have names that do not say what they weigh. */
    public int unsized() {
        return unsized;
    }

    /** Positions of this mail's keywords in {@link MailboxSnapshot#keywords()}; must not be modified. */
    public BitSet keywords(int i) {
        return distinctKeywordSets.get(keywordSets[i]);
    }

    /** The mail's GUID text: from the uidlist, else the base name. A byte string. */
    public String guid(int i) {
        int guid = guids == null ? BASE_NAME : guids[i];
        return guid < 0 ? names.text(~guid) : names.get(nameOffsets[i], guid == BASE_NAME ? baseLength(i) : guid);
    }

    /** The POP3 UIDL that the source stores for the mail, a byte string, or null: then the format of the settings makes it. */
    public String pop3Uidl(int i) {
        return pop3Uidls == null || pop3Uidls[i] == 0 ? null : pop3Uidls[i] > 0 ? baseName(i) : names.text(~pop3Uidls[i]);
    }

    /** The POP3 order that the source stores for the mail, 0 if none. */
    public long pop3Order(int i) {
        return pop3Orders == null ? 0 : Integer.toUnsignedLong(pop3Orders[i]);
    }

    /** Received date that Dovecot has cached, Unix seconds, or {@link #UNKNOWN}: then it is the file's modification time. */
    public long receivedDate(int i) {
        return date(received, i);
    }

    /** Saved date that Dovecot has cached, Unix seconds, or {@link #UNKNOWN}: then it is the file's inode change time. */
    public long savedDate(int i) {
        return date(saved, i);
    }

    /**
     * Offset of the mail's newest record in the cache that {@link MailboxSnapshot#cache()} identifies, 1 to 2^32-1; 0 if it has
     * none.
     */
    public long cacheRecord(int i) {
        return cacheRecords == null ? 0 : Integer.toUnsignedLong(cacheRecords[i]);
    }

    private static long date(int[] column, int i) {
        return column == null || column[i] == NO_DATE ? UNKNOWN : Integer.toUnsignedLong(column[i]);
    }

    /** Collects mails in ascending order of UID. Not thread-safe. */
    public static final class Builder {
        private final NameStore names;
        private int size;
        private int[] uids;
        private byte[] flags;
        private final BitSet inNew = new BitSet();
        private int[] nameOffsets;
        private byte[] nameLengths;
        private byte[] baseLengths;
        private int[] keywordSets;
        private final List<BitSet> distinct = new ArrayList<>();
        private final Map<BitSet, Integer> keywordSetIds = new HashMap<>();
        private BitSet lastKeywords;
        private int lastKeywordSet;
        private int[] guids;
        private int[] pop3Uidls;
        private int[] pop3Orders;
        private int[] received;
        private int[] saved;
        private int[] cacheRecords;
        private final BitSet ambiguous = new BitSet();
        private final BitSet removed = new BitSet();

        public Builder() {
            this(new NameStore(), 64);
        }

        /** One that refers to names which are kept already, for about so many mails. */
        Builder(NameStore names, int expected) {
            this.names = names;
            int n = Math.max(expected, 1);
            uids = new int[n];
            flags = new byte[n];
            nameOffsets = new int[n];
            nameLengths = new byte[n];
            baseLengths = new byte[n];
            keywordSets = new int[n];
        }

        /**
         * Appends a mail.
         *
         * @param uid      greater than the one before
         * @param fileName byte string, 255 bytes at most
         * @param keywords positions in the mailbox's keywords; copied
         * @throws IllegalArgumentException if the UID is not greater than the last
         */
        public Builder add(long uid, String fileName, boolean isInNew, int systemFlags, BitSet keywords) {
            if (fileName.length() > MailFileName.MAX_LENGTH) {
                throw new IllegalArgumentException("a file name of " + fileName.length() + " bytes");
            }
            int colon = fileName.indexOf(':');
            return add(uid, names.add(fileName), fileName.length(), colon < 0 ? fileName.length() : colon, isInNew,
                    systemFlags, keywords);
        }

        /** As {@link #add(long, String, boolean, int, BitSet)}, of a name that is kept already. */
        Builder add(long uid, int nameOffset, int nameLength, int baseLength, boolean isInNew, int systemFlags,
                BitSet keywords) {
            if (size > 0 && uid <= Integer.toUnsignedLong(uids[size - 1]) || uid < 1 || uid > 0xffffffffL) {
                throw new IllegalArgumentException("UID " + uid + " is not above the last one");
            }
            if (size == uids.length) {
                grow();
            }
            uids[size] = (int) uid;
            flags[size] = (byte) systemFlags;
            inNew.set(size, isInNew);
            nameOffsets[size] = nameOffset;
            nameLengths[size] = (byte) nameLength;
            baseLengths[size] = (byte) baseLength;
            keywordSets[size] = keywordSet(keywords);
            size++;
            return this;
        }

        private int keywordSet(BitSet keywords) {
            // Most mails have what the one before has: none.
            if (lastKeywords == null || !lastKeywords.equals(keywords)) {
                Integer id = keywordSetIds.get(keywords);
                if (id == null) {
                    id = distinct.size();
                    BitSet copy = (BitSet) keywords.clone();
                    distinct.add(copy);
                    keywordSetIds.put(copy, id);
                }
                lastKeywords = distinct.get(id);
                lastKeywordSet = id;
            }
            return lastKeywordSet;
        }

        /** Says of the last mail what few have; null and 0 where absent. The GUID may be null if it is the base name. */
        public Builder extras(String guid, String pop3Uidl, long pop3Order) {
            if (guid != null) {
                byte[] b = ByteString.toBytes(guid);
                guid(b, 0, b.length);
            }
            if (pop3Uidl != null) {
                byte[] b = ByteString.toBytes(pop3Uidl);
                pop3Uidl(b, 0, b.length);
            }
            return pop3Order(pop3Order);
        }

        /** GUID of the last mail. */
        void guid(byte[] text, int start, int length) {
            int at = size - 1;
            byte[] name = names.chunk(nameOffsets[at]);
            int from = names.position(nameOffsets[at]);
            int base = baseLengths[at] & 0xff;
            boolean prefix = length > 0 && length <= base
                    && Arrays.equals(text, start, start + length, name, from, from + length);
            if (prefix && length == base) {
                return;
            }
            guids = guids == null ? new int[uids.length] : guids;
            // What Dovecot saves is named by its GUID with the sizes behind it.
            guids[at] = prefix ? length : ~names.addText(text, start, length);
        }

        /** POP3 UIDL of the last mail; an empty one is its base name. */
        void pop3Uidl(byte[] text, int start, int length) {
            pop3Uidls = pop3Uidls == null ? new int[uids.length] : pop3Uidls;
            pop3Uidls[size - 1] = length == 0 ? 1 : ~names.addText(text, start, length);
        }

        /** POP3 order of the last mail, 0 to 2^32-1. */
        Builder pop3Order(long order) {
            if (order != 0) {
                pop3Orders = pop3Orders == null ? new int[uids.length] : pop3Orders;
                pop3Orders[size - 1] = (int) order;
            }
            return this;
        }

        /** Says that the base name of a mail does not tell which it is. */
        void ambiguous(int position) {
            ambiguous.set(position);
        }

        /** Takes a mail back; positions stay what they are until {@link #build}. */
        void remove(int position) {
            removed.set(position);
        }

        /** Dates of the last mail that Dovecot has cached, Unix seconds, 0 to 2^32-2, or {@link #UNKNOWN}. */
        public Builder dates(long receivedDate, long savedDate) {
            if (isDate(receivedDate)) {
                received = received == null ? noDates(uids.length) : received;
                received[size - 1] = (int) receivedDate;
            }
            if (isDate(savedDate)) {
                saved = saved == null ? noDates(uids.length) : saved;
                saved[size - 1] = (int) savedDate;
            }
            return this;
        }

        /** Offset of the last mail's record in the cache, 0 to 2^32-1. */
        public Builder cacheRecord(long offset) {
            if (offset != 0) {
                cacheRecords = cacheRecords == null ? new int[uids.length] : cacheRecords;
                cacheRecords[size - 1] = (int) offset;
            }
            return this;
        }

        private static boolean isDate(long seconds) {
            return seconds >= 0 && seconds < 0xffffffffL;
        }

        int size() {
            return size;
        }

        public MailList build() {
            if (!removed.isEmpty()) {
                closeGaps();
            }
            return new MailList(this);
        }

        private void closeGaps() {
            int to = 0;
            for (int i = 0; i < size; i++) {
                if (!removed.get(i)) {
                    move(i, to++);
                }
            }
            inNew.clear(to, size);
            ambiguous.clear(to, size);
            removed.clear();
            size = to;
        }

        private void move(int from, int to) {
            uids[to] = uids[from];
            flags[to] = flags[from];
            inNew.set(to, inNew.get(from));
            nameOffsets[to] = nameOffsets[from];
            nameLengths[to] = nameLengths[from];
            baseLengths[to] = baseLengths[from];
            keywordSets[to] = keywordSets[from];
            ambiguous.set(to, ambiguous.get(from));
            for (int[] column : new int[][] {guids, pop3Uidls, pop3Orders, received, saved, cacheRecords}) {
                if (column != null) {
                    column[to] = column[from];
                }
            }
        }

        private static int[] noDates(int n) {
            int[] out = new int[n];
            Arrays.fill(out, NO_DATE);
            return out;
        }

        private void grow() {
            int n = size + (size >> 1) + 1;
            uids = Arrays.copyOf(uids, n);
            flags = Arrays.copyOf(flags, n);
            nameOffsets = Arrays.copyOf(nameOffsets, n);
            nameLengths = Arrays.copyOf(nameLengths, n);
            baseLengths = Arrays.copyOf(baseLengths, n);
            keywordSets = Arrays.copyOf(keywordSets, n);
            guids = guids == null ? null : Arrays.copyOf(guids, n);
            pop3Uidls = pop3Uidls == null ? null : Arrays.copyOf(pop3Uidls, n);
            pop3Orders = pop3Orders == null ? null : Arrays.copyOf(pop3Orders, n);
            received = grownDates(received, n);
            saved = grownDates(saved, n);
            cacheRecords = cacheRecords == null ? null : Arrays.copyOf(cacheRecords, n);
        }

        private static int[] grownDates(int[] column, int n) {
            if (column == null) {
                return null;
            }
            int[] out = Arrays.copyOf(column, n);
            Arrays.fill(out, column.length, n, NO_DATE);
            return out;
        }
    }
}
