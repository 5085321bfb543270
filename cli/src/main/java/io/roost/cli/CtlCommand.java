package io.roost.cli;

import io.roost.cli.control.Verb;
import io.roost.cli.control.Verbs;
import io.roost.cli.screen.Screen;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** {@code roost ctl}: speaks to a migration that runs, through its control socket. Each of its commands is a verb of the protocol. */
@Command(name = "ctl", synopsisSubcommandLabel = "COMMAND", header = "Look at a running migration, and tell it what to do.",
        description = "Speaks to the roost migrate that has the state directory. With --json before or after the command the answer is "
            + "JSON Lines. Exit code 4: no run is there.",
        footer = {"", "Examples:",
            "  roost ctl status",
            "  roost ctl rate 20MB/s",
            "  roost ctl users phase=failed",
            "  roost ctl users sort=-bytes limit=20",
            "  roost ctl hold",
            "  roost ctl retry anna@example.org",
            "  roost ctl watch recent=20"})
final class CtlCommand implements Runnable {
    @Mixin
    private final HelpOption help = new HelpOption();
    @Mixin
    final JsonOption output = new JsonOption();
    @Mixin
    final StateOption state = new StateOption();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private CtlCommand() {
    }

    /** With a command for each verb. */
    static CommandLine commandLine(Screen screen) {
        CtlCommand ctl = new CtlCommand();
        CommandLine line = new CommandLine(ctl);
        for (Verb verb : Verbs.all()) {
            if (!verb.name().equals("help")) {
                line.addSubcommand(verb.name(), CtlVerbCommand.commandLine(screen, ctl, verb));
            }
        }
        line.addSubcommand(new HelpCommand());
        line.getCommandSpec().usageMessage().optionListHeading("%n").commandListHeading("%nCommands:%n");
        return line;
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "ctl: a command is missing, such as status");
    }
}
