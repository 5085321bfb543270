package io.roost.checkpoint;

import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;

import io.roost.posix.PosixException;

/** The store cannot be used: wrong place, damaged, of another version, or full. The message says what to do. */
public final class CheckpointException extends RuntimeException {
    private final boolean noSpace;

    public CheckpointException(String message) {
        this(message, null);
    }

    public CheckpointException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private CheckpointException(String message, Throwable cause, boolean noSpace) {
        super(message, cause);
        this.noSpace = noSpace;
    }

    static CheckpointException noSpace(String message, Throwable cause) {
        return new CheckpointException(message, cause, true);
    }

    static CheckpointException of(String what, LmdbException e, String advice) {
        int errno = e instanceof LmdbNativeException lmdb ? lmdb.getResultCode() : 0;
        if (errno == PosixException.ENOSPC || errno == PosixException.EDQUOT) {
            return noSpace(what + ": its file system is full; free some space and run again", e);
        }
        return new CheckpointException(what + ": " + e.getMessage() + advice, e);
    }

    /** Whether the file system that holds the store is full. */
    public boolean isNoSpace() {
        return noSpace;
    }
}
