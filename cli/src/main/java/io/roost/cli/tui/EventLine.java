package io.roost.cli.tui;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** Events of a run, as they come from the control socket, in words. */
final class EventLine {
    private EventLine() {
    }

    /** One line. */
    static Piece of(JsonObject event) {
        String user = event.user().isEmpty() ? "" : event.user() + ": ";
        return new Piece(look(event), Quantity.when(event.time("time"), event.time("time")) + "  " + user + said(event));
    }

    private static Look look(JsonObject event) {
        return switch (event.type()) {
            case "failed" -> event.text("kind").equals("interrupted") ? Look.PLAIN : Look.BAD;
            case "problem" -> event.text("severity").equals("note") ? Look.FAINT : Look.WARNING;
            case "retrying", "dropped", "skipped" -> Look.WARNING;
            case "done", "cut_over" -> Look.GOOD;
            case "operated" -> event.text("said").startsWith("FAILED") ? Look.BAD : Look.BOLD;
            case "run", "workers", "throttled", "requeued", "rollback_done" -> Look.BOLD;
            default -> Look.PLAIN;
        };
    }

    static String said(JsonObject event) {
        return switch (event.type()) {
            case "started" -> event.number("resumed_mails") == 0 ? "started"
                    : "goes on after " + Quantity.count(event.number("resumed_mails"), "mail", "mails");
            case "scanned" -> "found " + Quantity.count(event.number("mails"), "mail", "mails") + " in "
                    + Quantity.count(event.number("mailboxes"), "mailbox", "mailboxes");
            case "copying", "verifying" -> event.type() + " " + Quantity.count(event.number("mails_done")) + " of "
                    + Quantity.count(event.number("mails_total"));
            case "reached" -> event.text("state");
            case "problem" -> event.text("severity") + " " + event.text("kind") + ", "
                    + (event.text("mailbox").isEmpty() ? "the Maildir" : event.text("mailbox")) + ": " + event.text("detail");
            case "cut_over" -> "cut over, locked out for " + Quantity.seconds(event.decimal("lock_out_seconds"));
            case "brought_over" -> "a late mail was brought over: " + event.text("path");
            case "compared" -> "mails by month were counted on both sides";
            case "source_changed" -> "the Maildir changed meanwhile, attempt " + event.number("attempt");
            case "done" -> event.flag("already_done") ? "was done before" : "done: "
                    + Quantity.count(event.number("mails"), "mail", "mails") + ", " + Quantity.bytes(event.number("bytes"))
                    + " in " + Quantity.seconds(event.decimal("seconds"));
            case "failed" -> event.text("kind").equals("interrupted") ? "stopped at a safe step" : "FAILED: "
                    + event.text("reason");
            case "retrying" -> "failed for now: " + event.text("reason") + " (again at "
                    + Quantity.when(event.time("retry_at"), event.time("time")) + ")";
            case "skipped" -> "skipped by an operator";
            case "operated" -> event.text("verb") + ", by an operator: " + event.text("said");
            case "rollback_done" -> "rolled back by an operator: " + event.text("said");
            case "requeued" -> "to be tried again, by an operator";
            case "run" -> "the run is " + event.text("state") + (event.text("reason").isEmpty() ? "" : ": "
                    + event.text("reason"));
            case "workers" -> "workers: " + event.number("workers");
            case "throttled" -> event.text("reason").isEmpty() ? "nothing holds the run back" : "held back: "
                    + event.text("reason");
            case "dropped" -> Quantity.count(event.number("count")) + " events came too fast and are not shown here";
            default -> event.type();
        };
    }
}
