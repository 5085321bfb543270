package io.roost.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.roost.cli.control.ControlException;
import io.roost.cli.control.RefusedException;
import io.roost.cli.screen.Screen;
import io.roost.cli.tui.PromptHistory;
import io.roost.cli.tui.RoostProgram;
import io.roost.cli.tui.Tui;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost tui}: the screens of a running migration. */
@Command(name = "tui", header = "Watch and steer a running migration on screens.",
        description = {"Attaches to the roost migrate that has the state directory, or prepares and starts one. The run does not need the "
            + "terminal: quit, and it goes on; any number may watch. ? shows the keys. Where nothing can be drawn (a pipe, TERM=dumb) "
            + "it prints lines.", "With USER it walks through the first try with one user, explaining each step before it is taken."},
        footer = {"", "Examples:",
            "  roost tui",
            "  roost tui --read-only --state /var/lib/roost",
            "  roost tui --with '--single-backend' anna@example.org"})
final class TuiCommand implements Callable<Integer> {
    private final Screen screen;

    @Mixin
    private final HelpOption help = new HelpOption();
    @Mixin
    private final StateOption state = new StateOption();

    @Option(names = "--read-only", description = "Only look: nothing of the run can be changed.")
    private boolean readOnly;

    @Option(names = "--with", paramLabel = "OPTIONS", defaultValue = "",
            description = "Options of roost migrate, as one word, for what is started here.")
    private String options;

    @Parameters(paramLabel = "USER", arity = "0..1", defaultValue = "", description = "Walk through the first try with this user.")
    private String user;

    TuiCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        if (readOnly && !user.isEmpty()) {
            throw CommandException.usage("--read-only and USER exclude each other: the first try writes an mdbox");
        }
        try {
            Tui.run(screen, new Tui.Settings(state.directory(), screen.charset(), screen.isInteractive(), screen.usesColour(), readOnly,
                    new RoostProgram(TuiCommand::program), options, user, new PromptHistory(history())));
            return ExitCode.DONE.number();
        } catch (ControlException e) {
            throw CtlVerbCommand.failed(e);
        } catch (RefusedException e) {
            throw new CommandException(ExitCode.FAILED, e.getMessage());
        }
    }

    /** Of the person, whatever the run is. */
    private static Optional<Path> history() {
        try {
            return Optional.of(Path.of(StateOption.defaultDirectory(false, System.getenv("XDG_STATE_HOME"), System.getenv("HOME")),
                    "tui-history"));
        } catch (CommandException | InvalidPathException e) {
            // nowhere to remember it
            return Optional.empty();
        }
    }

    /** This very Roost, as it was started: with the same Java, flags and classes. */
    private static List<String> program() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Roost.class.getName()));
        return command;
    }
}
