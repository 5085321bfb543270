package io.roost.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;

/**
 * {@code dovecot.list.index}: the tree of mailboxes. With {@code LAYOUT=index} it alone says which mailboxes there are and in
 * which directory, named by its GUID, each one lies; with other layouts it is a cache that Dovecot makes itself. An ordinary
 * index with one record for each part of the hierarchy and the extension {@code list}, little-endian:
 *
 * <table>
 * <caption>Extension {@code list}</caption>
 * <tr><td>header</td><td>u8 1 if Dovecot must look again, else 0; then, not aligned, {u32 name id, ascending; the part of the
 * name in UTF-8, ended by NUL}*; zeros to the end</td></tr>
 * <tr><td>field, aligned to 4</td><td>u32 name id, u32 UID of the parent's record, 0 if it has none, 16 bytes mailbox GUID, u32
 * UIDVALIDITY; both 0 for a part that is no selectable mailbox</td></tr>
 * <tr><td>record flags</td><td>0x04 a part that exists only by those below it, 0x10 {@code \NoSelect}</td></tr>
 * </table>
 *
 * Source: mdbox-format reference §5.6, Dovecot 2.3.19.1's {@code mailbox-list-index.c}, and an index of a running one.
 * Immutable.
 */
public final class ListIndex {
    static final String LIST = "list";
    static final int FIELD_SIZE = 28;
    static final int NAME_ID = 0;
    static final int PARENT_UID = 4;
    static final int GUID = 8;
    static final int UID_VALIDITY = 24;
    static final int NONEXISTENT = 0x04;
    static final int NO_SELECT = 0x10;
    /** Deeper than Dovecot lets anybody create mailboxes. */
    private static final int MAX_DEPTH = 200;

    private final List<Entry> entries;

    /**
     * A part of the hierarchy.
     *
     * @param storageParts storage name in its parts, byte strings
     * @param guid         of the mailbox; zero if it is not selectable
     * @param uidValidity  0 if it is not known
     * @param isListed     whether Dovecot lists it: others exist only as parents
     */
    public record Entry(List<String> storageParts, Guid128 guid, long uidValidity, boolean isListed) {
        /** As Dovecot, which goes by the GUID and corrects the flags. */
        public boolean isSelectable() {
            return !guid.isZero();
        }
    }

    private ListIndex(List<Entry> entries) {
        this.entries = Collections.unmodifiableList(entries);
    }

    /**
     * Reads the index while Dovecot may be writing it.
     *
     * @param prefix {@code dovecot.list.index}, or what {@code LISTINDEX} says
     * @return empty if there is none
     * @throws CorruptFileException if it is not such an index
     */
    public static Optional<ListIndex> read(OpenDirectory dir, String prefix) throws IOException {
        Optional<MailIndex> index = MailIndex.read(dir, prefix);
        return index.isEmpty() ? Optional.empty() : Optional.of(new ListIndex(entries(index.get())));
    }

    /** In the order of their records. */
    public List<Entry> entries() {
        return entries;
    }

    private static List<Entry> entries(MailIndex index) throws CorruptFileException {
        IndexExtension list = index.extension(LIST).orElse(null);
        if (list == null) {
            if (index.size() == 0) {
                return List.of();
            }
            throw corrupt(index, "an extension " + LIST, "none");
        }
        if (list.recordSize() != FIELD_SIZE) {
            throw corrupt(index, "a field " + LIST + " of " + FIELD_SIZE + " bytes", list.recordSize() + " bytes");
        }
        Map<Integer, String> names = names(index, list.headerBuffer());
        List<Entry> entries = new ArrayList<>();
        Map<List<String>, Long> known = new HashMap<>();
        for (int i = 0; i < index.size(); i++) {
            List<String> parts = parts(index, list, names, i);
            Long other = known.put(parts, index.uid(i));
            if (other != null) {
                throw corrupt(index, "one record for each name", "UIDs " + other + " and " + index.uid(i) + ", both "
                        + ByteString.toText(String.join("/", parts)));
            }
            entries.add(new Entry(parts, index.recordGuid(list, i, GUID),
                    index.recordInt(list, i, UID_VALIDITY) & 0xffffffffL, (index.flags(i) & NONEXISTENT) == 0));
        }
        return entries;
    }

    private static Map<Integer, String> names(MailIndex index, ByteBuffer header) throws CorruptFileException {
        Map<Integer, String> names = new HashMap<>();
        long last = 0;
        if (header.hasRemaining()) {
            header.get();
        }
        while (header.hasRemaining()) {
            if (header.remaining() < Integer.BYTES) {
                throw corrupt(index, "a name id", header.remaining() + " bytes");
            }
            int id = header.getInt();
            if (id == 0) {
                return names;
            }
            if (Integer.toUnsignedLong(id) <= last) {
                throw corrupt(index, "a name id above " + last, Integer.toUnsignedString(id));
            }
            last = Integer.toUnsignedLong(id);
            int start = header.position();
            int end = start;
            while (end < header.limit() && header.get(end) != 0) {
                end++;
            }
            if (end == header.limit()) {
                throw corrupt(index, "a name ended by NUL", "none for id " + last);
            }
            byte[] name = new byte[end - start];
            header.get(name).get();
            names.put(id, ByteString.of(name, 0, name.length));
        }
        return names;
    }

    private static List<String> parts(MailIndex index, IndexExtension list, Map<Integer, String> names, int position)
            throws CorruptFileException {
        List<String> parts = new ArrayList<>();
        for (int i = position;;) {
            String name = names.get(index.recordInt(list, i, NAME_ID));
            if (name == null) {
                throw corrupt(index, "a name for UID " + index.uid(i), "id " + index.recordInt(list, i, NAME_ID));
            }
            parts.add(name);
            int parent = index.recordInt(list, i, PARENT_UID);
            if (parent == 0) {
                Collections.reverse(parts);
                return List.copyOf(parts);
            }
            i = index.find(Integer.toUnsignedLong(parent));
            if (i < 0 || parts.size() > MAX_DEPTH) {
                throw corrupt(index, "a parent for UID " + index.uid(position), i < 0 ? "none of UID "
                        + Integer.toUnsignedString(parent) : "more than "
                        + MAX_DEPTH + " levels, or a circle");
            }
        }
    }

    private static CorruptFileException corrupt(MailIndex index, String expected, String found) {
        return new CorruptFileException(index.file(), 0, expected, found);
    }
}
