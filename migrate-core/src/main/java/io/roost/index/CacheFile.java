package io.roost.index;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Reads {@code dovecot.index.cache}: what Dovecot remembers of each mail, such as its received date. Little-endian. Mails are
 * addressed by the offset of their newest record, which their index knows; see {@link IndexCache}.
 *
 * <table>
 * <caption>Header, 32 bytes</caption>
 * <tr><td>0</td><td>u8</td><td>major version, 1</td></tr>
 * <tr><td>1</td><td>u8</td><td>bytes of a file offset, 8</td></tr>
 * <tr><td>2</td><td>u8</td><td>minor version (then a byte 0)</td></tr>
 * <tr><td>4</td><td>u32</td><td>index id</td></tr>
 * <tr><td>8</td><td>u32</td><td>sequence number of the file</td></tr>
 * <tr><td>12</td><td>4 u32</td><td>counters</td></tr>
 * <tr><td>28</td><td>4 bytes</td><td>where the {@link IndexCacheFields} lie, as {@link IndexOffset}</td></tr>
 * </table>
 *
 * Records, aligned to four bytes: {@code u32 offset of the mail's previous record, 0 if none; u32 size of the record; then
 * {u32 field; u32 length if the field's size varies; data padded to 4}*}. The field {@code cache} of a mail's index record
 * is the offset of its newest record. Which index it belongs to: {@link CacheIdentity}. While Dovecot uses it, records are only
 * appended; a purge makes a new file with another sequence number. Source: index-format reference §4.
 *
 * <p>Reads through a few windows, since the records of neighbouring mails lie close together. Not thread-safe.
 */
public final class CacheFile implements Closeable {
    /** Behind the index's prefix. */
    public static final String SUFFIX = ".cache";
    static final int HEADER_SIZE = 32;
    static final int INDEX_ID_OFFSET = 4;
    private static final int MAX_CHAIN = 1000;
    private static final int MAX_FIELD = 1 << 20;
    private static final int WINDOW = 256 * 1024;
    private static final int WINDOWS = 4;
    private static final int BEFORE = 16 * 1024;

    private final OpenFile in;
    private final String file;
    private final long fileSize;
    private final IndexCacheFields fields;
    /** The one used last comes first. */
    private final ByteBuffer[] windows = new ByteBuffer[WINDOWS];
    private final long[] windowStarts = new long[WINDOWS];

    private CacheFile(OpenFile in, FileStatus status, int fieldsOffset) throws IOException {
        this.in = in;
        this.file = in.path();
        this.fileSize = status.size();
        this.fields = IndexCacheFields.read(in, fileSize, fieldsOffset);
    }

    /**
     * Opens the cache in a directory.
     *
     * @param prefix   {@code dovecot.index}
     * @param identity that it must have
     * @return empty if there is none, or another
     */
    public static Optional<CacheFile> open(OpenDirectory dir, String prefix, CacheIdentity identity) throws IOException {
        OpenFile in;
        try {
            in = dir.openFile(prefix + SUFFIX);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
        boolean keep = false;
        try {
            FileStatus status = in.status();
            ByteBuffer header = ByteBuffer.allocateDirect(HEADER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            if (status.isFile()) {
                in.preadFully(header, 0);
            }
            if (!belongs(header, identity)) {
                return Optional.empty();
            }
            int fieldsOffset = IndexOffset.decode(Integer.reverseBytes(header.getInt(28)));
            CacheFile cache = new CacheFile(in, status, fieldsOffset);
            keep = true;
            return Optional.of(cache);
        } finally {
            if (!keep) {
                in.close();
            }
        }
    }

    /** Whether a buffer, read up to its position, holds a header with this identity. */
    static boolean belongs(ByteBuffer header, CacheIdentity identity) {
        return header.position() >= HEADER_SIZE && header.get(0) == 1 && header.get(1) == Long.BYTES
                && (header.getInt(INDEX_ID_OFFSET) & 0xffffffffL) == identity.indexId()
                && (header.getInt(8) & 0xffffffffL) == identity.resetId();
    }

    /**
     * A number of a mail.
     *
     * @param record offset of its newest record, 0 if it has none
     * @param name   of a field of 4 or 8 bytes: {@code date.received}, {@code date.save}, {@code size.virtual}, ...
     * @return the unsigned number; empty if it is not cached
     */
    public OptionalLong number(long record, String name) throws IOException {
        int field = fields.find(name);
        if (field < 0 || fields.size(field) != Integer.BYTES && fields.size(field) != Long.BYTES) {
            return OptionalLong.empty();
        }
        Found found = find(record, field);
        if (found == null) {
            return OptionalLong.empty();
        }
        long low = u32(found.offset);
        return OptionalLong.of(found.size == Integer.BYTES ? low : u32(found.offset + Integer.BYTES) << 32 | low);
    }

    /**
     * The bytes of a mail's field, such as {@code pop3.uidl} or {@code guid}.
     *
     * @param record offset of its newest record, 0 if it has none
     * @return null if it is not cached
     */
    public byte[] bytes(long record, String name) throws IOException {
        int field = fields.find(name);
        Found found = field < 0 ? null : find(record, field);
        if (found == null) {
            return null;
        }
        if (found.size > MAX_FIELD) {
            throw new CorruptFileException(file, found.offset, "a field of at most 1 MiB", found.size + " bytes");
        }
        byte[] bytes = new byte[(int) found.size];
        for (int done = 0; done < bytes.length;) {
            ByteBuffer window = window(found.offset + done, 1);
            int at = (int) (found.offset + done - windowStarts[0]);
            int n = Math.min(bytes.length - done, window.limit() - at);
            window.get(at, bytes, done, n);
            done += n;
        }
        return bytes;
    }

    private record Found(long offset, long size) {
    }

    /** The newest value of a field in the mail's chain of records, or null. */
    private Found find(long newest, int wanted) throws IOException {
        long record = newest;
        for (int n = 0; record != 0; n++) {
            if (n == MAX_CHAIN) {
                throw new CorruptFileException(file, record, "at most " + MAX_CHAIN + " records of a mail", "more");
            }
            if (record % 4 != 0 || record < HEADER_SIZE) {
                throw new CorruptFileException(file, record, "the offset of a record", "offset " + record);
            }
            long previous = u32(record);
            long size = u32(record + 4);
            if (size < 8 || record + size > fileSize) {
                throw new CorruptFileException(file, record + 4, "a record within the file of " + fileSize + " bytes",
                        size + " bytes");
            }
            Found found = findIn(record, size, wanted);
            if (found != null) {
                return found;
            }
            if (previous >= record) {
                throw new CorruptFileException(file, record, "an earlier record before this one", "offset " + previous);
            }
            record = previous;
        }
        return null;
    }

    private Found findIn(long record, long size, int wanted) throws IOException {
        long end = record + size;
        long at = record + 8;
        while (at + 4 <= end) {
            long field = u32(at);
            if (field >= fields.count()) {
                throw new CorruptFileException(file, at, "a field below " + fields.count(), Long.toString(field));
            }
            at += 4;
            long length = fields.size((int) field);
            if (length == IndexCacheFields.VARIABLE) {
                length = at + 4 <= end ? u32(at) : Long.MAX_VALUE;
                at += 4;
            }
            if (length > end - at) {
                throw new CorruptFileException(file, at, "a field within its record", length + " bytes");
            }
            if (field == wanted) {
                return new Found(at, length);
            }
            at += length + 3 & ~3L;
        }
        return null;
    }

    private long u32(long offset) throws IOException {
        return window(offset, 4).getInt((int) (offset - windowStarts[0])) & 0xffffffffL;
    }

    /** A window that holds these bytes, put first. */
    private ByteBuffer window(long offset, int bytes) throws IOException {
        int w = 0;
        while (w < WINDOWS && windows[w] != null
                && (offset < windowStarts[w] || offset + bytes > windowStarts[w] + windows[w].limit())) {
            w++;
        }
        boolean hit = w < WINDOWS && windows[w] != null;
        w = Math.min(w, WINDOWS - 1);
        ByteBuffer window = windows[w];
        long start = windowStarts[w];
        System.arraycopy(windows, 0, windows, 1, w);
        System.arraycopy(windowStarts, 0, windowStarts, 1, w);
        if (!hit) {
            if (window == null) {
                window = ByteBuffer.allocateDirect((int) Math.min(WINDOW, fileSize)).order(ByteOrder.LITTLE_ENDIAN);
            }
            // a little before it too: chains go backwards
            start = Math.max(0, offset - BEFORE);
            in.preadFully(window.clear(), start);
            window.flip();
        }
        windows[0] = window;
        windowStarts[0] = start;
        if (offset + bytes > start + window.limit()) {
            throw new CorruptFileException(file, offset, bytes + " bytes", "end of file");
        }
        return window;
    }

    @Override
    public void close() {
        in.close();
    }
}
