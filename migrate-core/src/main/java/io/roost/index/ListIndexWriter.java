package io.roost.index;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.roost.dovecot.Guid128;
import io.roost.posix.ByteString;
import io.roost.posix.NewFiles;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Writes {@code dovecot.list.index} for {@code LAYOUT=index}; layout: {@link ListIndex}. (With {@code LAYOUT=fs} it is a cache
 * that Dovecot makes itself.) Not thread-safe.
 */
public final class ListIndexWriter {
    private static final class Node {
        final String name;
        final int parentUid;
        int flags = ListIndex.NONEXISTENT;
        Guid128 guid = Guid128.ZERO;
        long uidValidity;

        Node(String name, int parentUid) {
            this.name = name;
            this.parentUid = parentUid;
        }
    }

    /** The node of UID n is the one at n - 1; parents come before their children. */
    private final List<Node> nodes = new ArrayList<>();
    private final Map<List<String>, Integer> uids = new HashMap<>();

    /**
     * Adds a selectable mailbox.
     *
     * @param storageParts storage name in its parts, encoded as the location wants it; byte strings
     */
    public void add(List<String> storageParts, Guid128 guid, long uidValidity) {
        if (guid.isZero() || uidValidity < 1 || uidValidity > 0xffffffffL) {
            throw new IllegalArgumentException(storageParts + " with GUID " + guid + ", UIDVALIDITY " + uidValidity);
        }
        Node node = nodes.get(uid(storageParts) - 1);
        if (!node.guid.isZero()) {
            throw new IllegalArgumentException(storageParts + " twice");
        }
        node.guid = guid;
        node.uidValidity = uidValidity;
        node.flags = 0;
    }

    /** Adds a mailbox that holds others and no mails, unless it was added as selectable. */
    public void addNoSelect(List<String> storageParts) {
        Node node = nodes.get(uid(storageParts) - 1);
        if (node.guid.isZero()) {
            node.flags = ListIndex.NO_SELECT;
        }
    }

    private int uid(List<String> parts) {
        Integer known = uids.get(parts);
        if (known != null) {
            return known;
        }
        int parent = parts.size() == 1 ? 0 : uid(parts.subList(0, parts.size() - 1));
        nodes.add(new Node(parts.get(parts.size() - 1), parent));
        uids.put(List.copyOf(parts), nodes.size());
        return nodes.size();
    }

    /**
     * Creates both files of the index, which must not exist, on disk when this returns.
     *
     * @param prefix  {@code dovecot.list.index}, or what {@code LISTINDEX} says
     * @param indexId Unix time, not 0
     */
    public void write(OpenDirectory dir, String prefix, NewFiles files, long indexId) throws PosixException {
        IndexWriter index = new IndexWriter(List.of(new IndexExtension(ListIndex.LIST, 0, header(), 0, ListIndex.FIELD_SIZE, 4)));
        for (Node node : nodes) {
            int record = index.append(index.size() + 1L, node.flags);
            index.putInt(record, 0, ListIndex.NAME_ID, record + 1);
            index.putInt(record, 0, ListIndex.PARENT_UID, node.parentUid);
            index.putGuid(record, 0, ListIndex.GUID, node.guid);
            index.putInt(record, 0, ListIndex.UID_VALIDITY, (int) node.uidValidity);
        }
        index.write(dir, prefix, new IndexWriter.Base(indexId, indexId, nodes.size() + 1L, 1, 1, 0), files);
    }

    private byte[] header() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        for (int id = 1; id <= nodes.size(); id++) {
            out.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(id).array());
            out.writeBytes(ByteString.toBytes(nodes.get(id - 1).name));
            out.write(0);
        }
        return out.toByteArray();
    }
}
