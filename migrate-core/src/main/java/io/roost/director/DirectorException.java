package io.roost.director;

import java.io.IOException;

/** A director that did not do what it was asked. The message names the director, the command, and what to do. */
public final class DirectorException extends IOException {
    private final Kind kind;

    /** What sort of failure it is. */
    public enum Kind {
        /** No address answered in time, or the connection was closed again and again. */
        UNREACHABLE,
        /** The director does not know the backend. */
        NOT_FOUND,
        /** It said {@code TRYAGAIN} until the patience was over. */
        BUSY,
        /** It answered something else than its protocol allows. */
        PROTOCOL,
        /** The name or host cannot be asked for. */
        REFUSED
    }

    public DirectorException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public DirectorException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
