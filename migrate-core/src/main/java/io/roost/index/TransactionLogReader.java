package io.roost.index;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Goes through the records of a transaction log. After the {@link TransactionLogHeader} follow records, each padded to four
 * bytes:
 *
 * <pre>
 * u32 size of the record with these eight bytes, as {@link IndexOffset}; written last
 * u32 type, see {@link TransactionType}, little-endian
 * body
 * </pre>
 *
 * The log ends at the first record whose size is not written yet or that runs past the end of the file, and at a boundary
 * whose transaction does: somebody is still writing it. Source: index-format reference §2.2. Not thread-safe.
 */
final class TransactionLogReader implements Closeable {
    private static final int RECORD_HEADER = 8;
    private static final int WINDOW = 1 << 20;
    private static final int MAX_RECORD = 64 << 20;

    private final OpenFile in;
    private final String file;
    private final FileStatus status;
    private final TransactionLogHeader header;
    private ByteBuffer window = ByteBuffer.allocateDirect(0);
    /** File offset of the window's first byte; its limit is what was read. */
    private long windowStart;
    private long fileSize;
    private long start;
    private long end;
    private int type;

    private TransactionLogReader(OpenFile in) throws PosixException, CorruptFileException {
        this.in = in;
        file = in.path();
        status = in.status();
        if (!status.isFile()) {
            throw new CorruptFileException(file, 0, "a regular file", status.kind().toString());
        }
        fileSize = status.size();
        fill(0, (int) Math.min(fileSize, TransactionLogHeader.SIZE));
        ByteBuffer head = window.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        header = TransactionLogHeader.read(head.limit(Math.min(head.limit(), TransactionLogHeader.SIZE)), file);
        seek(header.headerSize());
    }

    /** Opens a log; empty if it is not there. */
    static Optional<TransactionLogReader> open(OpenDirectory dir, String name) throws PosixException, CorruptFileException {
        OpenFile in;
        try {
            in = dir.openFile(name);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
        try {
            return Optional.of(new TransactionLogReader(in));
        } catch (PosixException | CorruptFileException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    String file() {
        return file;
    }

    TransactionLogHeader header() {
        return header;
    }

    /** The file that was opened, whatever its name is now. */
    FileStatus status() {
        return status;
    }

    /** The next record that {@link #next} looks at starts here. */
    void seek(long offset) {
        start = offset;
        end = offset;
    }

    /** Goes to the next complete record; false at the end, and then {@link #end} is where the log ends. */
    boolean next() throws PosixException, CorruptFileException {
        if (end < header.headerSize() || end + RECORD_HEADER > fileSize || !fill(end, RECORD_HEADER)) {
            return false;
        }
        int at = (int) (end - windowStart);
        int size = IndexOffset.decode(Integer.reverseBytes(window.getInt(at)));
        if (size == 0 || end + size > fileSize) {
            return false;
        }
        if (size < RECORD_HEADER || size > MAX_RECORD) {
            throw new CorruptFileException(file, end, "a record of 8 bytes to 64 MiB", size + " bytes");
        }
        int read = window.getInt(at + 4);
        if (!fill(end, size)) {
            return false;
        }
        if ((read & TransactionType.MASK) == TransactionType.BOUNDARY) {
            long transaction = size < RECORD_HEADER + 4 ? 0 : window.getInt((int) (end - windowStart) + 8) & 0xffffffffL;
            if (end + transaction > fileSize) {
                return false;
            }
        }
        start = end;
        end += size;
        type = read;
        return true;
    }

    /** Offset of the record. */
    long start() {
        return start;
    }

    /** Offset behind the record. */
    long end() {
        return end;
    }

    /** Its type without flags, see {@link TransactionType}. */
    int type() {
        return type & TransactionType.MASK;
    }

    boolean external() {
        return (type & TransactionType.EXTERNAL) != 0;
    }

    /** What follows the record's header, little-endian, valid until {@link #next}; position 0. */
    ByteBuffer body() {
        return window.slice((int) (start - windowStart) + RECORD_HEADER, (int) (end - start) - RECORD_HEADER)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** @return false if the file has become shorter */
    private boolean fill(long offset, int bytes) throws PosixException {
        if (offset >= windowStart && offset + bytes <= windowStart + window.limit()) {
            return true;
        }
        if (window.capacity() < bytes || window.capacity() == 0) {
            int wanted = (int) Math.min(Math.max(bytes, WINDOW), Math.max(bytes, fileSize));
            window = ByteBuffer.allocateDirect(wanted).order(ByteOrder.LITTLE_ENDIAN);
        }
        window.clear();
        in.preadFully(window, offset);
        window.flip();
        windowStart = offset;
        return window.limit() >= bytes;
    }

    @Override
    public void close() {
        in.close();
    }
}
