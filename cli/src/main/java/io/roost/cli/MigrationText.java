package io.roost.cli;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** A run for people: progress on standard error, results on standard output. */
final class MigrationText implements MigrationReport {
    private final Screen screen;
    private final boolean quiet;
    private final String targetSetting;
    private final Event.Sink events;

    /**
     * @param quiet         only what needs attention
     * @param targetSetting what the userdb has to say to switch
     */
    MigrationText(Screen screen, boolean quiet, String targetSetting) {
        this.screen = screen;
        this.quiet = quiet;
        this.targetSetting = targetSetting;
        events = progress(screen, quiet);
    }

    /** Shows what happens as this screen can. */
    static Event.Sink progress(Screen screen, boolean quiet) {
        if (quiet) {
            return event -> { };
        }
        return screen.canRedraw() ? new ProgressBar(screen, System::nanoTime) : new ProgressLines(screen, System::nanoTime);
    }

    @Override
    public Event.Sink events() {
        return events;
    }

    @Override
    public void done(Account account, Result result) {
        String user = account.user();
        screen.clearProgress();
        if (quiet && result.skipped().isEmpty()) {
            return;
        }
        if (result.alreadyDone()) {
            screen.line(Style.GOOD.of(user), Span.plain(": was migrated before, nothing to do"));
            return;
        }
        double seconds = result.millis() / 1000.0;
        screen.paragraph(user + ": ", "  ", Quantity.count(result.mailboxes(), "mailbox", "mailboxes") + ", "
                + Quantity.count(result.mails(), "mail", "mails") + ", " + Quantity.bytes(result.bytes()) + " in "
                + Quantity.seconds(seconds) + speed(result, seconds));
        List<String> details = new ArrayList<>();
        if (result.dataFiles() > 0) {
            details.add(Quantity.count(result.dataFiles(), "m.* file", "m.* files"));
        }
        if (result.sharedMails() > 0) {
            details.add(Quantity.count(result.sharedMails(), "mail shares", "mails share") + " the bytes of a copy");
        }
        if (result.vanished() > 0) {
            details.add(Quantity.count(result.vanished(), "mail was", "mails were") + " expunged meanwhile");
        }
        if (!details.isEmpty()) {
            screen.paragraph("  ", "  ", String.join("; ", details));
        }
        if (!result.notes().isEmpty()) {
            new ProblemReport(screen, account.source().root()).summariseWithoutNotes(result.notes(), " (--json lists all)");
        }
        if (!result.skipped().isEmpty()) {
            screen.line(Span.plain("  "), Style.BAD.of("Not carried over"), Span.plain(", "
                    + Quantity.count(result.skipped().size()) + " (--skip-unreadable):"));
            new ProblemReport(screen, account.source().root()).all(result.skipped());
        }
    }

    private static String speed(Result result, double seconds) {
        if (result.copiedMails() == 0 || seconds <= 0) {
            return "";
        }
        double part = result.mails() == 0 ? 1 : Math.min(1.0, (double) result.copiedMails() / result.mails());
        return " (" + Quantity.rate(result.copiedMails() / seconds) + " mails/s, "
                + Quantity.bytes(result.bytes() * part / seconds) + "/s)";
    }

    @Override
    public void failed(String user, String source, Failure failure) {
        if (failure.code() == ExitCode.INTERRUPTED) {
            screen.message(user + ": " + failure.message());
            return;
        }
        screen.message(Style.BAD.of("FAILED:"), Span.plain(" " + user + ": " + failure.message()));
        if (failure.problems().size() > 1) {
            new ProblemReport(screen, source).summarise(failure.problems(), " (roost plan --json lists all)");
        }
    }

    @Override
    public void summary(MigrationTotals totals) {
        if (totals.users() > 1 && (!quiet || totals.code() != ExitCode.DONE)) {
            screen.line(Quantity.count(totals.users()) + " users: " + Quantity.count(totals.done()) + " done, "
                    + Quantity.count(totals.failed().size()) + " failed"
                    + (totals.notStarted() > 0 ? ", " + Quantity.count(totals.notStarted()) + " not begun" : "") + "; "
                    + Quantity.count(totals.mails(), "mail", "mails") + ", " + Quantity.bytes(totals.bytes()) + " in "
                    + Quantity.seconds(totals.seconds()));
            if (!totals.failed().isEmpty()) {
                screen.paragraph("failed: ", "        ", String.join(" ", totals.failed()));
            }
        }
        if (totals.migrated() > 0 && !quiet) {
            screen.paragraph("", "", "The Maildir is as it was and still in use: a user is switched when the userdb says mail="
                    + targetSetting + " for them.");
        }
    }
}
