package io.roost.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.roost.cli.control.ControlClient;
import io.roost.cli.control.ControlException;
import io.roost.cli.control.RefusedException;
import io.roost.cli.control.Verb;
import io.roost.cli.screen.Screen;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost ctl VERB}: sends one request and prints the answer. */
@Command
final class CtlVerbCommand extends ReportingCommand {
    private static final int PAUSE_SECONDS = 2;

    private final CtlCommand ctl;
    private final Verb verb;

    @Mixin
    private final StateOption state = new StateOption();

    @Option(names = {"-w", "--watch"}, description = "Ask again every " + PAUSE_SECONDS + " seconds, until the run ends.")
    private boolean again;

    @Parameters(arity = "0..*")
    private List<String> arguments = List.of();

    private CtlVerbCommand(Screen screen, CtlCommand ctl, Verb verb) {
        super(screen);
        this.ctl = ctl;
        this.verb = verb;
    }

    static CommandLine commandLine(Screen screen, CtlCommand ctl, Verb verb) {
        CommandLine line = new CommandLine(new CtlVerbCommand(screen, ctl, verb));
        CommandSpec spec = line.getCommandSpec();
        spec.usageMessage().header(verb.help()).abbreviateSynopsis(true);
        PositionalParamSpec any = spec.positionalParameters().get(0);
        spec.remove(any);
        if (!verb.arguments().isEmpty()) {
            spec.addPositional(PositionalParamSpec.builder(any).paramLabel(verb.arguments()).build());
        }
        if (!verb.name().equals("status")) {
            spec.remove(spec.findOption("--watch"));
        }
        // such as the -1 of workers
        line.setUnmatchedOptionsArePositionalParams(true);
        return line;
    }

    @Override
    public boolean isJson() {
        return super.isJson() || ctl.output.json;
    }

    @Override
    ExitCode run() throws Exception {
        String directory = (state.state == null ? ctl.state : state).directory();
        String request = (verb.name() + " " + String.join(" ", arguments)).strip();
        try (ControlClient client = ControlClient.connect(directory)) {
            ask(client, request);
            while (again) {
                TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
                if (!isJson()) {
                    screen.line();
                }
                ask(client, request);
            }
            return ExitCode.DONE;
        } catch (RefusedException e) {
            return refused(e);
        } catch (ControlException e) {
            if (again && e.kind() == ControlException.Kind.ENDED) {
                return ExitCode.DONE;
            }
            throw failed(e);
        }
    }

    static CommandException failed(ControlException e) {
        return new CommandException(switch (e.kind()) {
            case NO_RUN -> ExitCode.NOTHING_TO_DO;
            case UNUSABLE, TAKEN -> ExitCode.STATE_UNUSABLE;
            case ENDED, PROTOCOL -> ExitCode.FAILED;
        }, e.getMessage());
    }

    private void ask(ControlClient client, String request) throws ControlException, RefusedException {
        if (isJson()) {
            client.askForJson(request, line -> screen.json((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } else {
            client.ask(request, screen::line);
        }
    }

    /** As a run that cannot be asked is told of, with the kind that the run gave. */
    private ExitCode refused(RefusedException e) {
        ExitCode code = switch (e.kind()) {
            case USAGE -> ExitCode.USAGE;
            case UNKNOWN_USER -> ExitCode.NOTHING_TO_DO;
            case REFUSED, BUSY -> ExitCode.FAILED;
        };
        screen.message("roost: " + e.getMessage());
        if (isJson()) {
            json().object("error", "", json -> {
                json.writeStringField("kind", JsonFields.id(e.kind()));
                json.writeStringField("reason", e.getMessage());
                json.writeNumberField("exit_code", code.number());
            });
        }
        return code;
    }
}
