package io.roost.mdbox;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.BufferPool;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Appends mails to the files {@code m.N} of a storage directory, one file after the other:
 *
 * <pre>
 * {@link DboxFileHeader}
 * records: {@link DboxMessageHeader}, data, {@link DboxMetadata}
 * </pre>
 *
 * A file is left for the next when it would grow beyond the rotate size; a mail larger than that gets a file of its own. No
 * file reaches 4 GiB, since the map has 32 bits for offsets. A file is created when its first mail comes. Output is buffered:
 * about one write a MiB. What {@link #flush} returned is written but not synced; that is the receiver's part, who may do it in
 * another thread while this goes on. After an exception that is a {@link PosixException} only {@link #close} makes sense.
 * Not thread-safe. Source: mdbox-format reference §2 and §3.
 */
public final class MailFileWriter implements Closeable {
    private static final int BUFFER = 1 << 20;
    /** Of writers and readers. */
    static final BufferPool BUFFERS = new BufferPool(BUFFER, 24, 64 * 1024);
    private static final long MAX_FILE = 0xffffffffL;
    /** The largest mail that mdbox can hold, bytes as stored. */
    public static final long MAX_MAIL = MAX_FILE - DboxFileHeader.MAX_SIZE - DboxMessageHeader.SIZE - DboxMetadata.MAX_SIZE;
    private static final String PREFIX = "m.";

    private final OpenDirectory storage;
    private final Ownership ownership;
    private final long rotateSize;
    private final long createStamp;
    /** Taken when something is to be written, given back by {@link #flush}: null where nothing is in it. */
    private ByteBuffer buffer;
    private final List<Unsynced> finished = new ArrayList<>();
    private int fileId;
    /** Null until the file's first mail. */
    private OpenFile file;
    /** Of the current file, up to the end of its last complete record. */
    private long length;
    private long headerLength;
    /** File offset of the buffer's first byte. */
    private long bufferStart;
    private boolean dirty;
    /** Of the mail being streamed, -1 if there is none. */
    private long storedSize = -1;
    private long given;

    /**
     * A file with data that is written but perhaps not on disk.
     *
     * @param file     open; the receiver syncs it
     * @param fileId   its N
     * @param length   up to the end of the last complete record
     * @param finished whether nothing more is written to it, so that the receiver closes it
     */
    public record Unsynced(OpenFile file, int fileId, long length, boolean finished) {
    }

    private MailFileWriter(OpenDirectory storage, Ownership ownership, long rotateSize, int fileId, long createStamp) {
        if (fileId < 1 || rotateSize < 1) {
            throw new IllegalArgumentException("file " + fileId + ", rotate size " + rotateSize);
        }
        this.storage = storage;
        this.ownership = ownership;
        this.rotateSize = rotateSize;
        this.fileId = fileId;
        this.createStamp = createStamp;
    }

    /** The name of file N. */
    public static String fileName(int fileId) {
        return PREFIX + fileId;
    }

    /**
     * Starts with a file that must not exist yet; it is created with its first mail.
     *
     * @param storage     stays open as long as this
     * @param rotateSize  {@code mdbox_rotate_size}, bytes
     * @param firstFileId 1 or more
     * @param createStamp Unix seconds, written into new files
     */
    public static MailFileWriter create(OpenDirectory storage, Ownership ownership, long rotateSize, int firstFileId,
            long createStamp) {
        return new MailFileWriter(storage, ownership, rotateSize, firstFileId, createStamp);
    }

    /**
     * Goes on in a file after cutting off what was never committed. A following file is the caller's to remove.
     *
     * @param committedLength up to the end of a record; 0 if nothing of the file counts, which then starts anew
     * @throws CorruptFileException if the file is shorter than that, or no {@code m.N} that may be appended to
     */
    public static MailFileWriter resume(OpenDirectory storage, Ownership ownership, long rotateSize, int fileId,
            long committedLength, long createStamp) throws IOException {
        MailFileWriter writer = new MailFileWriter(storage, ownership, rotateSize, fileId, createStamp);
        if (committedLength == 0) {
            storage.removeFile(fileName(fileId));
            return writer;
        }
        writer.file = storage.openForUpdate(fileName(fileId));
        try {
            writer.continueAt(committedLength);
            return writer;
        } catch (IOException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    private void continueAt(long committedLength) throws IOException {
        long size = file.status().size();
        if (!file.status().isFile() || size < committedLength) {
            throw new CorruptFileException(file.path(), size, "a file of at least " + committedLength + " bytes", size
                    + " bytes");
        }
        ByteBuffer start = ByteBuffer.allocateDirect(DboxFileHeader.MAX_SIZE);
        file.preadFully(start, 0);
        DboxFileHeader header = DboxFileHeader.read(start.flip(), file.path());
        headerLength = start.position();
        if (!header.isAppendable() || headerLength > committedLength) {
            throw new CorruptFileException(file.path(), 0, "a file that may be appended to", header.toString());
        }
        if (size > committedLength) {
            file.truncate(committedLength);
        }
        length = committedLength;
        bufferStart = committedLength;
    }

    /** N of the file that the next record goes to if it fits. */
    public int fileId() {
        return fileId;
    }

    /** Where the last complete record of {@link #fileId} ends, bytes; 0 if the file does not exist yet. */
    public long length() {
        return length;
    }

    /**
     * Appends a mail held in memory.
     *
     * @param data all that remains in it is stored; consumed
     * @throws IOException if metadata or size cannot be stored; then nothing was appended
     */
    public Placement append(ByteBuffer data, MailMetadata metadata) throws IOException {
        requireIdle();
        int size = data.remaining();
        byte[] meta = DboxMetadata.write(metadata, size);
        prepare(size, meta.length);
        long start = length;
        header(size);
        put(data);
        put(ByteBuffer.wrap(meta));
        return complete(start);
    }

    /**
     * Starts a mail whose data comes in pieces; {@link #end} or {@link #abort} must follow.
     *
     * @param storedSize bytes that {@link #data} will give
     * @throws IOException if it is too large for mdbox; then nothing was appended
     */
    public void begin(long storedSize) throws IOException {
        requireIdle();
        prepare(storedSize, DboxMetadata.MAX_SIZE);
        header(storedSize);
        this.storedSize = storedSize;
        given = 0;
    }

    /** The next piece; consumed. */
    public void data(ByteBuffer chunk) throws IOException {
        if (storedSize < 0) {
            throw new IllegalStateException("no mail was begun");
        }
        given += chunk.remaining();
        if (given > storedSize) {
            throw new IOException("the mail is longer than the " + storedSize + " bytes announced");
        }
        put(chunk);
    }

    /**
     * Ends the mail begun. If this throws, {@link #abort} has to follow.
     *
     * @throws IOException if there was less data than announced, or the metadata cannot be stored
     */
    public Placement end(MailMetadata metadata) throws IOException {
        if (storedSize < 0 || given != storedSize) {
            throw new IOException("the mail has " + given + " of the " + storedSize + " bytes announced");
        }
        put(ByteBuffer.wrap(DboxMetadata.write(metadata, storedSize)));
        storedSize = -1;
        return complete(length);
    }

    /** Cuts the unfinished mail off again; does nothing if there is none. */
    public void abort() throws IOException {
        if (storedSize < 0) {
            return;
        }
        storedSize = -1;
        if (bufferStart <= length) {
            buffer().position((int) (length - bufferStart));
        } else {
            buffer().clear();
            file.truncate(length);
            bufferStart = length;
            dirty = true;
        }
    }

    private void requireIdle() {
        if (storedSize >= 0) {
            throw new IllegalStateException("a mail was begun and not ended");
        }
    }

    /** Sees to it that a file is open in which the record fits. */
    private void prepare(long dataSize, int metadataSize) throws IOException {
        long recordSize = DboxMessageHeader.SIZE + dataSize + metadataSize;
        if (dataSize < 0 || recordSize > MAX_FILE - DboxFileHeader.MAX_SIZE) {
            throw new IOException("a mail of " + dataSize + " bytes is too large for mdbox, which ends below 4 GiB");
        }
        boolean empty = length == headerLength;
        if (file != null && !empty && (length + dataSize > rotateSize || length + recordSize > MAX_FILE)) {
            writeBuffer();
            finished.add(new Unsynced(file, fileId, length, true));
            file = null;
            dirty = false;
            fileId++;
        }
        if (file == null) {
            file = ownership.createFile(storage, fileName(fileId));
            byte[] header = DboxFileHeader.create(createStamp).write();
            buffer().clear().put(header);
            bufferStart = 0;
            headerLength = header.length;
            length = header.length;
            dirty = true;
        }
    }

    private void header(long dataSize) throws IOException {
        if (buffer().remaining() < DboxMessageHeader.SIZE) {
            writeBuffer();
        }
        new DboxMessageHeader(dataSize).write(buffer);
        dirty = true;
    }

    private ByteBuffer buffer() {
        if (buffer == null) {
            buffer = BUFFERS.take();
        }
        return buffer;
    }

    private void put(ByteBuffer data) throws IOException {
        dirty = true;
        while (data.remaining() > buffer().remaining()) {
            if (data.isDirect() && data.remaining() >= buffer.capacity()) {
                writeBuffer();
                int n = data.remaining();
                file.pwrite(data, bufferStart);
                bufferStart += n;
                return;
            }
            int rest = data.limit();
            data.limit(data.position() + buffer.remaining());
            buffer.put(data);
            data.limit(rest);
            writeBuffer();
        }
        buffer.put(data);
    }

    private Placement complete(long start) {
        length = bufferStart + buffer.position();
        return new Placement(fileId, start, length - start);
    }

    private void writeBuffer() throws PosixException {
        int n = buffer == null ? 0 : buffer.position();
        if (n > 0) {
            file.pwrite(buffer.flip(), bufferStart);
            bufferStart += n;
            buffer.clear();
        }
    }

    /**
     * Writes everything out.
     *
     * @return the files with data since the last call, oldest first; the receiver syncs each and closes the finished ones
     */
    public List<Unsynced> flush() throws IOException {
        List<Unsynced> result = new ArrayList<>(finished);
        if (file != null && dirty) {
            writeBuffer();
            result.add(new Unsynced(file, fileId, length, false));
            dirty = false;
        }
        finished.clear();
        release();
        return result;
    }

    /** Closes the current file, and finished ones that nobody has got from {@link #flush}; writes nothing. */
    @Override
    public void close() {
        for (Unsynced u : finished) {
            u.file().close();
        }
        finished.clear();
        if (file != null) {
            file.close();
            file = null;
        }
        release();
    }

    private void release() {
        BUFFERS.giveBack(buffer);
        buffer = null;
    }
}
