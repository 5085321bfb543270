package io.roost.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.roost.cli.report.RunSummary.FailedUser;
import io.roost.cli.report.RunSummary.RejectedMail;
import io.roost.cli.report.RunSummary.TimedUser;
import io.roost.cli.screen.Align;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cli.screen.Table;
import io.roost.engine.Phase;
import io.roost.posix.ByteString;

/** The end of a run for people: what became of the users, the failures, every mail not carried over, and the slowest. */
public final class SummaryText {
    private static final int SLOWEST = 5;
    private static final int FAILURES = 50;

    private final Screen screen;
    private final RunSummary summary;

    private SummaryText(Screen screen, RunSummary summary) {
        this.screen = screen;
        this.summary = summary;
    }

    /**
     * Prints it on standard output.
     *
     * @param quiet only what needs attention
     */
    public static void print(Screen screen, RunSummary summary, boolean quiet) {
        SummaryText text = new SummaryText(screen, summary);
        if (!quiet || !Verdict.of(summary).style().equals("good")) {
            text.verdict();
        }
        text.failures();
        text.rejected();
        if (!quiet) {
            text.slowest();
        }
    }

    private void verdict() {
        Verdict verdict = Verdict.of(summary);
        Style style = switch (verdict.style()) {
            case "good" -> Style.GOOD;
            case "bad" -> Style.BAD;
            default -> Style.WARNING;
        };
        screen.line(style.of(verdict.sentence()));
        if (!verdict.more().isEmpty()) {
            screen.paragraph("", "", verdict.more());
        }
        List<String> users = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            int count = summary.status().users(phase);
            if (count > 0) {
                users.add(Quantity.count(count) + " " + StateBar.name(phase, summary.run().isEnded()));
            }
        }
        RunSummary.Totals totals = summary.totals();
        double seconds = Math.max(0.001, summary.seconds());
        screen.paragraph("", "", Quantity.count(summary.status().usersTotal(), "user", "users") + ": " + String.join(", ", users) + "; "
                + Quantity.count(totals.mails(), "mail", "mails") + ", " + Quantity.bytes(totals.bytes()) + " in "
                + Quantity.seconds(summary.seconds()) + " (" + Quantity.rate(totals.migrated() / seconds) + " users/s, "
                + Quantity.bytes(summary.status().bytes() / seconds) + "/s)");
        summary.throttling().waited().forEach((source, waited) -> {
            if (waited >= 1) {
                screen.paragraph("", "", "held back by " + source.replace('_', ' ') + " for " + Quantity.seconds(waited));
            }
        });
    }

    private void failures() {
        if (summary.failedTotal() == 0) {
            return;
        }
        screen.line();
        for (Map.Entry<String, Long> kind : summary.failedKinds().entrySet()) {
            screen.line(Style.BAD.of("FAILED"), Span.plain(" " + kind.getKey() + ", "
                    + Quantity.count(kind.getValue(), "user", "users")));
            screen.paragraph("  ", "  ", Remedies.of(kind.getKey()));
            int shown = 0;
            for (FailedUser user : summary.failures()) {
                if (user.kind().equals(kind.getKey()) && ++shown <= FAILURES) {
                    screen.paragraph("  - ", "    ", user.user() + ": " + user.reason()
                            + (user.attempts() > 1 ? " (" + user.attempts() + " attempts)" : ""));
                }
            }
            if (kind.getValue() > Math.min(shown, FAILURES)) {
                screen.line("  and " + Quantity.count(kind.getValue() - Math.min(shown, FAILURES)) + " more");
            }
        }
    }

    private void rejected() {
        if (summary.rejectedTotal() == 0) {
            return;
        }
        screen.line();
        screen.line(Style.BAD.of("Not carried over"), Span.plain(", " + Quantity.count(summary.rejectedTotal()) + ":"));
        for (RejectedMail mail : summary.rejected()) {
            screen.paragraph("  - ", "    ", mail.user() + ": " + (mail.problem().mailbox().isEmpty() ? ""
                    : mail.problem().mailbox() + ": ") + ByteString.toText(mail.problem().path()) + ": " + mail.problem().detail()
                    + (mail.leftOut() ? "" : " (user not migrated)"));
        }
        if (summary.rejectedTotal() > summary.rejected().size()) {
            screen.line("  and " + Quantity.count(summary.rejectedTotal() - summary.rejected().size()) + " more");
        }
    }

    private void slowest() {
        List<TimedUser> users = summary.slowest();
        if (users.size() < 2) {
            return;
        }
        screen.line();
        Table table = new Table().elasticColumn("Slowest users").column("Time", Align.RIGHT).column("Mails", Align.RIGHT)
                .column("Bytes", Align.RIGHT);
        users.stream().limit(SLOWEST).forEach(user -> table.row(user.user(), Quantity.seconds(user.seconds()),
                Quantity.count(user.mails()), Quantity.bytes(user.bytes())));
        screen.table(table);
    }
}
