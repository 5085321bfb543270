package io.roost.cli;

import java.time.Clock;
import java.util.concurrent.Callable;

import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Screen;
import picocli.CommandLine.Mixin;

/** A command that reports to people, or with {@code --json} to scripts. What goes wrong is thrown and told by {@link Roost}. */
abstract class ReportingCommand implements Callable<Integer>, JsonCommand {
    final Screen screen;

    @Mixin
    private final HelpOption help = new HelpOption();

    @Mixin
    final JsonOption output = new JsonOption();

    ReportingCommand(Screen screen) {
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
}
