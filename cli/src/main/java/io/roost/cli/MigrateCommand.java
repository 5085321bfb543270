package io.roost.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.screen.Screen;
import io.roost.migrate.Account;
import io.roost.migrate.Result;
import io.roost.migrate.Settings;
import io.roost.migrate.UserMigration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost migrate}: moves users, one after the other. */
@Command(name = "migrate", header = "Make an mdbox of a user's Maildir.",
        description = {"Copies the mails, writes the indexes, reads the result back, compares it with the Maildir, and "
            + "renames it into place. The Maildir is not changed. A run that was stopped, or killed, goes on when it is "
            + "started again."},
        footer = {"", "Examples:",
            "  roost migrate --single-backend anna@example.org",
            "  roost migrate --dry-run anna@example.org bert@example.org",
            "  roost migrate --single-backend --skip-unreadable --json anna@example.org"})
final class MigrateCommand extends ReportingCommand {
    private static final String WHY_SINGLE = "refused: an mdbox is damaged when two backends write to it, so that each user "
            + "has to stay on one backend, and Roost cannot see to that yet (it does not talk to a director so far). If no "
            + "other server touches the mail of these users, say so with --single-backend";

    @Mixin
    private final LocationOptions location = new LocationOptions();
    @Mixin
    private final StateOption state = new StateOption();

    @Option(names = "--single-backend", description = "No other server touches the mail of these users.")
    private boolean singleBackend;

    @Option(names = "--skip-unreadable",
            description = "Go on without mails and mailboxes that cannot be carried over, and list them.")
    private boolean skipUnreadable;

    @Option(names = "--no-cache", description = "Leave dovecot.index.cache behind: the first logins then read all mail.")
    private boolean noCache;

    @Option(names = "--dry-run", description = "The same as roost plan for each user.")
    private boolean dryRun;

    @Option(names = "--readers", paramLabel = "N", description = "Threads that read ahead, 1 to 64. Default: 4.")
    private Integer readers;

    @Option(names = "--quiet", description = "Print only what needs attention.")
    private boolean quiet;

    @Parameters(paramLabel = "USER", arity = "1..*", description = "Names of users, as in Dovecot.")
    private List<String> users;

    MigrateCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        if (!dryRun && !singleBackend) {
            throw CommandException.usage(WHY_SINGLE);
        }
        if (readers != null && (readers < 1 || readers > 64)) {
            throw CommandException.usage("--readers: found " + readers + ", expected 1 to 64");
        }
        if (!dryRun) {
            CheckpointStore.preload();
        }
        Site site = Site.of(location);
        Set<String> names = new LinkedHashSet<>(users);
        return dryRun ? plan(site, names) : migrate(site, names);
    }

    private ExitCode plan(Site site, Set<String> names) {
        ExitCode code = ExitCode.DONE;
        boolean first = true;
        for (String name : names) {
            if (!first && !isJson()) {
                screen.line();
            }
            first = false;
            try {
                code = code.or(PlanCommand.show(this, site, name));
            } catch (Exception | OutOfMemoryError | LinkageError e) {
                Failure failure = Failure.tell(screen, e);
                if (isJson()) {
                    json().object("failed", name, json -> JsonFields.failure(json, failure));
                }
                code = code.or(names.size() == 1 ? failure.code() : ExitCode.FAILED);
            }
        }
        return code;
    }

    private ExitCode migrate(Site site, Set<String> names) throws Exception {
        Settings settings = settings(site);
        if (!isJson() && !quiet) {
            site.notes().forEach(note -> screen.message("roost: note: " + note));
        }
        MigrationReport report = isJson() ? new MigrationJson(json()) : new MigrationText(screen, quiet, site.targetSetting());
        MigrationTotals totals = new MigrationTotals(names.size());
        try (Interruption stop = new Interruption(screen); CheckpointStore store = CheckpointStore.open(state.directory())) {
            for (String name : names) {
                if (stop.isRequested()) {
                    break;
                }
                migrate(site, settings, store, name, report, totals);
                if (totals.code() == ExitCode.STATE_UNUSABLE) {
                    break;
                }
            }
            if (stop.isRequested()) {
                totals.interrupted();
            }
            report.summary(totals);
        }
        return totals.code();
    }

    /** One user's failure does not stop the others. */
    private void migrate(Site site, Settings settings, CheckpointStore store, String name, MigrationReport report,
            MigrationTotals totals) {
        String source = "";
        try {
            Account account = site.account(name);
            source = account.source().root();
            Result result = new UserMigration(account, settings, store, report.events()).run();
            report.done(account, result);
            totals.done(result);
        } catch (Exception | OutOfMemoryError | LinkageError | StackOverflowError e) {
            screen.clearProgress();
            Failure failure = Failure.of(e);
            Failure.trace(screen, e);
            report.failed(name, source, failure);
            totals.failed(name, failure);
        }
    }

    private Settings settings(Site site) throws Exception {
        Settings all = site.settings();
        return new Settings(all.rotateSize(), all.zlib(), all.pop3UidlFormat(), skipUnreadable,
                readers == null ? all.readers() : readers, all.checkpointBytes(), all.finishAttempts(), !noCache);
    }
}
