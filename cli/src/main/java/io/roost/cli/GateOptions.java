package io.roost.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import io.roost.cutover.Backend;
import io.roost.cutover.LocalBackend;
import io.roost.dovecot.Anvil;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings;
import io.roost.gate.AuthProbe;
import io.roost.gate.AuthSocket;
import io.roost.gate.DictGate;
import io.roost.gate.Gate;
import io.roost.gate.PasswdFileGate;
import io.roost.gate.RunIdentity;
import picocli.CommandLine.Option;

/** How users are kept out. Filled by picocli. */
final class GateOptions {
    private static final String PASSWD_FILE = "passwd-file:";
    private static final String DICT = "dict:";

    @Option(names = "--gate", paramLabel = "KIND:PATH", description = "Keep users out with passwd-file:FILE, or with dict:DIR, which "
            + "acts at once. Both are userdbs of Dovecot, see docs/userdb-gate.md.")
    String gate;

    boolean isGiven() {
        return gate != null;
    }

    /** The gate, asked of by the Dovecot whose settings these are. */
    Gate gate(DovecotSettings settings) throws IOException, CommandException {
        return gate(settings, List.of());
    }

    /** The gate, asked of by the Dovecot whose settings these are, and by those of other backends. */
    Gate gate(DovecotSettings settings, List<? extends AuthProbe> others) throws IOException, CommandException {
        List<AuthProbe> probes = new ArrayList<>(List.of(auth(settings)));
        probes.addAll(others);
        return gate(probes);
    }

    /** The gate, without anybody to ask whether Dovecot follows it: to look at it and to open it. */
    Gate withoutProbes() throws IOException, CommandException {
        return gate(List.of());
    }

    static AuthProbe auth(DovecotSettings settings) {
        return new AuthSocket(Path.of(settings.get("base_dir"), "auth-master"), "imap");
    }

    /** The Dovecot with these settings, and the {@code doveadm} that knows them too. */
    static Backend thisBackend(DovecotSettings settings, DovecotProgram doveadm) {
        return new LocalBackend(Anvil.of(settings), auth(settings), doveadm);
    }

    private Gate gate(List<AuthProbe> probes) throws IOException, CommandException {
        if (gate == null) {
            throw CommandException.usage("name the gate with --gate passwd-file:FILE or --gate dict:DIR (docs/userdb-gate.md)");
        }
        String path = gate.substring(gate.indexOf(':') + 1);
        if (!path.startsWith("/")) {
            throw CommandException.usage("--gate: found " + gate + ", expected passwd-file:/PATH or dict:/PATH");
        }
        RunIdentity self = RunIdentity.current();
        if (gate.startsWith(PASSWD_FILE)) {
            return new PasswdFileGate(path, probes, self, Clock.systemUTC());
        }
        if (gate.startsWith(DICT)) {
            return new DictGate(path, probes, self, Clock.systemUTC());
        }
        throw CommandException.usage("--gate: found " + gate + ", expected passwd-file:/PATH or dict:/PATH");
    }
}
