package io.roost.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.cli.screen.Align;
import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Table;
import io.roost.gate.Gate;
import io.roost.gate.GateEntry;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code roost gate}: shows who is kept out, and lets them in; for when no run of Roost does. */
@Command(name = "gate", synopsisSubcommandLabel = "COMMAND", header = "Show who is locked out, and let them in.",
        description = "A gate keeps a user out while their mail is switched over. It opens by itself, also after a crash: the next run "
            + "opens those of dead runs. This is for all other cases.",
        footer = {"", "Examples:",
            "  roost gate list --gate passwd-file:/etc/dovecot/roost-gate",
            "  roost gate open --gate passwd-file:/etc/dovecot/roost-gate anna@example.org",
            "  roost gate lift-expired --gate dict:/var/lib/roost/gate"})
final class GateCommand implements Runnable {
    @Mixin
    private final HelpOption help = new HelpOption();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private GateCommand() {
    }

    static CommandLine commandLine(Screen screen) {
        CommandLine line = new CommandLine(new GateCommand());
        line.addSubcommand(new ListGates(screen));
        line.addSubcommand(new OpenGate(screen));
        line.addSubcommand(new LiftExpired(screen));
        line.addSubcommand(new HelpCommand());
        line.getCommandSpec().usageMessage().optionListHeading("%n").commandListHeading("%nCommands:%n");
        return line;
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "gate: a command is missing, such as list");
    }

    /** What all of them do. */
    private abstract static class OfGate extends ReportingCommand {
        @Mixin
        final GateOptions gates = new GateOptions();

        OfGate(Screen screen) {
            super(screen);
        }

        void tell(String type, String done, GateEntry entry) {
            if (isJson()) {
                json().object(type, entry.user(), json -> fields(json, entry));
            } else {
                screen.line(done + " " + entry.user() + ", closed since " + entry.closed() + " by process " + entry.owner().pid()
                        + " on " + entry.owner().host());
            }
        }

        static void fields(JsonGenerator json, GateEntry entry) throws IOException {
            json.writeStringField("reason", entry.reason());
            json.writeStringField("host", entry.owner().host());
            json.writeNumberField("pid", entry.owner().pid());
            json.writeStringField("life", entry.owner().life().name().toLowerCase(Locale.ROOT));
            json.writeStringField("closed", JsonLines.time(entry.closed().toEpochMilli()));
            json.writeStringField("expires", JsonLines.time(entry.expires().toEpochMilli()));
        }

        void damage(Gate gate) throws IOException {
            for (String damage : gate.damage()) {
                screen.message("roost: note: " + damage + "; it locks the user out as long as it stands there: roost gate open USER "
                        + "removes it");
            }
        }
    }

    /** {@code roost gate list}. */
    @Command(name = "list", header = "Show all closed gates.",
            description = "Life tells of the process that closed it: alive, dead, or unknown if it is on another host.")
    private static final class ListGates extends OfGate {
        ListGates(Screen screen) {
            super(screen);
        }

        @Override
        ExitCode run() throws Exception {
            Gate gate = gates.withoutProbes();
            List<GateEntry> entries = gate.entries();
            if (isJson()) {
                entries.forEach(entry -> json().object("gate", entry.user(), json -> fields(json, entry)));
            } else if (entries.isEmpty()) {
                screen.line("Nobody is locked out.");
            } else {
                Table table = new Table().elasticColumn("User").column("Closed", Align.LEFT).column("Expires", Align.LEFT)
                        .column("By", Align.LEFT).column("Life", Align.LEFT);
                for (GateEntry entry : entries) {
                    table.row(entry.user(), entry.closed().toString(), entry.expires().toString(),
                            entry.owner().host() + " " + entry.owner().pid(),
                            entry.owner().life().name().toLowerCase(Locale.ROOT));
                }
                screen.table(table);
            }
            damage(gate);
            return ExitCode.DONE;
        }
    }

    /** {@code roost gate open}. */
    @Command(name = "open", header = "Let a user in, whoever locked them out.",
            description = "A run that is still at this user notices before it switches them, leaves them where they are, and tries again "
                + "later.")
    private static final class OpenGate extends OfGate {
        @Parameters(paramLabel = "USER", description = "Name of the user, as in Dovecot.")
        private String user;

        OpenGate(Screen screen) {
            super(screen);
        }

        @Override
        ExitCode run() throws Exception {
            Gate gate = gates.withoutProbes();
            boolean damaged = !gate.damage().isEmpty();
            Optional<GateEntry> entry = gate.lift(user);
            if (entry.isPresent()) {
                tell("opened", "Opened:", entry.get());
                return ExitCode.DONE;
            }
            if (damaged && gate.damage().isEmpty()) {
                screen.line("Removed what was left of an entry.");
                return ExitCode.DONE;
            }
            throw new CommandException(ExitCode.NOTHING_TO_DO, "user " + user + " is not locked out by Roost in " + gates.gate);
        }
    }

    /** {@code roost gate lift-expired}. */
    @Command(name = "lift-expired", header = "Let in everybody whose gate has expired, or was closed by a run that is dead.",
            description = "To be run by a timer: samples/cutover has one.")
    private static final class LiftExpired extends OfGate {
        LiftExpired(Screen screen) {
            super(screen);
        }

        @Override
        ExitCode run() throws Exception {
            Gate gate = gates.withoutProbes();
            gate.liftAbandoned(Instant.now()).forEach(entry -> tell("lifted", "Lifted:", entry));
            damage(gate);
            return ExitCode.DONE;
        }
    }
}
