package io.roost.cutover;

import java.io.IOException;
import java.util.List;

/** A running Dovecot that may have sessions of a user. Implementations are thread-safe. */
public interface Backend {
    /** Which it is, for messages. */
    String name();

    /**
     * The sessions of a user, one text each such as {@code imap}.
     *
     * @throws Unreachable if nobody answers there
     */
    List<String> sessions(String user) throws IOException;

    /** Ends the sessions of a user. The user may log in again at once. */
    void kick(String user) throws IOException;

    /** Forgets what its auth has cached of a user. */
    void flushAuthCache(String user) throws IOException;

    /** Nobody answers: then nobody can log in there either, but old sessions may go on. */
    final class Unreachable extends IOException {
        public Unreachable(String message, IOException cause) {
            super(message, cause);
        }
    }
}
