package io.roost.cli.hostchange;

import io.roost.cli.HelpOption;
import io.roost.cli.screen.Screen;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** {@code roost hostchange}: the group of commands. */
@Command(name = "hostchange", header = "Keep list indexes in a backend's memory honest.", synopsisSubcommandLabel = "COMMAND",
        description = {"For backends with LISTINDEX=/dev/shm/...: a list index of the time before a user was on another "
        + "backend is deleted before the user sees it. See docs/hostchange.md."})
public final class HostChangeCommand implements Runnable {
    @Mixin
    private final HelpOption help = new HelpOption();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private HostChangeCommand() {
    }

    /** The group with all its commands. */
    public static CommandLine with(Screen screen) {
        CommandLine group = new CommandLine(new HostChangeCommand());
        group.addSubcommand(new LoginCommand(screen));
        group.addSubcommand(new ServeCommand(screen));
        group.addSubcommand(new CheckCommand(screen));
        group.addSubcommand(new PurgeCommand(screen));
        group.addSubcommand(new CleanCommand(screen));
        group.getCommandSpec().usageMessage().commandListHeading("%nCommands:%n");
        group.getSubcommands().values().forEach(command -> command.getCommandSpec().usageMessage().abbreviateSynopsis(true)
                .synopsisHeading("%nUsage: ").descriptionHeading("%n").parameterListHeading("%n"));
        return group;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "hostchange: a command is missing: login, serve, check, purge or "
                + "clean");
    }
}
