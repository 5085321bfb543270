package io.roost.migrate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import io.roost.checkpoint.PlacedBatch;
import io.roost.dovecot.Guid128;
import io.roost.mdbox.Placement;

/**
 * All mails of a user that are placed, in columns of some seventy bytes a mail, found by mailbox and
 * {@linkplain io.roost.maildir.MailList#key key}, or by GUID. Positions are given in the order of placing, which is the order of
 * file and offset but for mails that share a record: only the first mail placed with a GUID can be shared with. Of a key only its
 * {@link SecretHash} is kept. Filled by one thread; may be read by many once filled.
 */
final class PlacedMails {
    /** In a column of sizes: the size is larger and stands in a map. */
    private static final int LARGE = -1;
    private static final int NOBODY = -1;

    private int size;
    private short[] mailboxes = new short[64];
    private int[] fileIds = new int[64];
    private int[] offsets = new int[64];
    private int[] recordSizes = new int[64];
    private int[] received = new int[64];
    private int[] saved = new int[64];
    private int[] plainSizes = new int[64];
    private int[] virtualSizes = new int[64];
    private long[] digests = new long[64];
    /** Two longs a mail. */
    private long[] guids = new long[128];
    private long[] keys = new long[128];
    /** Open addressing: position + 1, 0 where free; of 2^tableBits places, at most half of them taken. */
    private int[] byKey = new int[256];
    private int[] byGuid = new int[256];
    private int tableBits = 8;
    /** Sizes of 4 GiB and more, which only compressed mails have, by position. */
    private final Map<Integer, Long> largePlainSizes = new HashMap<>();
    private final Map<Integer, Long> largeVirtualSizes = new HashMap<>();
    /** Position of the record's owner, for mails that do not own theirs; null as long as all do. */
    private int[] owners;
    /** How many more mails than its owner use a record, by position of its owner; null as long as there are none. */
    private int[] otherSharers;

    int size() {
        return size;
    }

    /** Makes room for that many mails in all: columns that grow by themselves are copied, and end up too large. */
    void reserve(long mails) {
        if (mails > mailboxes.length && mails <= Integer.MAX_VALUE / 4) {
            resize((int) mails);
        }
    }

    void clear() {
        size = 0;
        Arrays.fill(byKey, 0);
        Arrays.fill(byGuid, 0);
        largePlainSizes.clear();
        largeVirtualSizes.clear();
        owners = null;
        otherSharers = null;
    }

    void add(PlacedBatch.Mail m) {
        if (size == mailboxes.length) {
            resize(size + (size >> 1));
        }
        int owner = findGuid(new Guid128(m.guidHigh(), m.guidLow()));
        int i = size++;
        if (owner >= 0 && fileIds[owner] == m.fileId() && offsets[owner] == (int) m.offset()) {
            share(i, owner);
        }
        mailboxes[i] = (short) m.mailbox();
        fileIds[i] = m.fileId();
        offsets[i] = (int) m.offset();
        recordSizes[i] = (int) m.recordSize();
        received[i] = (int) m.received();
        saved[i] = (int) m.saved();
        plainSizes[i] = size(i, m.plainSize(), largePlainSizes);
        virtualSizes[i] = size(i, m.virtualSize(), largeVirtualSizes);
        guids[2 * i] = m.guidHigh();
        guids[2 * i + 1] = m.guidLow();
        digests[i] = m.digest();
        keys[2 * i] = SecretHash.first(m.mailbox(), m.key());
        keys[2 * i + 1] = SecretHash.second(m.mailbox(), m.key());
        if (2 * size > byKey.length) {
            rehash();
        } else {
            insertKey(i);
            insertGuid(i);
        }
    }

    private static int size(int i, long size, Map<Integer, Long> large) {
        if (size < 0xffffffffL) {
            return (int) size;
        }
        large.put(i, size);
        return LARGE;
    }

    private void share(int i, int owner) {
        if (owners == null) {
            owners = new int[mailboxes.length];
            Arrays.fill(owners, NOBODY);
            otherSharers = new int[mailboxes.length];
        }
        owners[i] = owner;
        otherSharers[owner]++;
    }

    /** Position of a mail, the one placed last if it was placed again, or -1. */
    int find(int mailbox, String key) {
        return find(SecretHash.first(mailbox, key), SecretHash.second(mailbox, key));
    }

    private int find(long first, long second) {
        for (int slot = keySlot(first); byKey[slot] != 0; slot = next(slot)) {
            int i = byKey[slot] - 1;
            if (keys[2 * i] == first && keys[2 * i + 1] == second) {
                return i;
            }
        }
        return -1;
    }

    private int keySlot(long first) {
        return (int) first & byKey.length - 1;
    }

    private int next(int slot) {
        return slot + 1 & byKey.length - 1;
    }

    /** Position of the first mail placed with a GUID, or -1. */
    int findGuid(Guid128 guid) {
        for (int slot = SecretHash.ofGuid(guid.high(), guid.low(), tableBits); byGuid[slot] != 0; slot = next(slot)) {
            int i = byGuid[slot] - 1;
            if (guids[2 * i] == guid.high() && guids[2 * i + 1] == guid.low()) {
                return i;
            }
        }
        return -1;
    }

    int mailbox(int i) {
        return Short.toUnsignedInt(mailboxes[i]);
    }

    int fileId(int i) {
        return fileIds[i];
    }

    long offset(int i) {
        return Integer.toUnsignedLong(offsets[i]);
    }

    long recordSize(int i) {
        return Integer.toUnsignedLong(recordSizes[i]);
    }

    Placement placement(int i) {
        return new Placement(fileId(i), offset(i), recordSize(i));
    }

    long received(int i) {
        return Integer.toUnsignedLong(received[i]);
    }

    long saved(int i) {
        return Integer.toUnsignedLong(saved[i]);
    }

    long plainSize(int i) {
        return plainSizes[i] == LARGE ? largePlainSizes.get(i) : Integer.toUnsignedLong(plainSizes[i]);
    }

    long virtualSize(int i) {
        return virtualSizes[i] == LARGE ? largeVirtualSizes.get(i) : Integer.toUnsignedLong(virtualSizes[i]);
    }

    Guid128 guid(int i) {
        return new Guid128(guids[2 * i], guids[2 * i + 1]);
    }

    long digest(int i) {
        return digests[i];
    }

    /** Position of the mail that a mail shares its record with: its own unless it was placed as a second user of the record. */
    int recordOwner(int i) {
        return owners == null || owners[i] == NOBODY ? i : owners[i];
    }

    /** How many mails use the record of a position, itself included. */
    int sharers(int i) {
        return otherSharers == null ? 1 : otherSharers[i] + 1;
    }

    private void insertKey(int i) {
        int slot = keySlot(keys[2 * i]);
        while (byKey[slot] != 0) {
            int other = byKey[slot] - 1;
            if (keys[2 * other] == keys[2 * i] && keys[2 * other + 1] == keys[2 * i + 1]) {
                break;
            }
            slot = next(slot);
        }
        byKey[slot] = i + 1;
    }

    private void insertGuid(int i) {
        int slot = SecretHash.ofGuid(guids[2 * i], guids[2 * i + 1], tableBits);
        while (byGuid[slot] != 0) {
            int other = byGuid[slot] - 1;
            if (guids[2 * other] == guids[2 * i] && guids[2 * other + 1] == guids[2 * i + 1]) {
                return;
            }
            slot = next(slot);
        }
        byGuid[slot] = i + 1;
    }

    private void rehash() {
        tableBits++;
        byKey = null;
        byGuid = null;
        byKey = new int[1 << tableBits];
        byGuid = new int[1 << tableBits];
        for (int i = 0; i < size; i++) {
            insertKey(i);
            insertGuid(i);
        }
    }

    private void resize(int n) {
        mailboxes = Arrays.copyOf(mailboxes, n);
        fileIds = Arrays.copyOf(fileIds, n);
        offsets = Arrays.copyOf(offsets, n);
        recordSizes = Arrays.copyOf(recordSizes, n);
        received = Arrays.copyOf(received, n);
        saved = Arrays.copyOf(saved, n);
        plainSizes = Arrays.copyOf(plainSizes, n);
        virtualSizes = Arrays.copyOf(virtualSizes, n);
        digests = Arrays.copyOf(digests, n);
        guids = Arrays.copyOf(guids, 2 * n);
        keys = Arrays.copyOf(keys, 2 * n);
        if (owners != null) {
            int before = owners.length;
            owners = Arrays.copyOf(owners, n);
            Arrays.fill(owners, before, n, NOBODY);
            otherSharers = Arrays.copyOf(otherSharers, n);
        }
    }
}
