package io.roost.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.screen.Screen;
import io.roost.cutover.CutoverMeans;
import io.roost.cutover.CutoverSettings;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.cutover.Night;
import io.roost.cutover.Pins;
import io.roost.cutover.QuotaRecalculation;
import io.roost.director.Director;
import io.roost.director.DoveadmServer;
import io.roost.director.UserHash;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings.Namespace;
import io.roost.gate.Gate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How users are kept on this backend, and made to use the mdbox. Filled by picocli. */
final class CutoverOptions {
    @Option(names = "--mine", description = "Only users whom the director has on this backend already.")
    boolean mine;

    @Option(names = "--prepare", description = "Copy only; to be repeated, each time copying what is new.")
    boolean prepare;

    @Option(names = "--cutover", description = "All the way: lock the user out, finish, switch the userdb, let the user in.")
    boolean cutover;

    @Option(names = "--postpone-cutover-file", paramLabel = "FILE", description = "Nobody is locked out as long as this file exists.")
    String postponeFile;

    @Mixin
    final DirectorOptions cluster = new DirectorOptions();
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
        cluster.check();
        if (prepare && cutover) {
            throw CommandException.usage("--prepare and --cutover exclude each other: prepare first, cut over when the time has come");
        }
        if (mine && cluster.singleBackend) {
            throw CommandException.usage("--mine asks the director, and there is none: leave it out");
        }
        if (cutover && !(gates.isGiven() && switches.isGiven())) {
            throw CommandException.usage("--cutover needs " + (gates.isGiven()
                    ? "--switch or --switch-hook, to make the userdb lead to the mdbox" : "--gate, to lock users out")
                    + ": see docs/cutover.md");
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
        if (cluster.singleBackend && !prepare && !cutover) {
            return Optional.empty();
        }
        if (cutover && switches.file != null && site.dovecot().inboxNamespace().flatMap(Namespace::location).isPresent()) {
            throw CommandException.usage("the namespace with the INBOX has a location of its own, which goes before the userdb's mail: "
                    + "--switch would change nothing. Make it the global mail_location, or name a --switch-hook that does what is right here");
        }
        Director director = cluster.director();
        boolean opened = false;
        try {
            String ip = cluster.thisBackend(director);
            DovecotProgram doveadm = DovecotProgram.doveadm(site.dovecotConfig());
            List<DoveadmServer> others = cluster.others(site, director, ip);
            Optional<Gate> gate = cutover ? Optional.of(gates.gate(site.dovecot(), others))
                    : Optional.empty();
            if (gate.isPresent()) {
                gate.get().liftAbandoned(Instant.now()).forEach(entry -> screen.message("roost: the gate of " + entry.user()
                        + " was left closed by a run that is dead, and is open now"));
            }
            CutoverMeans means = new CutoverMeans(director, DirectorOptions.backends(site, doveadm, others, screen), doveadm,
                    GateOptions.auth(site.dovecot()), gate, cutover ? Optional.of(switches.userdb()) : Optional.empty(),
                    staleIndexes.open(site, new UserHash(cluster.usernameHash)),
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

    private CutoverSettings settings(Site site) {
        Mode mode = prepare ? Mode.PREPARE : cutover ? Mode.CUT_OVER : Mode.PUBLISH;
        CutoverSettings settings = CutoverSettings.of(mode, site.targetSetting()).withPostponeFile(Optional.ofNullable(postponeFile));
        settings = settings.withLimits(settings.gateExpiry(), Duration.ofSeconds(kickLimit), settings.lateLimit());
        return gateReason == null ? settings : settings.withReason(gateReason);
    }
}
