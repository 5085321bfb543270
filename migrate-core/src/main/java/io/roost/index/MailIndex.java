package io.roost.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.Guid128;
import io.roost.posix.OpenDirectory;

/**
 * What an index says: {@code PREFIX} with {@code PREFIX.log}, and {@code PREFIX.log.2} if the log was rotated since, replayed
 * on it. Mails are addressed by their position, 0 to {@link #size} - 1, in the order of their UIDs. Immutable and
 * thread-safe. Takes a dozen arrays, however many mails there are.
 */
public final class MailIndex {
    private final String file;
    private final IndexHeader header;
    private final IndexRecords records;
    private final List<String> keywordNames;
    private final List<IndexExtension> extensions = new ArrayList<>();
    private final ExtensionState keywords;
    private final ExtensionState modseqs;
    private final long highestModseq;
    private final boolean deleted;

    MailIndex(String file, IndexHeader header, IndexRecords records, List<String> keywordNames, long highestModseq,
            boolean deleted) {
        this.file = file;
        this.header = header;
        this.records = records;
        this.keywordNames = List.copyOf(keywordNames);
        this.highestModseq = highestModseq;
        this.deleted = deleted;
        for (ExtensionState e : records.extensions()) {
            extensions.add(e.toExtension());
        }
        keywords = records.extension(KeywordsHeader.NAME);
        ExtensionState m = records.extension(IndexState.MODSEQ);
        modseqs = m != null && m.recordSize == Long.BYTES ? m : null;
    }

    /**
     * Reads an index while Dovecot may be writing it; takes no lock.
     *
     * @param prefix {@code dovecot.index}, {@code dovecot.map.index} or {@code dovecot.list.index}
     * @return empty if there is neither an index file nor a log
     * @throws io.roost.dovecot.CorruptFileException if it cannot be used as it is
     */
    public static Optional<MailIndex> read(OpenDirectory dir, String prefix) throws IOException {
        return MailIndexReader.read(dir, prefix);
    }

    /** The index file or, where there is none, the log: a byte string for messages. */
    public String file() {
        return file;
    }

    /**
     * The base header after the replay. Counts and low water marks are exact, whatever the file said; sizes are those of the
     * file.
     */
    public IndexHeader header() {
        return header;
    }

    /** Number of mails. */
    public int size() {
        return records.count();
    }

    /** 1 to 2^32-1. */
    public long uid(int i) {
        return records.uids()[check(i)] & 0xffffffffL;
    }

    /** The flag byte as it is, with {@link io.roost.dovecot.MailFlags#DIRTY} and private bits. */
    public int flags(int i) {
        return records.flags()[check(i)] & 0xff;
    }

    /** Position of the mail with this UID, -1 if there is none. */
    public int find(long uid) {
        return records.find(uid);
    }

    /** All keywords that the index knows, byte strings, in the order of their bits. */
    public List<String> keywordNames() {
        return keywordNames;
    }

    /** Bits of the mail's keywords in {@link #keywordNames}. */
    public BitSet keywords(int i) {
        check(i);
        BitSet bits = new BitSet();
        if (keywords != null) {
            int size = keywords.recordSize;
            for (int k = 0; k < keywordNames.size() && k < 8 * size; k++) {
                if ((keywords.column[i * size + k / 8] >> k % 8 & 1) != 0) {
                    bits.set(k);
                }
            }
        }
        return bits;
    }

    /** HIGHESTMODSEQ, 1 or more. */
    public long highestModseq() {
        return highestModseq;
    }

    /** Whether mails have modification sequences of their own. */
    public boolean hasModseqs() {
        return modseqs != null;
    }

    /** MODSEQ of a mail; {@link #highestModseq} where none is stored, as Dovecot reports it. */
    public long modseq(int i) {
        check(i);
        long modseq = modseqs == null ? 0 : LittleEndian.getLong(modseqs.column, i * Long.BYTES);
        return modseq == 0 ? highestModseq : modseq;
    }

    /**
     * Whether the index is ahead of the mailbox for this mail: it is dirty, or its flags or keywords were changed by a
     * transaction that has not been written to the mailbox yet.
     */
    public boolean flagsPending(int i) {
        return records.pending().get(check(i));
    }

    /** Whether somebody asked to expunge it and the mailbox has not done so yet. */
    public boolean expungeRequested(int i) {
        return records.expungeRequested().get(check(i));
    }

    /** Whether the log says that the mailbox was deleted. */
    public boolean deleted() {
        return deleted;
    }

    /** All extensions in the order of their first appearance. */
    public List<IndexExtension> extensions() {
        return List.copyOf(extensions);
    }

    public Optional<IndexExtension> extension(String name) {
        return extensions.stream().filter(e -> e.name().equals(name)).findFirst();
    }

    /**
     * A u32 of a mail's field, as int.
     *
     * @param e      from {@link #extension} of this index
     * @param offset in the field, 0 to its size - 4
     */
    public int recordInt(IndexExtension e, int i, int offset) {
        return LittleEndian.getInt(column(e), position(e, i, offset, Integer.BYTES));
    }

    /** As {@link #recordInt}, a u16. */
    public int recordShort(IndexExtension e, int i, int offset) {
        return LittleEndian.getShort(column(e), position(e, i, offset, Short.BYTES)) & 0xffff;
    }

    /** As {@link #recordInt}, a 16-byte GUID. */
    public Guid128 recordGuid(IndexExtension e, int i, int offset) {
        byte[] column = column(e);
        int at = position(e, i, offset, Guid128.BYTES);
        return new Guid128(Long.reverseBytes(LittleEndian.getLong(column, at)),
                Long.reverseBytes(LittleEndian.getLong(column, at + Long.BYTES)));
    }

    private byte[] column(IndexExtension e) {
        for (int k = 0; k < extensions.size(); k++) {
            if (extensions.get(k) == e) {
                return records.extensions().get(k).column;
            }
        }
        throw new IllegalArgumentException("an extension of another index: " + e);
    }

    private int position(IndexExtension e, int i, int offset, int size) {
        if (offset < 0 || offset + size > e.recordSize()) {
            throw new IndexOutOfBoundsException(size + " bytes at " + offset + " of " + e);
        }
        return check(i) * e.recordSize() + offset;
    }

    private int check(int i) {
        if (i < 0 || i >= records.count()) {
            throw new IndexOutOfBoundsException("mail " + i + " of " + records.count());
        }
        return i;
    }
}
