package io.roost.cli;

import java.time.Instant;
import java.util.List;

import io.roost.aftercare.Rollback;
import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.screen.Screen;
import io.roost.cutover.Pins;
import io.roost.director.Director;
import io.roost.director.DoveadmServer;
import io.roost.dovecot.DovecotProgram;
import io.roost.gate.Gate;
import io.roost.gate.UserdbSwitch;
import io.roost.posix.ByteString;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost rollback}: brings one user back to the Maildir. */
@Command(name = "rollback", header = "Bring a user back from mdbox to the Maildir.",
        description = {"Locks the user out, brings everything that happened in the mdbox since the migration to the Maildir with "
            + "Dovecot's own doveadm sync, compares the two, switches the userdb back, moves the mdbox aside and lets the user in. UIDs "
            + "stay. A run that was killed goes on when it is started again."},
        footer = {"", "Examples:",
            "  roost rollback --gate passwd-file:/etc/dovecot/roost-gate --switch passwd-file:/etc/dovecot/users \\",
            "      --director 10.0.0.1:9091 --here 10.0.0.11 anna@example.org"})
final class RollbackCommand extends ReportingCommand {
    @Mixin
    private final LocationOptions location = new LocationOptions();
    @Mixin
    private final StateOption state = new StateOption();
    @Mixin
    private final GateOptions gates = new GateOptions();
    @Mixin
    private final SwitchOptions switches = new SwitchOptions();
    @Mixin
    private final DirectorOptions cluster = new DirectorOptions();

    @Option(names = "--gate-reason", paramLabel = "TEXT", defaultValue = "Your mailbox is being moved, please try again in a minute",
            description = "What clients are told meanwhile. Default: ${DEFAULT-VALUE}.")
    private String reason;

    @Parameters(paramLabel = "USER", description = "Name of the user, as in Dovecot.")
    private String user;

    RollbackCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        cluster.check();
        UserdbSwitch userdb = switches.userdb();
        try (Director director = cluster.director();
                CheckpointStore store = CheckpointStore.openReadOnly(state.directory()).isPresent()
                        ? CheckpointStore.open(state.directory()) : nothing()) {
            Site site = Site.of(location);
            DovecotProgram doveadm = DovecotProgram.doveadm(site.dovecotConfig());
            String ip = cluster.thisBackend(director);
            List<DoveadmServer> others = cluster.others(site, director, ip);
            Gate gate = gates.gate(site.dovecot(), others);
            gate.liftAbandoned(Instant.now());
            String name = site.user(user).name();
            try (Pins pins = new Pins(director, ip, false)) {
                SiteRollback.Means means = new SiteRollback.Means(gate, reason, userdb, director, pins,
                        DirectorOptions.backends(site, doveadm, others, screen), doveadm);
                tell(name, new SiteRollback(site, location, store, means).run(name, step -> screen.message(name + ": " + step)));
            }
        }
        return ExitCode.DONE;
    }

    private void tell(String name, Rollback.Outcome outcome) {
        if (isJson()) {
            json().object("rolled_back", name, json -> {
                json.writeBooleanField("was_back", outcome.wasBack());
                json.writeArrayFieldStart("aside");
                for (String path : outcome.aside()) {
                    json.writeString(ByteString.toText(path));
                }
                json.writeEndArray();
            });
        } else {
            screen.line(name + ": " + SiteRollback.said(outcome));
        }
    }

    private CheckpointStore nothing() throws CommandException {
        throw new CommandException(ExitCode.NOTHING_TO_DO, "there is no checkpoint store in " + state.directory()
                + ": nothing was migrated with it (--state names another)");
    }
}
