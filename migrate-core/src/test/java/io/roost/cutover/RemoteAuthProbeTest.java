package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.director.DirectorAddress;
import io.roost.director.DoveadmServer;
import io.roost.gate.AuthAnswer.Kind;
import io.roost.gate.AuthProbe;
import io.roost.gate.AuthSocket;
import io.roost.gate.Gate;
import io.roost.gate.GateException;
import io.roost.gate.PasswdFileGate;
import io.roost.gate.RunIdentity;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** A gate that two backends read: closed when both say so. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
class RemoteAuthProbeTest {
    @Test
    void bothBackends() throws Exception {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna", "anna smith").backendConfig("auth_username_chars =")
                .start()) {
            DovecotNode here = cluster.backends().get(0);
            AuthProbe local = new AuthSocket(here.baseDirectory().resolve("auth-master"), "imap");
            AuthProbe remote = remote(cluster.backends().get(1).ip(), DirectorCluster.DOVEADM_PASSWORD);
            Gate gate = new PasswdFileGate(cluster.gateFile().toString(), List.of(local, remote), RunIdentity.current(),
                    Clock.systemUTC());
            for (String user : List.of("anna smith")) {
                assertEquals(Kind.ADMITTED, remote.ask(user).kind());
                Gate.Closed closed = gate.close(user, "moved", Instant.now().plusSeconds(600));
                assertEquals(List.of(), closed.notAsked());
                assertEquals(Kind.TEMPFAIL, remote.ask(user).kind());
                assertEquals(Kind.TEMPFAIL, local.ask(user).kind());
                gate.open(user);
                assertTrue(gate.awaitOpen(user, Duration.ofSeconds(60)));
                assertEquals(Kind.ADMITTED, remote.ask(user).kind());
            }
            assertEquals(Kind.UNKNOWN, remote.ask("nobody").kind());
            // A userdb of one service only, on one backend only.
            DovecotNode there = cluster.backends().get(1);
            there.stop();
            Files.writeString(there.config(), "\nprotocol lmtp {\n  userdb {\n    driver = passwd-file\n    args = "
                    + cluster.usersFile() + "\n  }\n}\n", StandardOpenOption.APPEND);
            there.start();
            AuthProbe bypassed = remote(there.ip(), DirectorCluster.DOVEADM_PASSWORD);
            Gate half = new PasswdFileGate(cluster.gateFile().toString(), List.of(local, bypassed), RunIdentity.current(),
                    Clock.systemUTC());
            GateException e = assertThrows(GateException.class, () -> half.close("anna", "moved", Instant.now().plusSeconds(600)));
            assertTrue(e.isLasting() && e.getMessage().contains("does not for lmtp"), e::getMessage);
            remote.flushCache("anna");
            assertThrows(IOException.class, () -> remote(here.ip(), "wrong").ask("anna"));
            // a backend that is down lets nobody in, and does not stop the others' gate
            AuthProbe down = at("127.0.0.1:1", "");
            assertThrows(AuthProbe.Unreachable.class, () -> down.ask("anna"));
            Gate other = new PasswdFileGate(cluster.gateFile().toString(), List.of(local, down), RunIdentity.current(), Clock.systemUTC());
            assertEquals(1, other.close("anna", "moved", Instant.now().plusSeconds(600)).notAsked().size());
            other.open("anna");
            assertEquals("", Files.readString(cluster.gateFile()));
        }
    }

    private static AuthProbe remote(String ip, String password) throws Exception {
        return at(ip + ":" + DirectorCluster.DOVEADM_PORT, password);
    }

    private static AuthProbe at(String address, String password) throws Exception {
        return new RemoteAuthProbe(new DoveadmServer(DirectorAddress.parse(address), password), List.of("imap", "lmtp"));
    }
}
