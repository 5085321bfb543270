package io.roost.cli;

import java.io.IOException;
import java.net.NetworkInterface;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.screen.Screen;
import io.roost.cutover.Backend;
import io.roost.cutover.CutoverMeans;
import io.roost.cutover.CutoverSettings;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.cutover.LocalBackend;
import io.roost.cutover.Night;
import io.roost.cutover.Pins;
import io.roost.cutover.QuotaRecalculation;
import io.roost.cutover.RemoteAuthProbe;
import io.roost.cutover.RemoteBackend;
import io.roost.director.Director;
import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.DoveadmServer;
import io.roost.director.MailHost;
import io.roost.director.NoDirector;
import io.roost.director.UserHash;
import io.roost.dovecot.DovecotProgram;
import io.roost.gate.Gate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How users are kept on this backend, and made to use the mdbox. Filled by picocli. */
final class CutoverOptions {
    private static final String WHY_ONE = "refused: an mdbox is damaged when two backends write to it, so that each user has to stay on "
            + "one backend. With a director, name it with --director, and Roost maps users here through it. Without one and with "
            + "more than one backend, stay with Maildir. If no other server touches the mail of these users, say so with "
            + "--single-backend";

    /** A name that no user has. */
    private static final String NOBODY = "roost-asks-who";

    @Option(names = "--single-backend", description = "No other server touches the mail of these users.")
    boolean singleBackend;

    @Option(names = "--director", paramLabel = "ADDR", split = ",", description = "Keep users on this backend through the director: its "
            + "socket director-admin, or HOST:PORT. Several are tried in turn.")
    List<String> directors = List.of();

    @Option(names = "--here", paramLabel = "IP", description = "This backend, as the director has it. Default: the backend that has one of "
            + "this machine's addresses.")
    String here;

    @Option(names = "--director-username-hash", paramLabel = "FORMAT", description = "director_username_hash there. Default: %%Lu.")
    String usernameHash = UserHash.DEFAULT_FORMAT;

    @Option(names = "--mine", description = "Only users whom the director has on this backend already.")
    boolean mine;

    @Option(names = "--prepare", description = "Copy only; to be repeated, each time copying what is new.")
    boolean prepare;

    @Option(names = "--cutover", description = "All the way: lock the user out, finish, switch the userdb, let the user in.")
    boolean cutover;

    @Option(names = "--postpone-cutover-file", paramLabel = "FILE", description = "Nobody is locked out as long as this file exists.")
    String postponeFile;

    @Mixin
    final GateOptions gates = new GateOptions();
    @Mixin
    final SwitchOptions switches = new SwitchOptions();
    @Mixin
    final StaleIndexOptions staleIndexes = new StaleIndexOptions();

    @Option(names = "--gate-reason", paramLabel = "TEXT", description = "What clients are told meanwhile.")
    String gateReason;

    @Option(names = "--kick-limit", paramLabel = "SECONDS", description = "How long to kick somebody before leaving the user for later. "
            + "Default: 30.")
    int kickLimit = 30;

    @Option(names = "--other-backend", paramLabel = "HOST:PORT", split = ",",
            description = "Doveadm port of another backend, to be kicked and "
            + "asked too. Default: every other backend of the director, if doveadm_port and doveadm_password are set here.")
    List<String> otherBackends = List.of();

    /**
     * What a run needs to take users through their night.
     *
     * @param here this backend, as the director has it; empty without one
     */
    record Nights(Night night, CutoverMeans means, Pins pins, String here) implements AutoCloseable {
        @Override
        public void close() {
            pins.close();
            means.director().close();
        }
    }

    /** Refuses what does not go together, before anything is asked. */
    void check() throws CommandException {
        if (singleBackend == !directors.isEmpty()) {
            throw CommandException.usage(singleBackend ? "--single-backend and --director exclude each other" : WHY_ONE);
        }
        if (prepare && cutover) {
            throw CommandException.usage("--prepare and --cutover exclude each other: prepare first, cut over when the time has come");
        }
        if (mine && singleBackend) {
            throw CommandException.usage("--mine asks the director, and there is none: leave it out");
        }
        if (cutover && !(gates.isGiven() && switches.isGiven())) {
            throw CommandException.usage("--cutover needs " + (gates.isGiven()
                    ? "--switch or --switch-hook, to make the userdb lead to the mdbox" : "--gate, to lock users out") + ": see docs/cutover.md");
        }
        if (!cutover && (gates.isGiven() || switches.isGiven() || postponeFile != null)) {
            throw CommandException.usage("--gate, --switch, --switch-hook and --postpone-cutover-file are for --cutover");
        }
        if (kickLimit < 1 || kickLimit > 3600) {
            throw CommandException.usage("--kick-limit: found " + kickLimit + ", expected 1 to 3600 seconds");
        }
        if (postponeFile != null && !postponeFile.startsWith("/")) {
            throw CommandException.usage("--postpone-cutover-file: found " + postponeFile + ", expected an absolute path");
        }
    }

    /** Opens what is needed; empty if users are only published, on a single backend. Opens gates of runs that are dead. */
    Optional<Nights> open(Site site, CheckpointStore store, Screen screen) throws IOException, CommandException {
        if (singleBackend && !prepare && !cutover) {
            return Optional.empty();
        }
        Director director = director();
        boolean opened = false;
        try {
            String ip = director.isSingleBackend() ? "" : thisBackend(director);
            DovecotProgram doveadm = DovecotProgram.doveadm(site.dovecotConfig());
            List<DoveadmServer> others = others(site, director, ip);
            Optional<Gate> gate = cutover ? Optional.of(gates.gate(site.dovecot(), others.stream().map(RemoteAuthProbe::new).toList()))
                    : Optional.empty();
            if (gate.isPresent()) {
                gate.get().liftAbandoned(Instant.now()).forEach(entry -> screen.message("roost: the gate of " + entry.user()
                        + " was left closed by a run that is dead, and is open now"));
            }
            CutoverMeans means = new CutoverMeans(director, backends(doveadm, others, screen), doveadm,
                    GateOptions.auth(site.dovecot()), gate, cutover ? Optional.of(switches.userdb()) : Optional.empty(),
                    staleIndexes.open(site, new UserHash(usernameHash)),
                    Optional.of(new QuotaRecalculation(doveadm, site.dovecot())));
            Pins pins = new Pins(director, ip, mine);
            Night night = new Night(means, pins, settings(site), store,
                    (user, complaints) -> complaints.forEach(text -> screen.message(user + ": " + text)));
            opened = true;
            return Optional.of(new Nights(night, means, pins, ip));
        } finally {
            if (!opened) {
                director.close();
            }
        }
    }

    private Director director() throws IOException {
        if (directors.isEmpty()) {
            return new NoDirector();
        }
        List<DirectorAddress> addresses = new ArrayList<>();
        for (String address : directors) {
            addresses.add(DirectorAddress.parse(address));
        }
        return new DirectorAdmin(addresses, new UserHash(usernameHash), DirectorAdmin.Limits.defaults());
    }

    /** The one of the director's backends that this machine is. */
    private String thisBackend(Director director) throws IOException, CommandException {
        List<String> hosts = director.hosts().stream().map(MailHost::ip).toList();
        if (here != null) {
            if (!hosts.contains(here)) {
                throw CommandException.usage("--here: the director does not know " + here + ", its backends are " + hosts);
            }
            return here;
        }
        Set<String> own = new HashSet<>();
        for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            Collections.list(card.getInetAddresses()).forEach(ip -> own.add(ip.getHostAddress().replaceFirst("%.*", "")));
        }
        List<String> mineOfThem = hosts.stream().filter(own::contains).toList();
        if (mineOfThem.size() != 1) {
            throw CommandException.usage("which of the director's backends " + hosts + " is this machine? Say it with --here");
        }
        return mineOfThem.get(0);
    }

    /** The doveadm ports of the other backends. */
    private List<DoveadmServer> others(Site site, Director director, String ip) throws IOException {
        // doveconf shows secrets only to who asks for them.
        String password = otherBackends.isEmpty() && site.dovecot().get("doveadm_password").isEmpty() ? ""
                : DovecotProgram.doveconf(site.dovecotConfig()).run("-P", "-h", "doveadm_password").requireSuccess().outputText().strip();
        List<String> others = new ArrayList<>(otherBackends);
        String port = site.dovecot().get("doveadm_port");
        if (others.isEmpty() && !password.isEmpty() && !port.isEmpty() && !port.equals("0")) {
            director.hosts().stream().map(MailHost::ip).filter(host -> !host.equals(ip))
                    .forEach(host -> others.add((host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port));
        }
        List<DoveadmServer> servers = new ArrayList<>();
        for (String other : others) {
            servers.add(new DoveadmServer(DirectorAddress.parse("tcp:" + other), password));
        }
        return servers;
    }

    private static List<Backend> backends(DovecotProgram doveadm, List<DoveadmServer> others, Screen screen) throws IOException {
        List<Backend> backends = new ArrayList<>(List.of(new LocalBackend(doveadm)));
        for (DoveadmServer other : others) {
            Backend remote = new RemoteBackend(other);
            try {
                // A wrong password is told before anybody is locked out.
                remote.sessions(NOBODY);
            } catch (Backend.Unreachable e) {
                screen.message("roost: note: " + e.getMessage() + "; sessions there can be neither seen nor ended");
            }
            backends.add(remote);
        }
        return backends;
    }

    private CutoverSettings settings(Site site) {
        Mode mode = prepare ? Mode.PREPARE : cutover ? Mode.CUT_OVER : Mode.PUBLISH;
        CutoverSettings settings = CutoverSettings.of(mode, site.targetSetting()).withPostponeFile(Optional.ofNullable(postponeFile));
        settings = settings.withLimits(settings.gateExpiry(), Duration.ofSeconds(kickLimit), settings.lateLimit());
        return gateReason == null ? settings : settings.withReason(gateReason);
    }
}
