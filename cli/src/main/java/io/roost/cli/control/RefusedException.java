package io.roost.cli.control;

import java.util.Locale;

/** A request that is not obeyed, with the reason for people. Told to the client as {@code error}; changes nothing. */
public final class RefusedException extends Exception {
    private final Kind kind;

    /** Why, for scripts. */
    public enum Kind {
        /** There is no such verb, or its arguments cannot be understood. */
        USAGE,
        /** The run has no such user. */
        UNKNOWN_USER,
        /** Understood, but it makes no sense in the state that things are in. */
        REFUSED,
        /** Too many clients. */
        BUSY
    }

    public RefusedException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static RefusedException usage(String message) {
        return new RefusedException(Kind.USAGE, message);
    }

    /** As a server told it. */
    static RefusedException told(String kind, String message) {
        for (Kind known : Kind.values()) {
            if (known.name().toLowerCase(Locale.ROOT).equals(kind)) {
                return new RefusedException(known, message);
            }
        }
        return new RefusedException(Kind.REFUSED, message);
    }

    public Kind kind() {
        return kind;
    }
}
