package io.roost.cutover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.director.Director;
import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.DoveadmServer;
import io.roost.director.UserHash;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
import io.roost.gate.AuthProbe;
import io.roost.gate.AuthSocket;
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

    private final DirectorCluster cluster;
    final CheckpointStore store;
    final Director director;
    final Pins pins;
    final Site site;
    final List<Event> events = Collections.synchronizedList(new ArrayList<>());
    final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

    CutoverBench(DirectorCluster cluster, Path state) throws IOException {
        this(cluster, state, new PasswdFileSwitch(cluster.usersFile().toString(), "%u", Clock.systemUTC()));
    }

    CutoverBench(DirectorCluster cluster, Path state, UserdbSwitch userdb) throws IOException {
        this(cluster.directory(), state, userdb, cluster);
    }

    private CutoverBench(Path directory, Path state, UserdbSwitch userdb, DirectorCluster cluster) throws IOException {
        this.cluster = cluster;
        Files.createDirectories(state);
        store = CheckpointStore.open(state.toString());
        director = new DirectorAdmin(List.of(DirectorAddress.parse(cluster.adminSocket().toString())),
                new UserHash(UserHash.DEFAULT_FORMAT), DirectorAdmin.Limits.defaults());
        site = site(cluster, director, userdb);
        pins = new Pins(director, here(cluster).ip(), false);
        site.gate().orElseThrow().liftAbandoned(java.time.Instant.now());
    }

    static DovecotNode here(DirectorCluster cluster) {
        return cluster.backends().get(0);
    }

    private static Site site(DirectorCluster cluster, Director director, UserdbSwitch userdb) throws IOException {
        DovecotProgram doveadm = DovecotProgram.doveadm(Optional.of(here(cluster).config().toString()));
        DovecotNode other = cluster.backends().get(1);
        AuthProbe auth = new AuthSocket(here(cluster).baseDirectory().resolve("auth-userdb"), "imap");
        AuthProbe otherAuth = new AuthSocket(other.baseDirectory().resolve("auth-userdb"), "imap");
        return new Site(director, List.of(new LocalBackend(doveadm), new RemoteBackend(new DoveadmServer(
                new DirectorAddress("", other.ip(), DirectorCluster.DOVEADM_PORT), DirectorCluster.DOVEADM_PASSWORD))), doveadm, auth,
                Optional.of(new PasswdFileGate(cluster.gateFile().toString(), List.of(auth, otherAuth), RunIdentity.current(),
                        Clock.systemUTC())), Optional.of(userdb));
    }

    CutoverSettings settings(Mode mode) {
        return CutoverSettings.of(mode, MDBOX).withLimits(Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofSeconds(30));
    }

    Account account(String user) throws IOException {
        String home = ByteString.ofText(cluster.home(user).toString());
        return new Account(user, home, -1, -1, MailLocation.parse("maildir:~/Maildir", home), MailLocation.parse(MDBOX, home));
    }

    Result run(String user, Mode mode) throws Exception {
        return run(user, settings(mode), pins);
    }

    Result run(String user, CutoverSettings settings, Pins with) throws Exception {
        return new Night(site, with, settings, store, (who, what) -> complaints.addAll(what)).run(account(user), Settings.defaults(),
                events::add);
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
