package io.roost.cli.hostchange;

import java.time.Clock;
import java.util.concurrent.Callable;

import io.roost.cli.ExitCode;
import io.roost.cli.HelpOption;
import io.roost.cli.JsonCommand;
import io.roost.cli.JsonOption;
import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Screen;
import io.roost.hostchange.Notes;
import picocli.CommandLine.Mixin;

/** One of the commands. What goes wrong is thrown. */
abstract class HostCommand implements Callable<Integer>, JsonCommand {
    final Screen screen;

    @Mixin
    private final HelpOption help = new HelpOption();

    @Mixin
    private final JsonOption output = new JsonOption();

    HostCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        return run().number();
    }

    abstract ExitCode run() throws Exception;

    @Override
    public boolean isJson() {
        return output.json;
    }

    JsonLines json() {
        return new JsonLines(screen, Clock.systemUTC());
    }

    /** Remarks on standard error, one line each. */
    Notes notes(boolean infos) {
        return new Notes() {
            @Override
            public void info(String line) {
                if (infos) {
                    screen.message(line);
                }
            }

            @Override
            public void warning(String line) {
                screen.message("warning: " + line);
            }
        };
    }
}
