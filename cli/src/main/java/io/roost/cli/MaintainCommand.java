package io.roost.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

import io.roost.aftercare.Maintenance;
import io.roost.aftercare.MaintenanceTask;
import io.roost.cli.screen.Screen;
import io.roost.dovecot.DovecotProgram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost maintain}: what mdboxes need now and then, for many users. */
@Command(name = "maintain", header = "Purge, altmove or index mdboxes, each on the user's own backend.",
        description = {"Runs doveadm purge, altmove, index or quota recalc for each user, in an order of chance, so many at a time and a "
            + "minute. Two backends must not write to one mdbox: name the doveadm port of a director, which has the command run on the "
            + "backend where the user is, or run this on a director's host."},
        footer = {"", "Examples:",
            "  roost maintain purge --server 10.0.0.1:24245 --all --max-per-minute 60",
            "  roost maintain altmove --on-director --query 'savedbefore 90d' --users-file users.txt",
            "  roost maintain index --single-backend anna@example.org"})
final class MaintainCommand extends ReportingCommand {
    private static final int MOST_WORKERS = 64;

    @Parameters(paramLabel = "TASK", index = "0", description = "purge: free the space of expunged mails. altmove: move mails to ALT. "
            + "index: read mails into indexes and caches. quota: count quotas anew.")
    private MaintenanceTask task;

    @Parameters(paramLabel = "USER", index = "1..*", arity = "0..*", description = "Names of users, as in Dovecot.")
    private List<String> users = new ArrayList<>();

    @Option(names = "--users-file", paramLabel = "FILE", description = "Users from a file, a name a line; - is standard input.")
    private List<String> files = new ArrayList<>();

    @Option(names = "--all", description = "All users that Dovecot's userdb lists.")
    private boolean all;

    @Option(names = "--match", paramLabel = "GLOB", description = "Of these only the ones that match, such as '*@example.org'.")
    private List<String> globs = new ArrayList<>();

    @Mixin
    private final LocationOptions location = new LocationOptions();

    @Option(names = "--server", paramLabel = "HOST:PORT", description = "doveadm_port of a director; doveadm_password is this host's.")
    private String server;

    @Option(names = "--on-director", description = "This is a director's host: its own doveadm goes to the user's backend.")
    private boolean onDirector;

    @Option(names = "--single-backend", description = "No other server touches the mail of these users.")
    private boolean singleBackend;

    @Option(names = "--query", paramLabel = "KEYS", description = "Of altmove: which mails, as in doveadm-search-query(7), such as "
            + "'savedbefore 90d'.")
    private String query;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "2", description = "Users at the same time, 1 to " + MOST_WORKERS
            + ". Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(names = "--max-per-minute", paramLabel = "N", defaultValue = "0",
            description = "Begin with so many users a minute at the most. "
            + "Default: 0, any number.")
    private int maxPerMinute;

    @Option(names = "--limit", paramLabel = "TIME", defaultValue = "1h", description = "Give up a user after this time. Default: "
            + "${DEFAULT-VALUE}.")
    private String limit;

    MaintainCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        if ((server == null ? 0 : 1) + (onDirector ? 1 : 0) + (singleBackend ? 1 : 0) != 1) {
            throw CommandException.usage("an mdbox is damaged when two backends write to it: name a director's doveadm with --server, or "
                    + "say --on-director or --single-backend");
        }
        if (server != null && !server.matches("[A-Za-z0-9.\\[\\]:_-]+:[0-9]{1,5}")) {
            throw CommandException.usage("--server: found " + server + ", expected HOST:PORT");
        }
        if (workers < 1 || workers > MOST_WORKERS) {
            throw CommandException.usage("--workers: found " + workers + ", expected 1 to " + MOST_WORKERS);
        }
        if (maxPerMinute < 0) {
            throw CommandException.usage("--max-per-minute: found " + maxPerMinute + ", expected 0 or more");
        }
        if (task.takesQuery() == (query == null || query.isBlank())) {
            throw CommandException.usage(task.takesQuery() ? "altmove needs a --query, such as 'savedbefore 90d'"
                    : "--query belongs to altmove");
        }
        Duration each = RunOptions.duration("--limit", limit);
        List<String> names = new UserSelection(userOptions(), System.in).resolve(Site.of(location), null);
        DovecotProgram doveadm = DovecotProgram.doveadm(Optional.ofNullable(location.dovecotConfig)).within(each);
        List<String> keys = query == null ? List.of() : List.of(query.strip().split("\\s+"));
        Maintenance maintenance = new Maintenance(task, doveadm, server == null ? "" : server, keys,
                new Maintenance.Pace(workers, maxPerMinute), new Told());
        try (TerminationSignals signals = new TerminationSignals(screen, maintenance::stop)) {
            int failed = maintenance.run(names, new Random());
            return signals.exitCode() != 0 ? ExitCode.ofSignal(signals.exitCode()) : failed > 0 ? ExitCode.FAILED : ExitCode.DONE;
        }
    }

    private UserOptions userOptions() {
        UserOptions options = new UserOptions();
        options.users = users;
        options.files = files;
        options.all = all;
        options.globs = globs;
        return options;
    }

    /** Tells of each user. */
    private final class Told implements Maintenance.Listener {
        @Override
        public void done(String user, double seconds) {
            if (isJson()) {
                json().object("maintained", user, json -> {
                    json.writeStringField("task", task.name().toLowerCase(Locale.ROOT));
                    json.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
                });
            } else {
                screen.line(user + ": " + task.name().toLowerCase(Locale.ROOT) + String.format(Locale.ROOT, ", %.1f s", seconds));
            }
        }

        @Override
        public void failed(String user, IOException why) {
            Failure failure = Failure.of(why);
            if (isJson()) {
                json().object("failed", user, json -> JsonFields.failure(json, failure));
            }
            screen.message("roost: " + user + ": " + failure.message());
        }
    }
}
