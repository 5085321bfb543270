package io.roost.cli.control;

import java.io.IOException;

/** The control socket cannot be opened, reached or understood. The message is for people and says what to do. */
public final class ControlException extends IOException {
    private final Kind kind;

    /** What sort of trouble it is. */
    public enum Kind {
        /** No run has this state directory; whatever socket lies there belongs to one that is dead. */
        NO_RUN,
        /** Another run, alive, has this state directory. */
        TAKEN,
        /** The directory or the socket cannot be used. */
        UNUSABLE,
        /** The run ended, or the connection broke, in the middle of an answer. */
        ENDED,
        /** What the other side says is not of this protocol. */
        PROTOCOL
    }

    ControlException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
