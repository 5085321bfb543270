package io.roost.gate;

import java.io.IOException;
import java.time.Instant;

/**
 * A user who is kept out for now.
 *
 * @param user    as Dovecot's auth spells the name, text
 * @param reason  what clients are told: printable ASCII, words with one space between
 * @param owner   the run that closed the gate
 * @param closed  when, whole seconds
 * @param expires from when on anybody may open it, whole seconds
 */
public record GateEntry(String user, String reason, RunIdentity owner, Instant closed, Instant expires) {

    /** Whether nobody minds any more: it has expired, or its owner is known to be dead. */
    public boolean isAbandoned(Instant now) throws IOException {
        return !now.isBefore(expires) || owner.life() == RunIdentity.Life.DEAD;
    }
}
