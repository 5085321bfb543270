package io.roost.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import io.roost.cutover.Backend;
import io.roost.cutover.LocalBackend;
import io.roost.cutover.RemoteAuthProbe;
import io.roost.director.DoveadmServer;
import io.roost.dovecot.Anvil;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.DovecotSettings.Userdb;
import io.roost.gate.AuthProbe;
import io.roost.gate.AuthSocket;
import io.roost.gate.DictGate;
import io.roost.gate.Gate;
import io.roost.gate.GateException;
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

    /**
     * The gate, asked of by the Dovecot whose settings these are, and by those of other backends.
     *
     * @throws CommandException if it is not the first userdb of each service
     */
    Gate gate(DovecotSettings settings, List<DoveadmServer> others) throws IOException, CommandException {
        requireFirst(settings);
        List<String> services = services(settings);
        List<AuthProbe> probes = new ArrayList<>(List.of(auth(settings, services)));
        others.forEach(other -> probes.add(new RemoteAuthProbe(other, services)));
        return gate(probes);
    }

    /** Before anybody is locked out of half of it. */
    private static void requireFirst(DovecotSettings settings) throws CommandException {
        for (String service : services(settings)) {
            List<Userdb> asked = settings.userdbs(service);
            if (!asked.isEmpty() && !asked.get(0).equals(settings.userdbs("").stream().findFirst().orElse(null))) {
                throw CommandException.usage("--gate: the first userdb of protocol " + service + " is " + asked.get(0).driver() + " "
                        + asked.get(0).args() + ", and not the gate: users would not be locked out there. "
                        + GateException.remedy(service));
            }
        }
    }

    /** The services that open users' mail, IMAP first: those that are served, and a delivery program that an MTA may start. */
    static List<String> services(DovecotSettings settings) {
        List<String> services = new ArrayList<>(List.of("imap", "pop3", "lmtp", "submission", "sieve"));
        services.retainAll(settings.protocols());
        services.add("lda");
        return services;
    }

    /** The gate, without anybody to ask whether Dovecot follows it: to look at it and to open it. */
    Gate withoutProbes() throws IOException, CommandException {
        return gate(List.of());
    }

    static AuthProbe auth(DovecotSettings settings) {
        return new AuthSocket(master(settings), "imap");
    }

    /** The same, asked as each of these services. */
    static AuthProbe auth(DovecotSettings settings, List<String> services) {
        return new AuthSocket(master(settings), services);
    }

    private static Path master(DovecotSettings settings) {
        return Path.of(settings.get("base_dir"), "auth-master");
    }

    /** The Dovecot with these settings, and the {@code doveadm} that knows them too. */
    static Backend thisBackend(DovecotSettings settings, DovecotProgram doveadm) {
        return new LocalBackend(Anvil.of(settings), auth(settings), doveadm);
    }

    /** The gate, asked of by these. */
    Gate gate(List<AuthProbe> probes) throws IOException, CommandException {
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
