package io.roost.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

import io.roost.cli.report.RunSummary.FailedUser;
import io.roost.cli.report.RunSummary.RejectedMail;
import io.roost.cli.report.RunSummary.TimedUser;
import io.roost.cli.screen.Quantity;
import io.roost.engine.Phase;
import io.roost.posix.ByteString;
import io.roost.throttle.ThrottleState;

/**
 * The page about a run: everything in one file, no script, nothing loaded from elsewhere. For a manager from the top, for an
 * admin down to every name.
 */
public final class HtmlReport {
    private static final String MODE = "rw-r-----";

    private final RunSummary summary;
    private final ZoneId zone;
    private final Html html = new Html();

    private HtmlReport(RunSummary summary, ZoneId zone) {
        this.summary = summary;
        this.zone = zone;
    }

    /**
     * Writes the page; readers see the one before, or this one.
     *
     * @throws IOException with a message for people
     */
    public static void write(Path file, RunSummary summary) throws IOException {
        new AtomicFile(file, MODE).write(page(summary, ZoneId.systemDefault()));
    }

    static String page(RunSummary summary, ZoneId zone) {
        return new HtmlReport(summary, zone).build();
    }

    private String build() {
        String title = "Migration to mdbox: " + Quantity.count(summary.status().usersTotal(), "user", "users");
        html.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
                .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                + "'unsafe-inline'\">\n")
                .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .raw("<meta name=\"color-scheme\" content=\"light dark\">\n").element("title", title)
                .raw("<style>\n" + ReportStyle.CSS + "</style></head>\n<body>\n");
        head(title);
        html.raw("<main>\n");
        section("Users", () -> StateBar.write(html, summary.status().users(), summary.run().isEnded()));
        failures();
        throughput();
        months();
        slowest();
        lockOuts();
        settings();
        failedUsers();
        rejected();
        html.raw("</main>\n<footer>").element("p", summary.run().version() + " on " + summary.run().host() + ", written "
                + Quantity.time(summary.status().now()) + " (" + zone + ")").raw("</footer>\n</body></html>\n");
        return html.toString();
    }

    private void section(String heading, Runnable content) {
        html.raw("<section>").element("h2", heading);
        content.run();
        html.raw("</section>\n");
    }

    private void head(String title) {
        html.raw("<header>").element("h1", title);
        html.element("p class=\"soft\"", "Began " + Quantity.time(summary.status().started()) + (summary.run().isEnded()
                ? ", ended " + Quantity.time(summary.run().ended()) : ", still running at "
                + Quantity.time(summary.status().now())));
        Verdict verdict = Verdict.of(summary);
        html.element("p class=\"verdict " + verdict.style() + "\"", verdict.mark() + " " + verdict.sentence());
        if (!verdict.more().isEmpty()) {
            html.element("p", verdict.more());
        }
        double seconds = summary.seconds();
        RunSummary.Totals totals = summary.totals();
        html.raw("<dl class=\"tiles\">");
        tile("Users done", Quantity.count(summary.status().users(Phase.DONE)), "of "
                + Quantity.count(summary.status().usersTotal()));
        tile("Users failed", Quantity.count(summary.status().users(Phase.FAILED)), summary.status().users(Phase.RETRYING) > 0
                ? Quantity.count(summary.status().users(Phase.RETRYING)) + " more to be tried again" : "Maildir in force");
        tile("Mails", Quantity.count(totals.mails()), "in " + Quantity.count(totals.mailboxes(), "mailbox", "mailboxes"));
        tile("Bytes", Quantity.bytes(totals.bytes()), seconds > 0 ? Quantity.bytes(summary.status().bytes() / seconds)
                + "/s on average" : "");
        tile("Time", Quantity.seconds(seconds), Quantity.rate(seconds > 0 ? totals.migrated() / seconds : 0) + " users/s");
        tile("Mails not carried over", Quantity.count(summary.rejectedTotal()), summary.rejectedTotal() > 0 ? "listed below"
                : "");
        html.raw("</dl>");
        if (summary.failedTotal() + summary.rejectedTotal() > 0) {
            html.raw("<nav aria-label=\"Lists\">").raw(summary.failedTotal() > 0 ? "<a href=\"#failed\">Users that failed</a>"
                    : "")
                    .raw(summary.rejectedTotal() > 0 ? "<a href=\"#rejected\">Mails not carried over</a>" : "").raw("</nav>");
        }
        html.raw("</header>\n");
    }

    private void tile(String name, String value, String more) {
        html.raw("<div>").element("dt", name).raw("<dd>").text(value).element("small", more).raw("</dd></div>");
    }

    private void failures() {
        long total = summary.failedTotal();
        section("Failures", () -> {
            if (total == 0) {
                html.element("p", "No user failed.");
                return;
            }
            html.table("By kind", "Kind", "Users>", "What to do");
            for (Map.Entry<String, Long> kind : summary.failedKinds().entrySet()) {
                html.raw("<tr>").rowHeading(kind.getKey()).number(Quantity.count(kind.getValue()));
                html.cell(Remedies.of(kind.getKey())).raw("</tr>\n");
            }
            html.endTable();
        });
    }

    private void failedUsers() {
        long total = summary.failedTotal();
        if (total == 0) {
            return;
        }
        html.raw("<div id=\"failed\">");
        section("Users that failed", () -> {
            html.table("Every one of them keeps the Maildir, unchanged." + unlisted(total, summary.failures().size()), "User",
                    "Kind",
                    "Reason", "Attempts>", "Again");
            for (FailedUser user : summary.failures()) {
                html.raw("<tr>").rowHeading(user.user()).cell(user.kind()).longCell(user.reason())
                        .number(Quantity.count(user.attempts())).cell(again(user)).raw("</tr>\n");
            }
            html.endTable();
        });
        html.raw("</div>");
    }

    private String again(FailedUser user) {
        if (user.retryAt() == 0) {
            return "when told to";
        }
        return summary.run().isEnded() ? "with the next run" : Quantity.time(user.retryAt());
    }

    private String unlisted(long total, int listed) {
        return total <= listed ? "" : " " + Quantity.count(total - listed) + " more are not listed here; all are in "
                + (summary.run().logs().isEmpty() ? "the JSON events of the run (--json)" : summary.run().logs()) + ".";
    }

    private void rejected() {
        html.raw("<div id=\"rejected\">");
        section("Mails not carried over", () -> {
            if (summary.rejectedTotal() == 0) {
                html.element("p", "None: no mail was left out, and no user was refused because of one.");
                return;
            }
            html.table(Quantity.count(summary.rejectedTotal()) + " in all, each by name."
                    + unlisted(summary.rejectedTotal(), summary.rejected().size()), "User", "Mailbox", "File", "Why",
                    "What came of it");
            for (RejectedMail mail : summary.rejected()) {
                html.raw("<tr>").rowHeading(mail.user()).cell(mail.problem().mailbox()).raw("<td class=\"long\">")
                        .element("code", ByteString.toText(mail.problem().path())).raw("</td>")
                        .cell(mail.problem().kind().id() + ": " + mail.problem().detail())
                        .cell(mail.leftOut() ? "left out, as --skip-unreadable says"
                                : "user not migrated; " + mail.problem().kind().remedy())
                        .raw("</tr>\n");
            }
            html.endTable();
        });
        html.raw("</div>");
    }

    private void throughput() {
        section("Throughput over time", () -> {
            if (summary.throughput().isEmpty()) {
                html.element("p", "The run was too short to draw one.");
            } else {
                new ThroughputChart(summary.throughput(), zone).write(html);
            }
            Map<String, Double> waited = summary.throttling().waited();
            if (waited.values().stream().anyMatch(seconds -> seconds >= 1)) {
                html.table("What held the run back", "Source", "Time>");
                waited.forEach((source, seconds) -> {
                    if (seconds >= 1) {
                        html.raw("<tr>").rowHeading(source.replace('_', ' ')).number(Quantity.seconds(seconds)).raw("</tr>\n");
                    }
                });
                html.endTable();
            }
            ThrottleState now = summary.throttling().state();
            if (!summary.run().isEnded() && !now.isOpen()) {
                html.element("p", "Now: " + now.reason());
            }
        });
    }

    private void months() {
        section("Mails per month, before and after", () -> {
            MonthChart chart = new MonthChart(summary.source(), summary.target());
            if (chart.isEmpty()) {
                html.element("p", "Nothing was migrated by this run.");
                return;
            }
            long undated = summary.source().undated();
            html.element("p", "Before is what the Maildirs of the users done hold, after is what was read back from their "
                    + "mdboxes.");
            boolean same = chart.differing() == 0 && undated == 0;
            html.element("p class=\"" + (same ? "good" : "bad") + "\"", same ? "✓ The same number of mails in every month: "
                    + Quantity.count(summary.target().total()) + " in all."
                    : "✗ " + Quantity.count(summary.source().total()) + " mails before, "
                    + Quantity.count(summary.target().total())
                    + " after; the difference is what was not carried over, see below."
                    + (undated == 0 ? "" : " " + Quantity.count(undated)
                    + " of them could not be read, so that their month is not known."));
            chart.write(html);
        });
    }

    private void slowest() {
        List<TimedUser> users = summary.slowest();
        if (users.isEmpty()) {
            return;
        }
        section("Slowest users", () -> {
            html.element("p", "Half of the users took " + bound(0.5) + ", nineteen of twenty " + bound(0.95) + ".");
            html.table("The " + users.size() + " that took longest", "User", "Time>", "Mails>", "Bytes>", "Mails/s>");
            for (TimedUser user : users) {
                html.raw("<tr>").rowHeading(user.user()).number(Quantity.seconds(user.seconds()));
                html.number(Quantity.count(user.mails())).number(Quantity.bytes(user.bytes()));
                html.number(Quantity.rate(user.mails() / Math.max(0.001, user.seconds()))).raw("</tr>\n");
            }
            html.endTable();
        });
    }

    private String bound(double share) {
        double bound = summary.durations().bound(share);
        return Double.isInfinite(bound) ? "longer than "
                + Quantity.seconds(DurationCounts.BOUNDS[DurationCounts.BOUNDS.length - 1])
                : "at most " + Quantity.seconds(bound);
    }

    private void lockOuts() {
        RunSummary.LockOuts lockOuts = summary.lockOuts();
        long users = lockOuts.durations().total();
        if (users == 0) {
            return;
        }
        section("Lock-out times", () -> html.element("p", Quantity.count(users, "user was", "users were")
                + " locked out for the switch, for " + Quantity.seconds(lockOuts.durations().sum() / users)
                + " on average; longest "
                + lockOuts.longestUser() + " with " + Quantity.seconds(lockOuts.longest()) + "."));
    }

    private void settings() {
        section("How it was run", () -> {
            html.table("Settings", "Setting", "Value");
            for (RunSummary.Setting setting : summary.run().settings()) {
                html.raw("<tr>").rowHeading(setting.name()).cell(setting.value()).raw("</tr>\n");
            }
            html.raw("<tr>").rowHeading("workers").cell(Quantity.count(summary.status().workers())).raw("</tr>\n");
            if (summary.run().isEnded()) {
                html.raw("<tr>").rowHeading("exit code").cell(Integer.toString(summary.run().exitCode())).raw("</tr>\n");
            }
            html.endTable();
        });
    }
}
