package io.roost.cli;

import java.io.IOException;
import java.util.List;

import io.roost.cli.screen.Screen;
import io.roost.migrate.Account;
import io.roost.migrate.Plan;
import io.roost.migrate.Planner;
import io.roost.preflight.Finding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code roost plan}: what a migration would do. Writes nothing, anywhere; the state directory is not even opened. */
@Command(name = "plan", header = "Show what a migration of a user would do, and what is in the way.",
        description = "Reads the whole Maildir and writes nothing, anywhere.",
        footer = {"", "Examples:",
            "  roost plan anna@example.org",
            "  roost plan --home '/mail/%%d/%%n' --from maildir:~/Maildir anna@example.org",
            "  roost plan --json anna@example.org | jq '.problems[]'"})
final class PlanCommand extends ReportingCommand {
    @Mixin
    private final LocationOptions location = new LocationOptions();

    @Parameters(paramLabel = "USER", description = "Name of the user, as in Dovecot.")
    private String user;

    PlanCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        return show(this, Site.of(location), user);
    }

    /** Plans one user and prints it as the command wants it. */
    static ExitCode show(ReportingCommand command, Site site, String name)
            throws IOException, CommandException, InterruptedException {
        Account account = site.account(name);
        Plan plan = new Planner(account, site.settings()).plan();
        List<Finding> advice = site.advice(account);
        if (command.isJson()) {
            new PlanJson(plan, advice, site.notes()).write(command.json());
        } else {
            new PlanReport(command.screen, plan, advice, site.notes()).print();
        }
        return plan.isClean() ? ExitCode.DONE : ExitCode.OBSTACLES;
    }
}
