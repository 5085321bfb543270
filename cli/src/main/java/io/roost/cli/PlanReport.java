package io.roost.cli;

import java.util.List;

import io.roost.cli.check.FindingReport;
import io.roost.cli.screen.Align;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cli.screen.Table;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.migrate.Plan;
import io.roost.posix.ByteString;
import io.roost.posix.FileSystemStatus;
import io.roost.preflight.Finding;

/** A {@link Plan} for people. */
final class PlanReport {
    private final Screen screen;
    private final Plan plan;
    private final List<Finding> advice;
    private final List<String> notes;

    PlanReport(Screen screen, Plan plan, List<Finding> advice, List<String> notes) {
        this.screen = screen;
        this.plan = plan;
        this.advice = advice;
        this.notes = notes;
    }

    void print() {
        screen.line(Style.HEADING.of("Plan for " + plan.user()), Span.plain(" (nothing was written)"));
        screen.line("  from  " + ByteString.toText(plan.source()));
        screen.line("  to    " + ByteString.toText(plan.target()));
        screen.line();
        mailboxes();
        screen.line();
        work();
        findings();
        verdict();
    }

    private void mailboxes() {
        Table table = new Table().elasticColumn("Mailbox").column("Mails", Align.RIGHT).column("Size", Align.RIGHT)
                .column("Unseen", Align.RIGHT).column("UIDVALIDITY", Align.RIGHT).elasticColumn("Keywords");
        long unseen = 0;
        for (Plan.Mailbox mailbox : plan.mailboxes()) {
            unseen += mailbox.unseen();
            table.row(mailbox.name(), Quantity.count(mailbox.mails()), Quantity.bytes(mailbox.bytes()),
                    Quantity.count(mailbox.unseen()), mailbox.uidValidity() == 0 ? "new" : Long.toString(mailbox.uidValidity()),
                    String.join(" ", mailbox.keywords()));
        }
        table.totals(Quantity.count(plan.mailboxes().size(), "mailbox", "mailboxes"), Quantity.count(plan.mails()),
                Quantity.bytes(plan.bytes()), Quantity.count(unseen), "", "");
        screen.table(table);
    }

    private void work() {
        item("Writes", Quantity.count(plan.dataFiles(), "m.* file", "m.* files") + ", " + Quantity.bytes(plan.dataBytes())
                + ", and " + Quantity.bytes(plan.indexBytes()) + " of indexes; "
                + Quantity.count(plan.files(), "file or directory", "files and directories") + " in all");
        if (plan.space().isPresent()) {
            FileSystemStatus space = plan.space().get();
            item("Space", Quantity.bytes(space.freeBytes()) + " free of " + Quantity.bytes(space.totalBytes()) + " ("
                    + space.typeName() + "), " + Quantity.bytes(freeAfter(plan, space)) + " afterwards,"
                    + " while the Maildir is still there");
            item("Inodes", space.totalInodes() == 0 ? "not counted by this file system"
                    : Quantity.count(space.freeInodes()) + " free, " + Quantity.count(inodesAfter(plan, space))
                    + " afterwards");
        } else {
            item("Space", "not known: the target's directory is not there");
        }
        Plan.Estimate estimate = plan.estimate();
        String low = Quantity.wholeSeconds(estimate.lowSeconds());
        String high = Quantity.wholeSeconds(estimate.highSeconds());
        item("Time", (low.equals(high) ? "about " + low : low + " to " + high) + ", from reading "
                + Quantity.count(estimate.sampleMails(), "mail", "mails") + " (" + Quantity.bytes(estimate.sampleBytes())
                + ") in " + Quantity.seconds(estimate.sampleMillis() / 1000.0) + "; how fast the target writes is a guess");
    }

    /** Never below 0. */
    static long freeAfter(Plan plan, FileSystemStatus space) {
        return Math.max(0, space.freeBytes() - plan.dataBytes() - plan.indexBytes());
    }

    static long inodesAfter(Plan plan, FileSystemStatus space) {
        return Math.max(0, space.freeInodes() - plan.files());
    }

    private void item(String name, String text) {
        screen.paragraph(String.format("%-8s", name), " ".repeat(8), text);
    }

    private void findings() {
        if (!plan.obstacles().isEmpty()) {
            screen.line();
            screen.line(Style.HEADING.of("In the way"));
            plan.obstacles().forEach(o -> screen.paragraph("  - ", "    ", o));
        }
        if (!plan.problems().isEmpty()) {
            screen.line();
            screen.line(Style.HEADING.of("Found in the Maildir"));
            new ProblemReport(screen, plan.source()).summarise(plan.problems(), " (--json lists all)");
        }
        if (!advice.isEmpty()) {
            screen.line();
            screen.line(Style.HEADING.of("Dovecot's settings"));
            for (Finding a : advice) {
                screen.line(Span.plain("  "), FindingReport.label(a.severity()), Span.plain(" " + a.id()));
                screen.paragraph("    ", "    ", FindingReport.sentence(a) + ". To do: " + a.remedy());
            }
        }
        if (!notes.isEmpty()) {
            screen.line();
            notes.forEach(n -> screen.paragraph("Note: ", "      ", n));
        }
    }

    private void verdict() {
        screen.line();
        long losses = plan.problems().stream().filter(p -> p.kind().severity() == Severity.LOSS).count();
        if (plan.isClean()) {
            screen.line(Style.GOOD.of("Ready:"), Span.plain(" everything can be carried over."));
        } else if (plan.obstacles().isEmpty()) {
            screen.line(Style.BAD.of("Not ready:"), Span.plain(" " + Quantity.count(losses, "thing", "things")
                    + " cannot be carried over."));
            screen.line("roost migrate refuses this user unless it gets --skip-unreadable.");
        } else {
            screen.line(Style.BAD.of("Not ready:"), Span.plain(" see what is in the way."));
        }
    }
}
