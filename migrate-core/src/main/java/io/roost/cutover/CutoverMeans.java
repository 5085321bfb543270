package io.roost.cutover;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import io.roost.director.Director;
import io.roost.dovecot.DovecotProgram;
import io.roost.gate.AuthProbe;
import io.roost.gate.Gate;
import io.roost.gate.UserdbSwitch;

/**
 * What there is to cut users over with.
 *
 * @param director of the cluster, or none
 * @param backends this one first, then the others that can be asked
 * @param doveadm  of this machine
 * @param auth     the auth of this machine's Dovecot
 * @param gate     empty unless users are cut over
 * @param userdb   likewise
 * @param indexes  the list indexes in the memory of backends, which know the user's mail as it was
 * @param quota    counted anew once a user is let in; empty if nobody wants that
 */
public record CutoverMeans(Director director, List<Backend> backends, DovecotProgram doveadm, AuthProbe auth, Optional<Gate> gate,
        Optional<UserdbSwitch> userdb, ListIndexes indexes, Optional<QuotaRecalculation> quota) {
    /** Takes list indexes away that are not true any more. Thread-safe. */
    @FunctionalInterface
    public interface ListIndexes {
        /** There are none. */
        ListIndexes NONE = user -> List.of();

        /**
         * Called when the director has moved the user here, and again while the user is locked out and nobody has sessions.
         *
         * @return what could not be done, for an administrator
         */
        List<String> purge(String user) throws IOException;
    }

    public CutoverMeans {
        backends = List.copyOf(backends);
    }

    /**
     * Takes list indexes in the memory of backends away, which know the user's mail as it was.
     *
     * @return what could not be done, for an administrator
     */
    List<String> purgeListIndexes(String user) {
        try {
            return indexes.purge(user);
        } catch (IOException e) {
            return List.of("list indexes of " + user + " in the memory of backends could not be removed: " + e.getMessage());
        }
    }

    /** Where list indexes lie with the mail, and quota is nobody's concern. */
    public CutoverMeans(Director director, List<Backend> backends, DovecotProgram doveadm, AuthProbe auth, Optional<Gate> gate,
            Optional<UserdbSwitch> userdb) {
        this(director, backends, doveadm, auth, gate, userdb, ListIndexes.NONE, Optional.empty());
    }
}
