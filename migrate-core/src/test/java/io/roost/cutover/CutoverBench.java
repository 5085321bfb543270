package io.roost.cutover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.director.Director;
import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.DoveadmServer;
import io.roost.director.UserHash;
import io.roost.dovecot.Anvil;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
import io.roost.gate.AuthProbe;
import io.roost.gate.AuthSocket;
import io.roost.gate.Gate;
import io.roost.gate.PasswdFileGate;
import io.roost.gate.PasswdFileSwitch;
import io.roost.gate.RunIdentity;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Result;
import io.roost.migrate.Settings;
import io.roost.posix.ByteString;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;

/** Roost on backend {@code b1} of a cluster, as the command would put it together. */
final class CutoverBench implements AutoCloseable {
    static final String MDBOX = "mdbox:~/mdbox";

    private final Path directory;
    final CheckpointStore store;
    final Director director;
    final Pins pins;
    final CutoverMeans site;
    final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    final List<String> complaints = Collections.synchronizedList(new ArrayList<>());
    /** Told each state when it is recorded; may do something about it. */
    volatile Consumer<UserState> onReached = state -> { };
    volatile Consumer<Event> onEvent = event -> { };

    CutoverBench(DirectorCluster cluster, Path state) throws IOException {
        this(cluster, state, new PasswdFileSwitch(cluster.usersFile().toString(), "%u", Clock.systemUTC()));
    }

    CutoverBench(DirectorCluster cluster, Path state, UserdbSwitch userdb) throws IOException {
        this(cluster.directory(), cluster.backends().get(0).ip(), cluster.backends().get(1).ip(), state, userdb);
    }

    /** In another process than the cluster's. */
    CutoverBench(Path directory, String ip1, String ip2, Path state, UserdbSwitch userdb) throws IOException {
        this(directory, ip1, ip2, state, userdb, probes -> new PasswdFileGate(directory + "/gate", probes, RunIdentity.current(),
                Clock.systemUTC()));
    }

    /** The gate of a site. */
    interface GateOf {
        Gate gate(List<AuthProbe> probes) throws IOException;
    }

    CutoverBench(DirectorCluster cluster, Path state, GateOf gates) throws IOException {
        this(cluster.directory(), cluster.backends().get(0).ip(), cluster.backends().get(1).ip(), state,
                new PasswdFileSwitch(cluster.usersFile().toString(), "%u", Clock.systemUTC()), gates);
    }

    private CutoverBench(Path directory, String ip1, String ip2, Path state, UserdbSwitch userdb, GateOf gates) throws IOException {
        this.directory = directory;
        Files.createDirectories(state);
        store = CheckpointStore.open(state.toString());
        director = new DirectorAdmin(List.of(DirectorAddress.parse(directory + "/director/base/director-admin")),
                new UserHash(UserHash.DEFAULT_FORMAT), DirectorAdmin.Limits.defaults());
        DovecotProgram doveadm = DovecotProgram.doveadm(Optional.of(directory + "/b1/dovecot.conf"));
        AuthProbe auth = new AuthSocket(directory.resolve("b1/base/auth-userdb"), "imap");
        AuthProbe otherAuth = new AuthSocket(directory.resolve("b2/base/auth-userdb"), "imap");
        Gate gate = gates.gate(List.of(auth, otherAuth));
        site = new CutoverMeans(director, List.of(new LocalBackend(new Anvil(directory.resolve("b1/base/anvil")),
                new AuthSocket(directory.resolve("b1/base/auth-master"), "imap"), doveadm), new RemoteBackend(new DoveadmServer(
                new DirectorAddress("", ip2, DirectorCluster.DOVEADM_PORT), DirectorCluster.DOVEADM_PASSWORD))), doveadm, auth,
                Optional.of(gate), Optional.of(userdb));
        pins = new Pins(director, ip1, false);
        gate.liftAbandoned(Instant.now());
    }

    static DovecotNode here(DirectorCluster cluster) {
        return cluster.backends().get(0);
    }

    CutoverSettings settings(Mode mode) {
        return CutoverSettings.of(mode, MDBOX).withLimits(Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofSeconds(30));
    }

    Account account(String user) throws IOException {
        // of names that nobody has a home by, as of a userdb that takes any
        String directoryName = user.isEmpty() || user.matches("(?s).*[/:*?\\x00-\\x1f].*|\\.\\.| .*") ? "nobody" : user;
        String home = ByteString.ofText(directory.resolve("home").resolve(directoryName).toString());
        return new Account(user, home, -1, -1, MailLocation.parse("maildir:~/Maildir", home), MailLocation.parse(MDBOX, home));
    }

    Result run(String user, Mode mode) throws Exception {
        return run(user, settings(mode), pins);
    }

    Result run(String user, CutoverSettings settings, Pins with) throws Exception {
        return new Night(site, with, settings, store, (who, what) -> complaints.addAll(what)).run(account(user), Settings.defaults(),
                event -> {
                    events.add(event);
                    onEvent.accept(event);
                    if (event instanceof Event.Reached reached) {
                        onReached.accept(reached.state());
                    }
                });
    }

    /** Lock-outs told so far. */
    List<Event.CutOver> cutovers() {
        synchronized (events) {
            return events.stream().filter(Event.CutOver.class::isInstance).map(Event.CutOver.class::cast).toList();
        }
    }

    @Override
    public void close() {
        pins.close();
        director.close();
        store.close();
    }
}
