package io.roost.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.RunRecord;
import io.roost.cli.screen.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Unmatched;

/** {@code roost resume}: the last run again, with its options, for the users that are left. */
@Command(name = "resume", header = "Go on with the last run: its options, and the users that are not done.",
        description = {"Failed users are tried again. Further options of roost migrate, such as --workers, go before those of "
            + "the last run."},
        footer = {"", "Examples:", "  roost resume", "  roost resume --workers 8 --until 06:00"})
final class ResumeCommand implements Callable<Integer> {
    private final Screen screen;

    @Mixin
    private final HelpOption help = new HelpOption();
    @Mixin
    private final StateOption state = new StateOption();

    @Unmatched
    private List<String> more = new ArrayList<>();

    ResumeCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        String directory = state.directory();
        RunRecord last;
        try (CheckpointStore store = CheckpointStore.openReadOnly(directory).orElse(null)) {
            Optional<RunRecord> found = store == null ? Optional.empty() : store.run();
            last = found.orElseThrow(() -> new CommandException(ExitCode.NOTHING_TO_DO,
                    "there is no run to go on with in " + directory + " (--state names another)"));
        }
        List<String> arguments = new ArrayList<>(List.of("migrate"));
        last.arguments().stream().filter(argument -> more.stream().noneMatch(m -> name(m).equals(name(argument))))
                .forEach(arguments::add);
        arguments.addAll(List.of("--state=" + directory, "--unfinished"));
        arguments.addAll(more);
        return Roost.run(screen, arguments.toArray(String[]::new));
    }

    /** {@code --until=06:00} is {@code --until}. */
    private static String name(String argument) {
        int equals = argument.indexOf('=');
        return equals < 0 ? argument : argument.substring(0, equals);
    }
}
