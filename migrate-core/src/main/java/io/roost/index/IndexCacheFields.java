package io.roost.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenFile;

/**
 * The names and sizes of the fields of a {@link IndexCache}, little-endian:
 *
 * <pre>
 * 4 bytes offset of a newer version of this, as {@link IndexOffset}, 0 if this is the newest
 * u32 size of all this
 * u32 count
 * count u32 last used, Unix time
 * count u32 size of the field, 2^32-1 if it varies
 * count u8 type: 0 fixed, 1 variable, 2 string, 3 bitmask, 4 header
 * count u8 decision: 0 no, 1 temporarily, 2 yes; 0x80 forced
 * count names, each ended by NUL
 * </pre>
 */
final class IndexCacheFields {
    static final long VARIABLE = 0xffffffffL;
    private static final int PREFIX = 12;
    private static final int MAX_SIZE = 16 << 20;
    private static final int MAX_VERSIONS = 10_000;

    private final String[] names;
    private final long[] sizes;

    private IndexCacheFields(String[] names, long[] sizes) {
        this.names = names;
        this.sizes = sizes;
    }

    /** Reads the newest version, starting from one at {@code offset}; 0 means that there are no fields. */
    static IndexCacheFields read(OpenFile in, long fileSize, int offset) throws IOException {
        if (offset == 0) {
            return new IndexCacheFields(new String[0], new long[0]);
        }
        ByteBuffer prefix = ByteBuffer.allocateDirect(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
        int at = offset;
        for (int version = 0;; version++) {
            in.preadFully(prefix.clear(), at);
            if (prefix.hasRemaining() || version == MAX_VERSIONS) {
                throw new CorruptFileException(in.path(), at, "a list of fields", prefix.hasRemaining() ? "end of file"
                        : "a chain of more than " + MAX_VERSIONS);
            }
            int next = IndexOffset.decode(Integer.reverseBytes(prefix.getInt(0)));
            if (next == 0) {
                return parse(in, at, prefix, fileSize);
            }
            if (next <= at) {
                throw new CorruptFileException(in.path(), at, "a newer list behind this one", "offset " + next);
            }
            at = next;
        }
    }

    private static IndexCacheFields parse(OpenFile in, int offset, ByteBuffer prefix, long fileSize) throws IOException {
        long size = prefix.getInt(4) & 0xffffffffL;
        long count = prefix.getInt(8) & 0xffffffffL;
        if (size > MAX_SIZE || offset + size > fileSize || PREFIX + count * 11 > size) {
            throw new CorruptFileException(in.path(), offset, "a list of fields within the file, of at most 16 MiB",
                    count + " fields in " + size + " bytes");
        }
        ByteBuffer all = ByteBuffer.allocateDirect((int) size).order(ByteOrder.LITTLE_ENDIAN);
        in.preadFully(all, offset);
        all.flip();
        int n = (int) count;
        String[] names = new String[n];
        long[] sizes = new long[n];
        int name = PREFIX + n * 10;
        for (int i = 0; i < n; i++) {
            sizes[i] = PREFIX + 4 * (n + i) + 4 <= all.limit() ? all.getInt(PREFIX + 4 * (n + i)) & 0xffffffffL : 0;
            int end = name;
            while (end < all.limit() && all.get(end) != 0) {
                end++;
            }
            if (end >= all.limit() || end == name) {
                throw new CorruptFileException(in.path(), offset + (long) name, "the name of field " + i, "none");
            }
            byte[] bytes = new byte[end - name];
            all.get(name, bytes);
            names[i] = ByteString.of(bytes, 0, bytes.length);
            name = end + 1;
        }
        return new IndexCacheFields(names, sizes);
    }

    int count() {
        return names.length;
    }

    /** Bytes of a field, {@link #VARIABLE} if each value tells its own. */
    long size(int field) {
        return sizes[field];
    }

    /** Number of the field with this name, in any case; -1 if there is none. */
    int find(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }
}
