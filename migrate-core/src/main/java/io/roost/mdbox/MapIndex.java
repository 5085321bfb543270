package io.roost.mdbox;

import java.io.IOException;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.index.IndexExtension;
import io.roost.index.MailIndex;
import io.roost.posix.OpenDirectory;

/**
 * The map of an mdbox, {@code storage/dovecot.map.index} with its log: where the mail of a map UID lies and how many mailbox
 * records refer to it. An ordinary index whose UIDs are the map UIDs, with two extensions:
 *
 * <table>
 * <caption>Extensions, little-endian</caption>
 * <tr><td>{@code map}</td><td>header: u32 highest file id, u32 rebuild count; field, aligned to 4: u32 file id (0: damaged),
 * u32 offset of the message header, u32 size of the whole record</td></tr>
 * <tr><td>{@code ref}</td><td>field, aligned to 2: u16 reference count; 0: the next purge drops it</td></tr>
 * </table>
 *
 * Source: mdbox-format reference §5.1. Entries are addressed by position, 0 to {@link #size} - 1. Immutable and thread-safe.
 */
public final class MapIndex {
    /** Prefix of the map's files in the storage directory. */
    public static final String PREFIX = "dovecot.map.index";
    static final String MAP = "map";
    static final String REF = "ref";
    static final int MAP_HEADER_SIZE = 8;
    static final int MAP_FIELD_SIZE = 12;
    static final int REF_FIELD_SIZE = 2;

    private final MailIndex index;
    private final IndexExtension map;
    private final IndexExtension ref;

    private MapIndex(MailIndex index) throws CorruptFileException {
        this.index = index;
        map = field(index, MAP, MAP_FIELD_SIZE);
        ref = field(index, REF, REF_FIELD_SIZE);
    }

    /**
     * Reads the map in a storage (or map index) directory.
     *
     * @throws CorruptFileException also if there is none
     */
    public static MapIndex read(OpenDirectory storage) throws IOException {
        Optional<MailIndex> index = MailIndex.read(storage, PREFIX);
        if (index.isEmpty()) {
            throw new CorruptFileException(storage.pathOf(PREFIX), 0, "a map index", "no file");
        }
        return new MapIndex(index.get());
    }

    /** The extension, or null in an index without records that never got it. */
    static IndexExtension field(MailIndex index, String name, int size) throws CorruptFileException {
        Optional<IndexExtension> e = index.extension(name);
        if (e.isPresent() && e.get().recordSize() == size) {
            return e.get();
        }
        if (index.size() == 0) {
            return null;
        }
        throw new CorruptFileException(index.file(), 0, "an extension " + name + " with a field of " + size + " bytes",
                e.map(IndexExtension::toString).orElse("none"));
    }

    public int size() {
        return index.size();
    }

    /** Map UID of an entry, 1 to 2^32-1. */
    public long mapUid(int i) {
        return index.uid(i);
    }

    /** Position of a map UID, -1 if there is none. */
    public int find(long mapUid) {
        return index.find(mapUid);
    }

    /** Where the mail lies; file id 0 if Dovecot found it damaged. */
    public Placement placement(int i) {
        return new Placement(index.recordInt(map, i, 0), index.recordInt(map, i, 4) & 0xffffffffL,
                index.recordInt(map, i, 8) & 0xffffffffL);
    }

    /** Number of mailbox records that refer to it, 0 to 65535. */
    public int refcount(int i) {
        return index.recordShort(ref, i, 0);
    }

    /** What every mailbox of the storage must name too. */
    public long uidValidity() {
        return index.header().uidValidity();
    }

    /** The next map UID. */
    public long nextMapUid() {
        return index.header().nextUid();
    }

    /** Highest N of all {@code m.N} there ever were, 0 if unknown. */
    public long highestFileId() {
        Optional<IndexExtension> e = index.extension(MAP);
        return e.isPresent() && e.get().header().length >= 4 ? e.get().headerBuffer().getInt(0) & 0xffffffffL : 0;
    }
}
