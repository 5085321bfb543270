package io.roost.gate;

import java.util.Map;

/**
 * What a Dovecot's auth says of a user.
 *
 * @param kind   of answer
 * @param reason with {@link Kind#TEMPFAIL}: what clients are told, a byte string; empty if nothing, or if this way of asking does
 *               not tell
 * @param fields with {@link Kind#ADMITTED}: what the userdb has of the user, byte strings
 */
public record AuthAnswer(Kind kind, String reason, Map<String, String> fields) {
    /** What became of a lookup. */
    public enum Kind {
        /** The user is let in. */
        ADMITTED,
        /** Not now: by a gate, or because the userdb does not work. */
        TEMPFAIL,
        UNKNOWN
    }

    public AuthAnswer {
        fields = Map.copyOf(fields);
    }

    static AuthAnswer admitted(Map<String, String> fields) {
        return new AuthAnswer(Kind.ADMITTED, "", fields);
    }

    static AuthAnswer tempfail(String reason) {
        return new AuthAnswer(Kind.TEMPFAIL, reason, Map.of());
    }

    static AuthAnswer unknown() {
        return new AuthAnswer(Kind.UNKNOWN, "", Map.of());
    }
}
