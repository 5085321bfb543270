package io.roost.gate;

import java.io.IOException;

/** Asks the auth of one running Dovecot, as its own services do. Implementations are thread-safe. */
public interface AuthProbe {
    /**
     * Looks a user up in the userdb, past every cache of Roost's.
     *
     * @param user text, as auth spells it
     * @throws Unreachable if there is nobody to ask: nobody is let in there either, for now
     * @throws IOException if the answer cannot be understood
     */
    AuthAnswer ask(String user) throws IOException;

    /** Forgets what auth has cached of a user, from a passwd or SQL userdb for example. */
    void flushCache(String user) throws IOException;

    /** Whether an answer tells the reason of a temporary failure, so that a gate can be told from a broken userdb. */
    boolean tellsReason();

    /** Which Dovecot it is, for messages. */
    String name();

    /** No Dovecot answers there. */
    final class Unreachable extends IOException {
        public Unreachable(String name, IOException cause) {
            super(name + " cannot be reached: " + cause.getMessage(), cause);
        }
    }
}
