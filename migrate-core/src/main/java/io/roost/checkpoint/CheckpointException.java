package io.roost.checkpoint;

/** The store cannot be used: wrong place, damaged, of another version, or full. The message says what to do. */
public final class CheckpointException extends RuntimeException {
    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
