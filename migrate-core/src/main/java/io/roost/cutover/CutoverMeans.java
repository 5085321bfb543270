package io.roost.cutover;

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
 */
public record CutoverMeans(Director director, List<Backend> backends, DovecotProgram doveadm, AuthProbe auth, Optional<Gate> gate,
        Optional<UserdbSwitch> userdb) {
    public CutoverMeans {
        backends = List.copyOf(backends);
    }
}
