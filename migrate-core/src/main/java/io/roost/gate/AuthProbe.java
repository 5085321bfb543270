package io.roost.gate;

import java.io.IOException;
import java.util.List;

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

    /**
     * What one service of Dovecot is answered.
     *
     * @param service such as {@code lmtp}; empty if this way of asking knows no services
     */
    record ServiceAnswer(String service, AuthAnswer answer) { }

    /**
     * Looks a user up as {@link #ask} does, for each service that opens mail: each may have userdbs of its own.
     *
     * @return in the order in which they are told to people, at least one
     */
    default List<ServiceAnswer> askForEach(String user) throws IOException {
        return List.of(new ServiceAnswer("", ask(user)));
    }

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
