package io.roost.mdbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

import io.roost.dovecot.Guid128;
import io.roost.index.IndexExtension;
import io.roost.index.IndexWriter;
import io.roost.posix.ByteString;
import io.roost.posix.NewFiles;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Writes the index of a new mdbox mailbox; layout: {@link MailboxIndex}. All extensions are written that Dovecot would come to
 * keep, sizes included, so that it neither opens a mail nor rewrites the index until something changes. Takes some 50 bytes a
 * mail. Not thread-safe.
 */
public final class MailboxIndexWriter {
    private static final long MAX_VSIZE = 0xfffffffeL;

    private final MailboxIndexHeader header;
    private final IndexWriter index;
    private final int mdbox;
    private final int guid;
    private final int vsize;
    private final int modseq;
    private final int keywords;
    private final int cache;
    private long virtualSizes;

    public MailboxIndexWriter(MailboxIndexHeader header) {
        this(header, 0);
    }

    /**
     * With a cache carried over from another index.
     *
     * @param cacheResetId reset id of the cache, its file's sequence number; 0 if there is no cache
     */
    public MailboxIndexWriter(MailboxIndexHeader header, long cacheResetId) {
        this(header, cacheResetId, List.of());
    }

    /**
     * For {@code LAYOUT=index}, where the index says to which mailbox it belongs.
     *
     * @param cacheResetId as above
     * @param storageParts storage name in its parts, byte strings; empty with {@code LAYOUT=fs}
     */
    public MailboxIndexWriter(MailboxIndexHeader header, long cacheResetId, List<String> storageParts) {
        this.header = header;
        int flags = (header.savedPop3Uidls() ? MdboxHeader.POP3_UIDLS : 0)
                | (header.savedPop3Orders() ? MdboxHeader.POP3_ORDERS : 0);
        List<IndexExtension> extensions = new ArrayList<>(List.of(
                IndexExtension.ofHeader(MailboxIndex.POP3_UIDL, u32(header.highestPop3UidlUid())),
                IndexExtension.ofHeader(MdboxHeader.NAME,
                        new MdboxHeader(header.mapUidValidity(), header.mailboxGuid(), flags).write()),
                IndexExtension.ofHeader(VsizeHeader.NAME, new byte[VsizeHeader.SIZE]),
                IndexWriter.modseqExtension(header.highestModseq()),
                IndexExtension.ofField(MailboxIndex.MDBOX, MailboxIndex.MDBOX_FIELD_SIZE, 4),
                IndexExtension.ofField(MailboxIndex.GUID, Guid128.BYTES, 1),
                IndexExtension.ofField(MailboxIndex.VSIZE, MailboxIndex.VSIZE_FIELD_SIZE, 4)));
        if (!storageParts.isEmpty()) {
            extensions.add(0, IndexExtension.ofHeader(MailboxIndex.BOX_NAME, ByteString.toBytes(String.join("\0",
                    storageParts))));
        }
        if (cacheResetId != 0) {
            extensions.add(new IndexExtension("cache", cacheResetId, new byte[0], 0, 4, 4));
        }
        if (!header.keywords().isEmpty()) {
            extensions.add(IndexWriter.keywordsExtension(header.keywords()));
        }
        index = new IndexWriter(extensions);
        mdbox = index.extension(MailboxIndex.MDBOX);
        guid = index.extension(MailboxIndex.GUID);
        vsize = index.extension(MailboxIndex.VSIZE);
        modseq = index.extension("modseq");
        keywords = index.extension("keywords");
        cache = index.extension("cache");
    }

    private static byte[] u32(long value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array();
    }

    /**
     * Adds a mail whose MODSEQ is the mailbox's highest.
     *
     * @param uid         above the one before, below the header's next UID
     * @param flags       see {@link io.roost.dovecot.MailFlags}; of the system flags
     * @param keywords    bits in the header's names
     * @param mapUid      under which the map knows it, with a reference counted for this
     * @param saveDate    Unix seconds, 0 to 2^32-1
     * @param guid        {@link Guid128#ofText} of the GUID in its metadata
     * @param virtualSize bytes
     */
    public void add(long uid, int flags, BitSet keywords, int mapUid, long saveDate, Guid128 guid, long virtualSize) {
        add(uid, flags, keywords, mapUid, saveDate, guid, virtualSize, header.highestModseq(), 0);
    }

    /**
     * Adds a mail with a MODSEQ of its own and its place in a carried cache.
     *
     * @param modseq      1 to the header's highest
     * @param cacheOffset of its newest cache record; 0 if there is none, or the stored bytes differ from those it was made of
     */
    public void add(long uid, int flags, BitSet keywords, int mapUid, long saveDate, Guid128 guid, long virtualSize,
            long modseq, long cacheOffset) {
        if (modseq < 1 || modseq > header.highestModseq() || virtualSize < 0) {
            throw new IllegalArgumentException("UID " + uid + ": modseq " + modseq + ", virtual size " + virtualSize);
        }
        int record = index.append(uid, flags);
        index.putInt(record, mdbox, 0, mapUid);
        index.putInt(record, mdbox, 4, (int) saveDate);
        index.putGuid(record, this.guid, 0, guid);
        index.putInt(record, vsize, 0, virtualSize < MAX_VSIZE ? (int) (virtualSize + 1) : 0);
        index.putLong(record, this.modseq, 0, modseq);
        for (int k = keywords.nextSetBit(0); k >= 0; k = keywords.nextSetBit(k + 1)) {
            index.setBit(record, this.keywords, k);
        }
        if (cacheOffset != 0) {
            index.putInt(record, cache, 0, (int) cacheOffset);
        }
        virtualSizes += virtualSize;
    }

    /** Number of mails added. */
    public int size() {
        return index.size();
    }

    /** Creates both files of the index, which must not exist, on disk when this returns. */
    public void write(OpenDirectory dir, NewFiles files) throws PosixException {
        // Up to the next UID, not the last mail's: else Dovecot looks for mails in between at every first look at the size.
        index.setHeader(index.extension(VsizeHeader.NAME),
                new VsizeHeader(virtualSizes, header.nextUid() - 1, index.size()).write());
        index.write(dir, MailboxIndex.PREFIX, new IndexWriter.Base(header.indexId(), header.uidValidity(), header.nextUid(),
                header.firstRecentUid(), header.highestModseq(), header.lastTempFileScan()), files);
    }
}
