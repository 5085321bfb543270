package io.roost.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cutover.LockOutTimes;
import io.roost.engine.RunEvent;
import io.roost.engine.RunState;
import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Result;
import io.roost.posix.ByteString;

/** A run for people: progress on standard error, results on standard output. */
final class MigrationText implements MigrationReport {
    private static final int MAX_NAMES = 200;

    private final Screen screen;
    private final boolean quiet;
    private final boolean many;
    private final boolean prepares;
    private final String targetSetting;
    private final Event.Sink ofOneUser;

    /**
     * @param quiet         only what needs attention
     * @param many          whether there are many users: {@link RunProgress} shows how far they are then
     * @param prepares      whether users are copied only
     * @param targetSetting what the userdb has to say to switch
     */
    MigrationText(Screen screen, boolean quiet, boolean many, boolean prepares, String targetSetting) {
        this.prepares = prepares;
        this.screen = screen;
        this.quiet = quiet;
        this.many = many;
        this.targetSetting = targetSetting;
        ofOneUser = progress(screen, quiet || many);
    }

    /** Shows what happens as this screen can. */
    static Event.Sink progress(Screen screen, boolean quiet) {
        if (quiet) {
            return event -> { };
        }
        return screen.canRedraw() ? new ProgressBar(screen, System::nanoTime) : new ProgressLines(screen, System::nanoTime);
    }

    @Override
    public void event(RunEvent event) {
        if (event instanceof RunEvent.Progress e) {
            ofOneUser.event(e.event());
        } else if (event instanceof RunEvent.Done e) {
            done(e.account(), e.result());
        } else if (event instanceof RunEvent.Failed e) {
            failed(e);
        } else if (event instanceof RunEvent.Stopped e && !many) {
            screen.message(e.user() + ": stopped; the next run goes on from here");
        } else if (event instanceof RunEvent.Skipped e) {
            screen.message(e.user() + ": skipped, as an operator wishes");
        } else if (event instanceof RunEvent.Requeued e) {
            screen.message(e.user() + ": to be tried again, as an operator wishes");
        } else if (event instanceof RunEvent.Operated e && !quiet) {
            screen.message((e.user().isEmpty() ? "roost" : e.user()) + ": " + e.verb() + ": " + e.said());
        } else if (event instanceof RunEvent.RolledBack e) {
            screen.message(e.user() + ": " + e.said() + ", as an operator wishes");
        } else if (event instanceof RunEvent.StateChanged e && e.state() != RunState.ENDED && !quiet) {
            screen.message("roost: " + e.state().name().toLowerCase(Locale.ROOT)
                    + (e.reason().isEmpty() ? "" : ": " + e.reason()));
        } else if (event instanceof RunEvent.WorkersChanged e && !quiet) {
            screen.message("roost: " + Quantity.count(e.workers(), "worker", "workers"));
        } else if (event instanceof RunEvent.Throttled e && !quiet) {
            screen.message("roost: " + (e.reason().isEmpty() ? "full speed" : e.reason()));
        }
    }

    private void done(Account account, Result result) {
        String user = account.user();
        screen.clearProgress();
        if ((quiet || many && result.alreadyDone()) && result.skipped().isEmpty()) {
            return;
        }
        if (result.alreadyDone()) {
            screen.line(Style.GOOD.of(user), Span.plain(": was migrated before, nothing to do"));
            return;
        }
        double seconds = result.millis() / 1000.0;
        screen.paragraph(user + ": " + (prepares ? "prepared: " : ""), "  ", Quantity.count(result.mailboxes(), "mailbox",
                "mailboxes") + ", "
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

    private void failed(RunEvent.Failed event) {
        Failure failure = Failure.of(event.why());
        screen.clearProgress();
        Failure.trace(screen, event.why());
        if (event.retryAt() > 0) {
            screen.message(event.user() + ": attempt " + event.attempt() + " failed, the next one comes in "
                    + Quantity.wholeSeconds(Math.max(1, (event.retryAt() - System.currentTimeMillis()) / 1000.0)) + ": "
                    + failure.message());
            return;
        }
        screen.message(Style.BAD.of("FAILED:"), Span.plain(" " + event.user() + ": " + failure.message()
                + (event.attempt() > 1 ? " (attempt " + event.attempt() + ", the last one)" : "")));
        if (failure.problems().size() > 1) {
            new ProblemReport(screen, "").summarise(failure.problems(), " (roost plan --json lists all)");
        }
    }

    @Override
    public void summary(MigrationTotals totals) {
        if (totals.users() > 1 && (!quiet || totals.code() != ExitCode.DONE)) {
            screen.line(Quantity.count(totals.users()) + " users: " + Quantity.count(totals.done()) + " done"
                    + (totals.done() > totals.migrated() ? " (" + Quantity.count(totals.done() - totals.migrated()) + " before)" : "")
                    + ", " + Quantity.count(totals.failed().size()) + " failed"
                    + (totals.skipped().isEmpty() ? "" : ", " + Quantity.count(totals.skipped().size()) + " skipped")
                    + (totals.notStarted() > 0 ? ", " + Quantity.count(totals.notStarted()) + " left for the next run" : "") + "; "
                    + Quantity.count(totals.mails(), "mail", "mails") + ", " + Quantity.bytes(totals.bytes()) + " in "
                    + Quantity.seconds(totals.seconds()));
            if (!totals.slowest().isEmpty() && totals.migrated() > 1) {
                screen.paragraph("slowest: ", "         ", String.join(", ", totals.slowest().stream().map(slow -> slow.user() + " "
                        + Quantity.seconds(slow.millis() / 1000.0)).toList()));
            }
            names("failed: ", totals.failed());
            names("skipped: ", totals.skipped());
            rejected(totals);
        }
        LockOutTimes lockOuts = totals.lockOuts();
        if (lockOuts.count() > 0 && !quiet) {
            screen.line("locked out: " + Quantity.count(lockOuts.count(), "user", "users") + ", half of them at most "
                    + Quantity.seconds(lockOuts.percentile(50) / 1000.0) + ", 95 % at most "
                    + Quantity.seconds(lockOuts.percentile(95) / 1000.0) + ", the longest "
                    + Quantity.seconds(lockOuts.percentile(100) / 1000.0));
        }
        if (prepares && totals.migrated() > 0 && !quiet) {
            screen.paragraph("", "",
                    "Copied only: nobody has an mdbox yet, and the Maildir is in use. Run it again to copy what is new, and with "
                    + "--cutover in place of --prepare to finish.");
        } else if (totals.migrated() > lockOuts.count() && !quiet) {
            screen.paragraph("", "", "The Maildir is as it was and still in use: a user is switched when the userdb says mail="
                    + targetSetting + " for them.");
        }
    }

    private void names(String what, Collection<String> names) {
        if (!names.isEmpty()) {
            List<String> some = names.stream().limit(MAX_NAMES).toList();
            screen.paragraph(what, " ".repeat(what.length()), String.join(" ", some)
                    + (names.size() > some.size() ? " and " + Quantity.count(names.size() - some.size()) + " more (roost status)" : ""));
        }
    }

    /** Every one by name: they are what somebody will ask for. */
    private void rejected(MigrationTotals totals) {
        if (totals.rejectedCount() == 0) {
            return;
        }
        screen.line(Style.BAD.of("Not carried over"), Span.plain(", " + Quantity.count(totals.rejectedCount())
                + " (--skip-unreadable):"));
        totals.rejected().forEach(rejected -> screen.line("  " + rejected.user() + ": "
                + ByteString.toText(rejected.problem().path()) + ": " + rejected.problem().detail()));
        if (totals.rejectedCount() > totals.rejected().size()) {
            screen.line("  and " + Quantity.count(totals.rejectedCount() - totals.rejected().size()) + " more (--json lists all)");
        }
    }
}
