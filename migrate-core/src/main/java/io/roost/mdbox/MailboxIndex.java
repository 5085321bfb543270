package io.roost.mdbox;

import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.index.IndexExtension;
import io.roost.index.IndexHeader;
import io.roost.index.MailIndex;
import io.roost.posix.OpenDirectory;

/**
 * The index of an mdbox mailbox, {@code dovecot.index} with its log: the mails of the mailbox, each with the map UID under
 * which {@link MapIndex} knows it. An ordinary index with these extensions:
 *
 * <table>
 * <caption>Extensions, little-endian</caption>
 * <tr><td>{@code mdbox-hdr}</td><td>see {@link MdboxHeader}</td></tr>
 * <tr><td>{@code mdbox}</td><td>field, aligned to 4: u32 map UID (0: damaged), u32 saved date, Unix seconds</td></tr>
 * <tr><td>{@code guid}</td><td>field: 16 bytes, see {@link Guid128#ofText}</td></tr>
 * <tr><td>{@code vsize}</td><td>field, aligned to 4: u32 virtual size + 1, 0 unknown</td></tr>
 * <tr><td>{@code hdr-vsize}</td><td>see {@link VsizeHeader}</td></tr>
 * <tr><td>{@code hdr-pop3-uidl}</td><td>header: u32 highest UID that has a POP3 UIDL</td></tr>
 * <tr><td>{@code box-name}</td><td>with {@code LAYOUT=index} only; header: parts of the storage name with NUL between</td></tr>
 * <tr><td>{@code keywords}, {@code modseq}, {@code cache}</td><td>as in every index</td></tr>
 * </table>
 *
 * Source: mdbox-format reference §5.2. Mails are addressed by position, 0 to {@link #size} - 1. Immutable and thread-safe.
 */
public final class MailboxIndex {
    /** Prefix of the index's files in the mailbox's index directory. */
    public static final String PREFIX = "dovecot.index";
    static final String MDBOX = "mdbox";
    static final String GUID = "guid";
    static final String VSIZE = "vsize";
    static final String POP3_UIDL = "hdr-pop3-uidl";
    static final String BOX_NAME = "box-name";
    static final int MDBOX_FIELD_SIZE = 8;
    static final int VSIZE_FIELD_SIZE = 4;

    private final MailIndex index;
    private final MdboxHeader header;
    private final IndexExtension mdbox;
    private final IndexExtension guid;
    private final Optional<IndexExtension> vsize;

    private MailboxIndex(MailIndex index) throws CorruptFileException {
        this.index = index;
        IndexExtension e = index.extension(MdboxHeader.NAME).orElse(null);
        if (e == null || e.header().length < MdboxHeader.MIN_SIZE) {
            throw new CorruptFileException(index.file(), 0, "an extension mdbox-hdr of 24 bytes", e == null ? "none"
                    : e.header().length + " bytes");
        }
        header = MdboxHeader.read(e.headerBuffer());
        mdbox = MapIndex.field(index, MDBOX, MDBOX_FIELD_SIZE);
        guid = MapIndex.field(index, GUID, Guid128.BYTES);
        vsize = index.extension(VSIZE).filter(v -> v.recordSize() == VSIZE_FIELD_SIZE);
    }

    /**
     * Reads the index in a mailbox's index directory.
     *
     * @throws CorruptFileException also if there is none, or it is not that of an mdbox mailbox
     */
    public static MailboxIndex read(OpenDirectory dir) throws IOException {
        Optional<MailIndex> index = MailIndex.read(dir, PREFIX);
        if (index.isEmpty()) {
            throw new CorruptFileException(dir.pathOf(PREFIX), 0, "a mailbox index", "no file");
        }
        return new MailboxIndex(index.get());
    }

    /** The mailbox as a whole. Extensions that are missing read as if empty. */
    public MailboxIndexHeader header() {
        IndexHeader h = index.header();
        return new MailboxIndexHeader(h.uidValidity(), h.nextUid(), h.firstRecentUid(), header.mailboxGuid(),
                header.mapUidValidity(), index.keywordNames(), index.highestModseq(),
                (header.flags() & MdboxHeader.POP3_UIDLS) != 0, (header.flags() & MdboxHeader.POP3_ORDERS) != 0,
                highestPop3UidlUid(), h.indexId(), h.lastTempFileScan());
    }

    private long highestPop3UidlUid() {
        Optional<IndexExtension> e = index.extension(POP3_UIDL);
        return e.isPresent() && e.get().header().length >= 4 ? e.get().headerBuffer().getInt(0) & 0xffffffffL : 0;
    }

    /** The summed virtual sizes; empty if Dovecot does not keep them. */
    public Optional<VsizeHeader> vsizeHeader() {
        return index.extension(VsizeHeader.NAME).filter(e -> e.header().length == VsizeHeader.SIZE)
                .map(e -> VsizeHeader.read(e.headerBuffer()));
    }

    /** Everything that an ordinary index has. */
    public MailIndex index() {
        return index;
    }

    public int size() {
        return index.size();
    }

    /** 1 to 2^32-1. */
    public long uid(int i) {
        return index.uid(i);
    }

    /** Position of the mail with this UID, -1 if there is none. */
    public int find(long uid) {
        return index.find(uid);
    }

    /** See {@link io.roost.dovecot.MailFlags}. */
    public int flags(int i) {
        return index.flags(i);
    }

    /** Bits of the mail's keywords in the header's names. */
    public BitSet keywords(int i) {
        return index.keywords(i);
    }

    /** 1 to 2^32-1; 0 if Dovecot found it damaged. */
    public long mapUid(int i) {
        return index.recordInt(mdbox, i, 0) & 0xffffffffL;
    }

    /** Unix seconds. */
    public long saveDate(int i) {
        return index.recordInt(mdbox, i, 4) & 0xffffffffL;
    }

    public Guid128 guid(int i) {
        return index.recordGuid(guid, i, 0);
    }

    /** Virtual size in bytes; empty if the index does not have it. */
    public OptionalLong virtualSize(int i) {
        long stored = vsize.isPresent() ? index.recordInt(vsize.get(), i, 0) & 0xffffffffL : 0;
        return stored == 0 ? OptionalLong.empty() : OptionalLong.of(stored - 1);
    }

    public long modseq(int i) {
        return index.modseq(i);
    }
}
