package io.roost.gate;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps users out for a moment: clients hear of a temporary failure with a reason, mail for them waits at the sender. Dovecot itself
 * enforces it, also after Roost has died; so each closed gate has an owner and a time at which anybody may open it.
 *
 * <p>Implementations are thread-safe: many users are gated side by side. Sessions and deliveries that are already going on are
 * not ended by a gate.
 */
public interface Gate {

    /**
     * What a user's gate being closed rests on.
     *
     * @param entry    as it stands in the gate
     * @param notAsked Dovecots that could not be reached, and so let nobody in: why, one sentence each
     * @param since    {@link System#nanoTime} when all others were still letting the user in, or the closing began
     */
    record Closed(GateEntry entry, List<String> notAsked, long since) {
        public Closed {
            notAsked = List.copyOf(notAsked);
        }
    }

    /**
     * Refuses what the gate cannot hold, before anything starts.
     *
     * @param user text
     * @throws io.roost.dovecot.InvalidSettingException if the name or the reason cannot be written to it
     */
    void check(String user, String reason) throws IOException;

    /**
     * Keeps a user out, and returns when the auth of every Dovecot that can be reached answers so. A gate that this run has closed
     * already gets the new reason and expiry.
     *
     * @param user    as auth spells it
     * @param reason  for the user, printable ASCII
     * @param expires from when on anybody may open it
     * @throws GateException if somebody else has locked the user out, or auth goes on letting the user in; then the gate is open
     * @throws IOException   if the gate cannot be written, or auth fails; then it is open, as far as it can be written
     */
    Closed close(String user, String reason, Instant expires) throws IOException;

    /**
     * Moves the expiry of a gate that this run has closed.
     *
     * @throws GateException if it is not closed by this run any more: somebody has opened it, and the user may be in
     */
    void extend(String user, Instant expires) throws IOException;

    /** Whether it is still closed by this run, as it was by {@link #close}; to be asked before what must not happen otherwise. */
    boolean isHeld(String user) throws IOException;

    /** Whether auth looks at the gate at each lookup, rather than once in a second. */
    boolean actsAtOnce();

    /**
     * Makes sure, while this run keeps the user out, that no auth notices the opening of the gate before it has looked at what was
     * written to passwd-files of its userdbs until now.
     *
     * @param reason as it was given to {@link #close}
     * @return false if there is no such certainty: then the gate has to stay closed until auth must have looked at them
     */
    boolean opensBehindUserdb(String user, String reason) throws IOException;

    /** Lets a user in again whom this run keeps out. It is no error if nobody does; others' gates stay. */
    void open(String user) throws IOException;

    /**
     * Waits until auth lets the user in again, or not any longer.
     *
     * @return whether every Dovecot that can be reached lets the user in
     */
    boolean awaitOpen(String user, Duration limit) throws IOException;

    /** All closed gates, in the order in which they stand there. */
    List<GateEntry> entries() throws IOException;

    /** What stands there that Roost may have written, but cannot read: for people. */
    List<String> damage() throws IOException;

    /** Opens every gate that has expired or whose owner is dead; returns what they were. */
    List<GateEntry> liftAbandoned(Instant now) throws IOException;

    /**
     * Opens a user's gate whoever has closed it, for an administrator.
     *
     * @return the entry, if it could be read; empty if there was none, or a damaged one
     */
    Optional<GateEntry> lift(String user) throws IOException;
}
