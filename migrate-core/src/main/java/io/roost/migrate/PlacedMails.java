package io.roost.migrate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import io.roost.checkpoint.PlacedBatch;
import io.roost.dovecot.Guid128;
import io.roost.mdbox.Placement;

/**
 * All mails of a user that are placed, in columns of about a hundred bytes a mail, found by mailbox and
 * {@linkplain io.roost.maildir.MailList#key key}, or by GUID. Positions are given in the order of placing, which is the order of
 * file and offset but for mails that share a record: only the first mail placed with a GUID can be shared with. Filled by one
 * thread; may be read by many once filled.
 */
final class PlacedMails {
    private final ContentDigest names = new ContentDigest();
    private int size;
    private int[] mailboxes = new int[64];
    private int[] fileIds = new int[64];
    private int[] offsets = new int[64];
    private int[] recordSizes = new int[64];
    private int[] received = new int[64];
    private int[] saved = new int[64];
    private long[] plainSizes = new long[64];
    private long[] virtualSizes = new long[64];
    /** Two longs a mail each. */
    private long[] guids = new long[128];
    private long[] digests = new long[128];
    private long[] keys = new long[128];
    /** Open addressing: position + 1, 0 where free; always a power of two and at most half full. */
    private int[] byName = new int[256];
    private int[] byGuid = new int[256];
    /** Position of the record's owner, for mails that do not own theirs. */
    private final Map<Integer, Integer> sharedWith = new HashMap<>();
    /** How many mails use a record, by position of its owner; only for those that are shared at all. */
    private final Map<Integer, Integer> sharers = new HashMap<>();

    int size() {
        return size;
    }

    void clear() {
        size = 0;
        Arrays.fill(byName, 0);
        Arrays.fill(byGuid, 0);
        sharedWith.clear();
        sharers.clear();
    }

    void add(PlacedBatch.Mail m) {
        if (size == mailboxes.length) {
            grow();
        }
        int owner = findGuid(new Guid128(m.guidHigh(), m.guidLow()));
        int i = size++;
        if (owner >= 0 && fileIds[owner] == m.fileId() && offsets[owner] == (int) m.offset()) {
            sharedWith.put(i, owner);
            sharers.merge(owner, 2, (old, two) -> old + 1);
        }
        mailboxes[i] = m.mailbox();
        fileIds[i] = m.fileId();
        offsets[i] = (int) m.offset();
        recordSizes[i] = (int) m.recordSize();
        received[i] = (int) m.received();
        saved[i] = (int) m.saved();
        plainSizes[i] = m.plainSize();
        virtualSizes[i] = m.virtualSize();
        guids[2 * i] = m.guidHigh();
        guids[2 * i + 1] = m.guidLow();
        digests[2 * i] = m.digestHigh();
        digests[2 * i + 1] = m.digestLow();
        ContentDigest.Value key = names.ofName(m.mailbox(), m.key());
        keys[2 * i] = key.high();
        keys[2 * i + 1] = key.low();
        if (2 * size > byName.length) {
            rehash();
        } else {
            insert(byName, keys, i, true);
            insert(byGuid, guids, i, false);
        }
    }

    /** Position of a mail, the one placed last if it was placed again, or -1. Not thread-safe: uses the digest. */
    int find(int mailbox, String key) {
        ContentDigest.Value name = names.ofName(mailbox, key);
        return lookUp(byName, keys, name.high(), name.low());
    }

    /** Position of the first mail placed with a GUID, or -1. */
    int findGuid(Guid128 guid) {
        return lookUp(byGuid, guids, guid.high(), guid.low());
    }

    int mailbox(int i) {
        return mailboxes[i];
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
        return plainSizes[i];
    }

    long virtualSize(int i) {
        return virtualSizes[i];
    }

    Guid128 guid(int i) {
        return new Guid128(guids[2 * i], guids[2 * i + 1]);
    }

    ContentDigest.Value digest(int i) {
        return new ContentDigest.Value(digests[2 * i], digests[2 * i + 1]);
    }

    /** Position of the mail that a mail shares its record with: its own unless it was placed as a second user of the record. */
    int recordOwner(int i) {
        return sharedWith.getOrDefault(i, i);
    }

    /** How many mails use the record of a position, itself included. */
    int sharers(int i) {
        return sharers.getOrDefault(i, 1);
    }

    private static int slot(int[] table, long high, long low) {
        return (int) (high ^ low) & table.length - 1;
    }

    private static int lookUp(int[] table, long[] columns, long high, long low) {
        int slot = slot(table, high, low);
        while (table[slot] != 0) {
            int i = table[slot] - 1;
            if (columns[2 * i] == high && columns[2 * i + 1] == low) {
                return i;
            }
            slot = slot + 1 & table.length - 1;
        }
        return -1;
    }

    private static void insert(int[] table, long[] columns, int i, boolean replace) {
        int slot = slot(table, columns[2 * i], columns[2 * i + 1]);
        while (table[slot] != 0) {
            int other = table[slot] - 1;
            if (columns[2 * other] == columns[2 * i] && columns[2 * other + 1] == columns[2 * i + 1]) {
                if (replace) {
                    table[slot] = i + 1;
                }
                return;
            }
            slot = slot + 1 & table.length - 1;
        }
        table[slot] = i + 1;
    }

    private void rehash() {
        byName = new int[byName.length * 2];
        byGuid = new int[byGuid.length * 2];
        for (int i = 0; i < size; i++) {
            insert(byName, keys, i, true);
            insert(byGuid, guids, i, false);
        }
    }

    private void grow() {
        int n = size + (size >> 1);
        mailboxes = Arrays.copyOf(mailboxes, n);
        fileIds = Arrays.copyOf(fileIds, n);
        offsets = Arrays.copyOf(offsets, n);
        recordSizes = Arrays.copyOf(recordSizes, n);
        received = Arrays.copyOf(received, n);
        saved = Arrays.copyOf(saved, n);
        plainSizes = Arrays.copyOf(plainSizes, n);
        virtualSizes = Arrays.copyOf(virtualSizes, n);
        guids = Arrays.copyOf(guids, 2 * n);
        digests = Arrays.copyOf(digests, 2 * n);
        keys = Arrays.copyOf(keys, 2 * n);
    }
}
