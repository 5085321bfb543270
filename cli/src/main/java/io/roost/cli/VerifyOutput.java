package io.roost.cli;

import java.util.Locale;

import io.roost.cli.screen.Align;
import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cli.screen.Table;
import io.roost.migrate.Account;
import io.roost.migrate.FileFate;
import io.roost.migrate.FileFate.Fate;
import io.roost.migrate.Mismatch;
import io.roost.migrate.VerifyReport;
import io.roost.posix.ByteString;

/** What a verification found, for people and for scripts. */
final class VerifyOutput {
    private static final int SHOWN = 50;

    private VerifyOutput() {
    }

    static void text(Screen screen, Account account, VerifyReport report) {
        screen.line(Style.HEADING.of("Verification of " + account.user()), Span.plain(" (nothing was written)"));
        Table table = new Table().column("Files of cur/ and new/", Align.LEFT).column("Number", Align.RIGHT)
                .elasticColumn("Meaning");
        for (Fate fate : Fate.values()) {
            long count = report.fates().getOrDefault(fate, 0L);
            if (count > 0 || fate == Fate.MIGRATED) {
                table.row(new Span(style(fate), JsonFields.id(fate)), Quantity.count(count), meaning(fate));
            }
        }
        screen.table(table, "  ");
        if (!report.problems().isEmpty()) {
            screen.line();
            screen.line(Style.HEADING.of("Found in the Maildir"));
            new ProblemReport(screen, account.source().root()).summariseWithoutNotes(report.problems(), " (--json lists all)");
        }
        if (report.mismatchCount() > 0) {
            screen.line();
            screen.line(Style.HEADING.of("Differences"));
            report.mismatches().stream().limit(SHOWN).forEach(m -> screen.paragraph("  - ", "    ", sentence(m)));
            if (report.mismatchCount() > SHOWN) {
                screen.line("  and " + Quantity.count(report.mismatchCount() - Math.min(SHOWN, report.mismatches().size()))
                        + " more");
            }
        }
        screen.line();
        String equal = Quantity.count(report.mails(), "mail", "mails") + " in "
                + Quantity.count(report.mailboxes(), "mailbox", "mailboxes") + ", " + Quantity.bytes(report.bytes());
        if (report.isEqual()) {
            screen.line(Style.GOOD.of("Equal:"), Span.plain(" " + equal + "; compared in "
                    + Quantity.seconds(report.millis() / 1000.0)));
        } else {
            String count = Quantity.count(report.mismatchCount(), "difference", "differences");
            screen.line(Style.BAD.of("DIFFERENT:"), Span.plain(" " + count + "; equal are " + equal));
        }
    }

    private static String sentence(Mismatch m) {
        return m + (m.file().isEmpty() ? "" : " (" + ByteString.toText(m.file()) + ")");
    }

    private static Style style(Fate fate) {
        return switch (fate) {
            case MIGRATED -> Style.GOOD;
            case VANISHED -> Style.PLAIN;
            case REJECTED -> Style.WARNING;
            case DIFFERENT, MISSING -> Style.BAD;
        };
    }

    private static String meaning(Fate fate) {
        return switch (fate) {
            case MIGRATED -> "in the mdbox, equal in everything";
            case DIFFERENT -> "in the mdbox, and something differs";
            case VANISHED -> "expunged while Roost looked";
            case REJECTED -> "cannot be read, or is no mail";
            case MISSING -> "readable, and not in the mdbox";
        };
    }

    /** A line for one file, made to be searched. */
    static void text(Screen screen, FileFate fate) {
        screen.line(new Span(style(fate.fate()), String.format(Locale.ROOT, "%-9s", JsonFields.id(fate.fate()))),
                Span.plain("  " + fate.mailbox() + "  " + fate.uid() + "  " + ByteString.toText(fate.file())
                        + (fate.detail().isEmpty() ? "" : "  " + fate.detail())));
    }

    static void json(JsonLines lines, String user, FileFate fate) {
        lines.object("file", user, json -> {
            json.writeStringField("mailbox", fate.mailbox());
            JsonFields.path(json, "file", fate.file());
            json.writeNumberField("uid", fate.uid());
            json.writeStringField("fate", JsonFields.id(fate.fate()));
            json.writeStringField("detail", fate.detail());
        });
    }

    static void json(JsonLines lines, String user, VerifyReport report) {
        lines.object("verified", user, json -> {
            json.writeBooleanField("equal", report.isEqual());
            json.writeNumberField("mailboxes", report.mailboxes());
            json.writeNumberField("mails", report.mails());
            json.writeNumberField("bytes", report.bytes());
            json.writeNumberField("seconds", report.millis() / 1000.0);
            json.writeObjectFieldStart("files");
            for (Fate fate : Fate.values()) {
                json.writeNumberField(JsonFields.id(fate), report.fates().getOrDefault(fate, 0L));
            }
            json.writeEndObject();
            json.writeNumberField("mismatch_count", report.mismatchCount());
            json.writeArrayFieldStart("mismatches");
            for (Mismatch mismatch : report.mismatches()) {
                JsonFields.mismatch(json, mismatch);
            }
            json.writeEndArray();
            JsonFields.problems(json, "problems", report.problems());
        });
    }
}
