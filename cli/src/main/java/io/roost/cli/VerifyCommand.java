package io.roost.cli;

import java.util.function.Consumer;

import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Screen;
import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.FileFate;
import io.roost.migrate.Settings;
import io.roost.migrate.Verification;
import io.roost.migrate.VerifyReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost verify}: compares mdbox and Maildir. */
@Command(name = "verify", header = "Compare a user's mdbox with the Maildir, mail by mail.",
        description = {"Reads both in full and writes nothing. Content, UIDs, flags, keywords, dates, sizes and GUIDs are "
            + "compared, and each file of cur/ and new/ is accounted for. Meant for the time before the user goes on with "
            + "the mdbox: what changed since then counts as a difference."},
        footer = {"", "Examples:",
            "  roost verify anna@example.org",
            "  roost verify --files anna@example.org | grep -v ^migrated",
            "  roost verify --json anna@example.org | jq .equal"})
final class VerifyCommand extends ReportingCommand {
    @Mixin
    private final LocationOptions location = new LocationOptions();

    @Option(names = "--files", description = "Tell what became of every file of cur/ and new/.")
    private boolean files;

    @Parameters(paramLabel = "USER", description = "Name of the user, as in Dovecot.")
    private String user;

    VerifyCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        Site site = Site.of(location);
        Account account = site.account(user);
        Settings settings = site.settings();
        Thread reading = Thread.currentThread();
        try (TerminationSignals signals = new TerminationSignals(screen, reading::interrupt)) {
            VerifyReport report;
            try {
                report = new Verification(account, settings, events(), fates(account.user())).run();
            } catch (InterruptedException e) {
                screen.clearProgress();
                return signals.exitCode() == 0 ? ExitCode.INTERRUPTED : ExitCode.ofSignal(signals.exitCode());
            }
            screen.clearProgress();
            if (isJson()) {
                VerifyOutput.json(json(), account.user(), report);
            } else {
                VerifyOutput.text(screen, account, report);
            }
            return report.isEqual() ? ExitCode.DONE : ExitCode.MISMATCH;
        }
    }

    /** Problems stand in the report. */
    private Event.Sink events() {
        Event.Sink progress = isJson() ? new EventJson(json(), System::nanoTime) : MigrationText.progress(screen, files);
        return event -> {
            if (!(event instanceof Event.Problem)) {
                progress.event(event);
            }
        };
    }

    private Consumer<FileFate> fates(String name) {
        if (!files) {
            return fate -> { };
        }
        JsonLines lines = json();
        return isJson() ? fate -> VerifyOutput.json(lines, name, fate) : fate -> VerifyOutput.text(screen, fate);
    }
}
