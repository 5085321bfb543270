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
    private int size;
    private int[] mailboxes = new int[64];
    private int[] fileIds = new int[64];
    private int[] offsets = new int[64];
    private int[] recordSizes = new int[64];
    private int[] received = new int[64];
    private int[] saved = new int[64];
    private long[] plainSizes = new long[64];
    private long[] virtualSizes = new long[64];
    private long[] digests = new long[64];
    /** Two longs a mail. */
    private long[] guids = new long[128];
    /** Keys one after the other, and where each ends. */
    private byte[] keys = new byte[64 * 48];
    private int[] keyEnds = new int[64];
    /** Open addressing: position + 1, 0 where free; always a power of two and at most half full. */
    private int[] byKey = new int[256];
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
        Arrays.fill(byKey, 0);
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
        digests[i] = m.digest();
        addKey(i, m.key());
        if (2 * size > byKey.length) {
            rehash();
        } else {
            insertKey(i);
            insertGuid(i);
        }
    }

    private void addKey(int i, String key) {
        int start = keyStart(i);
        int end = start + key.length();
        if (end > keys.length) {
            keys = Arrays.copyOf(keys, Math.max(end, keys.length + (keys.length >> 1)));
        }
        for (int c = 0; c < key.length(); c++) {
            keys[start + c] = (byte) key.charAt(c);
        }
        keyEnds[i] = end;
    }

    private int keyStart(int i) {
        return i == 0 ? 0 : keyEnds[i - 1];
    }

    /** Position of a mail, the one placed last if it was placed again, or -1. */
    int find(int mailbox, String key) {
        int hash = mailbox;
        for (int c = 0; c < key.length(); c++) {
            hash = 31 * hash + key.charAt(c);
        }
        for (int slot = slot(hash); byKey[slot] != 0; slot = slot + 1 & byKey.length - 1) {
            int i = byKey[slot] - 1;
            if (mailboxes[i] == mailbox && isKey(i, key)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isKey(int i, String key) {
        int start = keyStart(i);
        if (keyEnds[i] - start != key.length()) {
            return false;
        }
        // Names differ at the end if anywhere.
        for (int c = key.length() - 1; c >= 0; c--) {
            if (keys[start + c] != (byte) key.charAt(c)) {
                return false;
            }
        }
        return true;
    }

    /** Position of the first mail placed with a GUID, or -1. */
    int findGuid(Guid128 guid) {
        for (int slot = slot(Long.hashCode(guid.high())); byGuid[slot] != 0; slot = slot + 1 & byGuid.length - 1) {
            int i = byGuid[slot] - 1;
            if (guids[2 * i] == guid.high() && guids[2 * i + 1] == guid.low()) {
                return i;
            }
        }
        return -1;
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

    long digest(int i) {
        return digests[i];
    }

    /** Position of the mail that a mail shares its record with: its own unless it was placed as a second user of the record. */
    int recordOwner(int i) {
        return sharedWith.getOrDefault(i, i);
    }

    /** How many mails use the record of a position, itself included. */
    int sharers(int i) {
        return sharers.getOrDefault(i, 1);
    }

    /** Both tables have the same size, a power of two. */
    private int slot(int hash) {
        int h = hash * 0x9e3779b9;
        return (h ^ h >>> 15) & byKey.length - 1;
    }

    private void insertKey(int i) {
        int start = keyStart(i);
        int hash = mailboxes[i];
        for (int c = start; c < keyEnds[i]; c++) {
            hash = 31 * hash + (keys[c] & 0xff);
        }
        int slot = slot(hash);
        while (byKey[slot] != 0) {
            int other = byKey[slot] - 1;
            if (mailboxes[other] == mailboxes[i] && Arrays.equals(keys, keyStart(other), keyEnds[other], keys, start, keyEnds[i])) {
                break;
            }
            slot = slot + 1 & byKey.length - 1;
        }
        byKey[slot] = i + 1;
    }

    private void insertGuid(int i) {
        int slot = slot(Long.hashCode(guids[2 * i]));
        while (byGuid[slot] != 0) {
            int other = byGuid[slot] - 1;
            if (guids[2 * other] == guids[2 * i] && guids[2 * other + 1] == guids[2 * i + 1]) {
                return;
            }
            slot = slot + 1 & byGuid.length - 1;
        }
        byGuid[slot] = i + 1;
    }

    private void rehash() {
        byKey = new int[byKey.length * 2];
        byGuid = new int[byGuid.length * 2];
        for (int i = 0; i < size; i++) {
            insertKey(i);
            insertGuid(i);
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
        digests = Arrays.copyOf(digests, n);
        keyEnds = Arrays.copyOf(keyEnds, n);
    }
}
