package io.roost.maildir;

import java.nio.ByteBuffer;
import java.util.Arrays;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.BufferPool;
import io.roost.posix.ByteString;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The lines of a control file, one at a time, as Dovecot reads them: a line ends with LF or CRLF, which is not part of it; a
 * last line without LF is still being written and is not there yet; a NUL ends what counts of a line. A line is a slice of
 * {@link #bytes()} that the next call of {@link #next()} overwrites. Not thread-safe.
 */
final class LineReader {
    /** No control file has longer lines than a file name and a few short fields. */
    static final int MAX_LINE = 0xffff;
    private static final int SMALL = 8 * 1024;
    private static final int BLOCK = 128 * 1024;
    private static final BufferPool BLOCKS = new BufferPool(BLOCK, 16, SMALL);

    private final OpenFile file;
    private byte[] bytes = new byte[SMALL];
    private int next;
    private int limit;
    private int start;
    private int end;
    private long number;
    /** File offset of {@code bytes[0]}. */
    private long base;
    /** Whether the last read gave as much as there was room for. */
    private boolean wasFull;

    /** @param file read from its position on; stays the caller's to close */
    LineReader(OpenFile file) {
        this.file = file;
    }

    /**
     * Goes to the next line.
     *
     * @return false at the end
     * @throws CorruptFileException if a line is longer than {@link #MAX_LINE}
     */
    boolean next() throws PosixException, CorruptFileException {
        int searched = next;
        while (true) {
            for (int i = searched; i < limit; i++) {
                if (bytes[i] == '\n') {
                    take(i);
                    return true;
                }
            }
            searched = limit - next;
            if (searched > MAX_LINE) {
                throw new CorruptFileException(file.path(), base + next, "lines of at most " + MAX_LINE + " bytes",
                        "a longer one");
            }
            if (!fill()) {
                return false;
            }
        }
    }

    private void take(int lineFeed) {
        start = next;
        end = lineFeed;
        next = lineFeed + 1;
        number++;
        if (end > start && bytes[end - 1] == '\r') {
            end--;
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] == 0) {
                end = i;
                break;
            }
        }
    }

    /** Moves the unfinished line to the front and reads more behind it. */
    private boolean fill() throws PosixException {
        int kept = limit - next;
        System.arraycopy(bytes, next, bytes, 0, kept);
        base += next;
        next = 0;
        limit = kept;
        if (wasFull && bytes.length < BLOCK) {
            // More than most control files have.
            bytes = Arrays.copyOf(bytes, BLOCK);
        }
        ByteBuffer block = BLOCKS.take();
        try {
            int wanted = Math.min(block.capacity(), bytes.length - limit);
            int n = file.read(block.limit(wanted));
            block.flip().get(bytes, limit, n);
            limit += n;
            wasFull = n == wanted;
            return n > 0;
        } finally {
            BLOCKS.giveBack(block);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the line starts in {@link #bytes()}. */
    int start() {
        return start;
    }

    /** Where it ends, exclusive. */
    int end() {
        return end;
    }

    /** Number of the line, from 1. */
    long number() {
        return number;
    }

    /** Offset of the line in the file, if it was read from its start. */
    long offset() {
        return base + start;
    }

    String text() {
        return text(start, end);
    }

    /** A part of {@link #bytes()} as a byte string. */
    String text(int from, int to) {
        return ByteString.of(bytes, from, to - from);
    }

    /** An error about the line. */
    CorruptFileException corrupt(String expected) {
        String found = ByteString.toText(text(start, Math.min(end, start + 80)));
        return new CorruptFileException(file.path(), offset(), expected, "line " + number + ": " + found);
    }
}
