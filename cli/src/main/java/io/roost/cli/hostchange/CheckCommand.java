package io.roost.cli.hostchange;

import java.io.IOException;

import io.roost.cli.CommandException;
import io.roost.cli.ExitCode;
import io.roost.cli.screen.Screen;
import io.roost.hostchange.Inspector;
import io.roost.hostchange.LocalPath;
import io.roost.hostchange.UserPaths;
import io.roost.hostchange.UserTree;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost hostchange check}: how things are; changes nothing. */
@Command(name = "check", header = "Show which list indexes are fresh, stale, left or orphaned.",
        description = "Looks at this host's memory and at INDEX/.lasthost on shared storage. Writes nothing.",
        footer = {"", "fresh     the next login uses it",
            "stale     the next login deletes it: nobody knows how old it is",
            "left      the user was on another host last",
            "orphaned  there is no such user, or no INDEX of theirs",
            "none      there is no list index here"})
final class CheckCommand extends HostCommand {
    @Mixin
    private final LayoutOptions layout = new LayoutOptions();

    @Option(names = "--all", description = "All users who have a directory here.")
    private boolean all;

    @Option(names = "--dry-run", description = "For symmetry with the other commands: nothing is ever changed.")
    private boolean dryRun;

    @Parameters(paramLabel = "USER", arity = "0..1", description = "Name of the user, as in Dovecot.")
    private String user;

    CheckCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        if (all == (user != null)) {
            throw CommandException.usage("name a user, or --all");
        }
        Inspector inspector = new Inspector(layout.host());
        InspectionReport report = new InspectionReport(screen, isJson() ? json() : null);
        if (user != null) {
            UserPaths paths = layout.paths(user);
            report.user(inspector.look(paths.user(), paths.listIndex(), name -> paths.index()));
            report.end();
            return ExitCode.DONE;
        }
        boolean[] failed = new boolean[1];
        layout.tree().walk(new UserTree.Visitor() {
            @Override
            public void user(String name, LocalPath path, OpenDirectory parent, String directory) throws IOException {
                try {
                    report.user(inspector.look(name, path, CheckCommand.this::index));
                } catch (PosixException e) {
                    failed(e);
                }
            }

            @Override
            public void unexplained(String path) {
                report.unexplained(path);
            }

            @Override
            public void failed(PosixException e) {
                failed[0] = true;
                screen.message("warning: " + e.getMessage());
            }
        });
        report.end();
        return failed[0] ? ExitCode.FAILED : ExitCode.DONE;
    }

    private String index(String name) throws IOException {
        try {
            return layout.paths(name).index();
        } catch (CommandException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
