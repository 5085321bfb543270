package io.roost.cli;

import java.util.Optional;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.ProblemRecord;
import io.roost.checkpoint.UserRecord;
import io.roost.cli.screen.Screen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code roost status}: what the checkpoint store knows, also while another process migrates. */
@Command(name = "status", header = "Show how far users are.",
        description = "Reads the checkpoint store, also while a migration runs.",
        footer = {"", "Examples:",
            "  roost status",
            "  roost status anna@example.org",
            "  roost status --json | jq -r 'select(.state == \"failed\") | .user'"})
final class StatusCommand extends ReportingCommand {
    @Mixin
    private final StateOption state = new StateOption();

    @Parameters(paramLabel = "USER", arity = "0..1", description = "Show this user with mailboxes and problems.")
    private String user;

    StatusCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        String directory = state.directory();
        Optional<CheckpointStore> opened = CheckpointStore.openReadOnly(directory);
        if (opened.isEmpty()) {
            throw new CommandException(ExitCode.NOTHING_TO_DO, "there is no checkpoint store in " + directory
                    + ": nothing was migrated with it yet (--state names another)");
        }
        try (CheckpointStore store = opened.get()) {
            return user == null ? all(store) : one(store);
        }
    }

    private ExitCode all(CheckpointStore store) {
        StatusOutput output = isJson() ? new StatusJson(json()) : new StatusText(screen);
        int[] count = new int[1];
        store.users(record -> {
            count[0]++;
            output.user(record);
        });
        output.end(store.path());
        return count[0] == 0 ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }

    private ExitCode one(CheckpointStore store) throws CommandException {
        UserRecord record = store.user(user).orElseThrow(() -> new CommandException(ExitCode.NOTHING_TO_DO,
                "the checkpoint store in " + store.path() + " knows no user " + user));
        StatusOutput output = isJson() ? new StatusJson(json()) : new StatusText(screen);
        output.details(record, store.mailboxes(record.number()),
                store.problems(record.number()).stream().map(ProblemRecord::toString).toList());
        return ExitCode.DONE;
    }
}
