package io.roost.cli;

import java.util.concurrent.Callable;

import io.roost.cli.control.ControlException;
import io.roost.cli.control.RefusedException;
import io.roost.cli.screen.Screen;
import io.roost.cli.tui.Tui;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code roost tui}: the screens of a running migration. */
@Command(name = "tui", header = "Watch and steer a running migration on screens.",
        description = "Attaches to the roost migrate that has the state directory. The run does not notice: quit, and it goes on; any number "
            + "may watch. ? shows the keys. Where nothing can be drawn (a pipe, TERM=dumb) it prints lines.",
        footer = {"", "Examples:",
            "  roost tui",
            "  roost tui --read-only --state /var/lib/roost"})
final class TuiCommand implements Callable<Integer> {
    private final Screen screen;

    @Mixin
    private final HelpOption help = new HelpOption();
    @Mixin
    private final StateOption state = new StateOption();

    @Option(names = "--read-only", description = "Only look: nothing of the run can be changed.")
    private boolean readOnly;

    TuiCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        try {
            Tui.attach(state.directory(), screen, screen.charset(), screen.isInteractive(), screen.usesColour(), readOnly);
            return ExitCode.DONE.number();
        } catch (ControlException e) {
            throw CtlVerbCommand.failed(e);
        } catch (RefusedException e) {
            throw new CommandException(ExitCode.FAILED, e.getMessage());
        }
    }
}
