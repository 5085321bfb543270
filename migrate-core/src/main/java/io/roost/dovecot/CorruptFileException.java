package io.roost.dovecot;

import java.io.IOException;

import io.roost.posix.ByteString;

/**
 * A file whose content is not what its format demands. Carries the file, the byte offset, what was expected there and what
 * was found, so that the message can stand alone in a report.
 */
public final class CorruptFileException extends IOException {
    private final String file;
    private final long offset;
    private final String expected;
    private final String found;

    /**
     * @param file     path, a byte string
     * @param offset   byte offset in the file where reading failed, 0 or more
     * @param expected what the format demands there
     * @param found    what was there instead
     */
    public CorruptFileException(String file, long offset, String expected, String found) {
        super(ByteString.toText(file) + " is damaged at offset " + offset + ": expected " + expected + ", found " + found);
        this.file = file;
        this.offset = offset;
        this.expected = expected;
        this.found = found;
    }

    public String file() {
        return file;
    }

    public long offset() {
        return offset;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }
}
