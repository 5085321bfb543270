package io.roost.gate;

import java.io.IOException;
import java.time.Instant;

import io.roost.posix.ByteString;

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

    /** Refuses to close what somebody else has closed. */
    GateException refusal(String gate) {
        return new GateException("user " + ByteString.toText(ByteString.ofText(user)) + " is locked out already in " + gate
                + " by Roost on " + owner.host() + ", process " + owner.pid() + ", since " + closed + " until " + expires
                + ": wait for it, or use roost gate open");
    }

    /** An owner's gate is not there any more. */
    static GateException gone(String user, String gate) {
        return new GateException("the gate of user " + ByteString.toText(ByteString.ofText(user)) + " in " + gate
                + " was opened by somebody else");
    }
}
