package io.roost.mdbox;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;

/**
 * Reads the mails of an {@code m.N}, see {@link MailFileWriter} for what it holds. Reading in the order of the file costs
 * about one system call a MiB: mails are served from a window of that size, and only larger ones need their own reads. The
 * length of the file is taken when it is opened. Not thread-safe.
 */
public final class MailFileReader implements Closeable {
    /** Read behind a mail for its metadata; more only if that was not all. */
    private static final int USUAL_METADATA = 1024;

    private final OpenFile in;
    private final String path;
    private final long fileSize;
    private final DboxFileHeader header;
    private final long firstOffset;
    /** Null when closed. */
    private ByteBuffer window;
    private long windowStart;

    /** Takes the pieces of a mail's data. */
    @FunctionalInterface
    public interface DataVisitor {
        /** @param chunk read-only or not to be written to, valid during the call; position to limit is the piece */
        void data(ByteBuffer chunk) throws IOException;
    }

    /** Takes the mails of a file. */
    @FunctionalInterface
    public interface MailVisitor {
        void mail(StoredMail mail) throws IOException;
    }

    private MailFileReader(OpenFile in) throws IOException {
        this.in = in;
        path = in.path();
        FileStatus status = in.status();
        if (!status.isFile()) {
            throw new CorruptFileException(path, 0, "a regular file", status.kind().toString());
        }
        fileSize = status.size();
        window = MailFileWriter.BUFFERS.take().limit(0);
        fill(0, (int) Math.min(fileSize, DboxFileHeader.MAX_SIZE));
        ByteBuffer start = window.duplicate();
        header = DboxFileHeader.read(start, path);
        firstOffset = start.position();
        if (header.messageHeaderSize() != DboxMessageHeader.SIZE) {
            throw new CorruptFileException(path, 0, "message headers of 30 bytes", header.messageHeaderSize() + " bytes");
        }
    }

    /** Opens {@code m.N}, which must exist. */
    public static MailFileReader open(OpenDirectory storage, int fileId) throws IOException {
        OpenFile in = storage.openFile(MailFileWriter.fileName(fileId));
        try {
            return new MailFileReader(in);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    public DboxFileHeader header() {
        return header;
    }

    /** Where the first record starts. */
    public long firstOffset() {
        return firstOffset;
    }

    /** Bytes of the file. */
    public long length() {
        return fileSize;
    }

    /**
     * Reads the record at an offset, without its data.
     *
     * @throws CorruptFileException if there is none
     */
    public StoredMail read(long offset) throws IOException {
        if (offset < firstOffset || offset > fileSize - DboxMessageHeader.SIZE) {
            throw new CorruptFileException(path, offset, "a record between " + firstOffset + " and the end of the file at "
                    + fileSize, "nothing");
        }
        fill(offset, DboxMessageHeader.SIZE);
        long dataSize = DboxMessageHeader.read(at(offset), path, offset).dataSize();
        long dataOffset = offset + DboxMessageHeader.SIZE;
        if (dataSize > fileSize - dataOffset) {
            throw new CorruptFileException(path, offset, "a mail of at most " + (fileSize - dataOffset) + " bytes",
                    dataSize + " bytes");
        }
        long metadataOffset = dataOffset + dataSize;
        long rest = fileSize - metadataOffset;
        int usual = (int) Math.min(USUAL_METADATA, rest);
        ByteBuffer block;
        if (metadataOffset + usual - offset <= window.capacity()) {
            // header, data and metadata in one window: the data is wanted next
            fill(offset, (int) (metadataOffset + usual - offset));
            block = at(metadataOffset);
        } else {
            block = elsewhere(metadataOffset, usual);
        }
        int whole = (int) Math.min(DboxMetadata.MAX_SIZE, rest);
        boolean complete = block.remaining() >= whole;
        try {
            return stored(offset, dataSize, block);
        } catch (CorruptFileException e) {
            if (complete) {
                throw e;
            }
            // perhaps just longer than usual
            return stored(offset, dataSize, elsewhere(metadataOffset, whole));
        }
    }

    private StoredMail stored(long offset, long dataSize, ByteBuffer block) throws CorruptFileException {
        long dataOffset = offset + DboxMessageHeader.SIZE;
        int start = block.position();
        MailMetadata metadata = DboxMetadata.read(block, dataSize, path, dataOffset + dataSize);
        return new StoredMail(offset, dataOffset, dataSize, DboxMessageHeader.SIZE + dataSize + block.position() - start,
                metadata);
    }

    /** Passes the data of a mail to the visitor, in pieces of at most 1 MiB, in order. */
    public void data(StoredMail mail, DataVisitor visitor) throws IOException {
        long at = mail.dataOffset();
        long end = at + mail.dataSize();
        while (at < end) {
            if (at < windowStart || at >= windowStart + window.limit()) {
                fill(at, 1);
            }
            ByteBuffer piece = at(at);
            piece.limit((int) Math.min(piece.limit(), piece.position() + (end - at)));
            at += piece.remaining();
            visitor.data(piece.slice());
        }
    }

    /**
     * Visits every mail from the first record to the end of the file; the visitor may ask for its data.
     *
     * @throws CorruptFileException also if something follows the last record
     */
    public void scan(MailVisitor visitor) throws IOException {
        scan(firstOffset, visitor);
    }

    /**
     * The same from some record on.
     *
     * @param from where it starts; the end of the file if there is none
     */
    public void scan(long from, MailVisitor visitor) throws IOException {
        for (long offset = from; offset < fileSize;) {
            StoredMail mail = read(offset);
            visitor.mail(mail);
            offset += mail.recordSize();
        }
    }

    /** The window from a file offset on that lies in it. */
    private ByteBuffer at(long offset) {
        return window.duplicate().position((int) (offset - windowStart));
    }

    /** Makes the window hold these bytes, which do not exceed it. */
    private void fill(long offset, int bytes) throws IOException {
        if (offset >= windowStart && offset + bytes <= windowStart + window.limit()) {
            return;
        }
        windowStart = offset;
        window.clear().limit((int) Math.min(window.capacity(), fileSize - offset));
        in.preadFully(window, offset);
        window.flip();
        if (window.limit() < bytes) {
            throw shrunk(offset + window.limit());
        }
    }

    private ByteBuffer elsewhere(long offset, int bytes) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(bytes);
        in.preadFully(block, offset);
        if (block.hasRemaining()) {
            throw shrunk(offset + block.position());
        }
        return block.flip();
    }

    private CorruptFileException shrunk(long end) {
        return new CorruptFileException(path, end, "a file of " + fileSize + " bytes", "end of file");
    }

    @Override
    public void close() {
        in.close();
        MailFileWriter.BUFFERS.giveBack(window);
        window = null;
    }
}
