package io.roost.mdbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

import io.roost.index.IndexExtension;
import io.roost.index.IndexWriter;
import io.roost.posix.NewFiles;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Writes the map of a new mdbox; layout: {@link MapIndex}. Map UIDs count from 1 in the order of {@link #add}. Takes 20 bytes
 * an entry. Not thread-safe.
 */
public final class MapIndexWriter {
    /** Dovecot copies by reference up to here. */
    public static final int MAX_REFERENCES = 32767;

    private final long uidValidity;
    private final IndexWriter index;
    private final int map;
    private final int ref;
    private int highestFileId;

    /** @param uidValidity not 0; Dovecot takes the current time */
    public MapIndexWriter(long uidValidity) {
        this.uidValidity = uidValidity;
        index = new IndexWriter(List.of(
                new IndexExtension(MapIndex.MAP, 0, new byte[MapIndex.MAP_HEADER_SIZE], 0, MapIndex.MAP_FIELD_SIZE, 4),
                IndexExtension.ofField(MapIndex.REF, MapIndex.REF_FIELD_SIZE, 2)));
        map = index.extension(MapIndex.MAP);
        ref = index.extension(MapIndex.REF);
    }

    /**
     * Adds an entry that nobody refers to yet.
     *
     * @return its map UID
     */
    public int add(Placement p) {
        if (p.fileId() < 1 || p.offset() < 0 || p.recordSize() < 1 || p.offset() + p.recordSize() > 0xffffffffL) {
            throw new IllegalArgumentException("not in a map: " + p);
        }
        int record = index.append(index.size() + 1L, 0);
        index.putInt(record, map, 0, p.fileId());
        index.putInt(record, map, 4, (int) p.offset());
        index.putInt(record, map, 8, (int) p.recordSize());
        highestFileId = Math.max(highestFileId, p.fileId());
        return record + 1;
    }

    /**
     * Counts one more mailbox record that refers to it.
     *
     * @return false if it has {@link #MAX_REFERENCES} already: the caller must store another copy
     */
    public boolean addReference(int mapUid) {
        int count = index.getShort(mapUid - 1, ref, 0);
        if (count == MAX_REFERENCES) {
            return false;
        }
        index.putShort(mapUid - 1, ref, 0, count + 1);
        return true;
    }

    /** Number of entries, which is the highest map UID. */
    public int size() {
        return index.size();
    }

    /** Where files are numbered higher than any entry says. */
    public void setHighestFileId(int fileId) {
        highestFileId = Math.max(highestFileId, fileId);
    }

    /**
     * Creates both files of the index, which must not exist, on disk when this returns.
     *
     * @param indexId Unix time, not 0
     */
    public void write(OpenDirectory storage, NewFiles files, long indexId) throws PosixException {
        byte[] header = new byte[MapIndex.MAP_HEADER_SIZE];
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putInt(highestFileId);
        index.setHeader(map, header);
        index.write(storage, MapIndex.PREFIX, new IndexWriter.Base(indexId, uidValidity, index.size() + 1L, 1, 1, 0),
                files);
    }

    /** As {@link #write(OpenDirectory, NewFiles, long)} with the UIDVALIDITY, which is a time too, as index id. */
    public void write(OpenDirectory storage, NewFiles files) throws PosixException {
        write(storage, files, uidValidity);
    }
}
