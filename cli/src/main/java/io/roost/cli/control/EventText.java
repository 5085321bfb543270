package io.roost.cli.control;

import java.util.Locale;

import io.roost.cli.screen.Quantity;
import io.roost.engine.RunEvent;
import io.roost.migrate.Event;
import io.roost.migrate.Result;
import io.roost.posix.ByteString;

/** Events as lines for people. */
final class EventText {
    private EventText() {
    }

    /** One line; empty if it is nothing that people need to see. */
    static String of(RunEvent event, long unixMillis) {
        String said = said(event);
        String user = event.user().isEmpty() ? "" : event.user() + ": ";
        return said.isEmpty() ? "" : Quantity.when(unixMillis, unixMillis) + " " + user + said;
    }

    private static String said(RunEvent event) {
        if (event instanceof RunEvent.Progress e) {
            return said(e.event());
        } else if (event instanceof RunEvent.Begun e) {
            return "begun by " + (e.isBeside() ? "a worker of its own" : "worker " + (e.worker() + 1))
                    + (e.attempt() > 1 ? ", attempt " + e.attempt() : "");
        } else if (event instanceof RunEvent.Done e) {
            return done(e.result());
        } else if (event instanceof RunEvent.Failed e) {
            return "FAILED: " + (e.why().getMessage() == null ? e.why().getClass().getSimpleName() : e.why().getMessage())
                    + (e.retryAt() > 0 ? " (tried again at " + Quantity.when(e.retryAt(), e.retryAt()) + ")" : "");
        } else if (event instanceof RunEvent.Stopped) {
            return "stopped at a safe step";
        } else if (event instanceof RunEvent.Skipped) {
            return "skipped by an operator";
        } else if (event instanceof RunEvent.Requeued) {
            return "to be tried again, by an operator";
        } else if (event instanceof RunEvent.Operated e) {
            return e.verb() + ", by an operator: " + e.said();
        } else if (event instanceof RunEvent.RolledBack e) {
            return "rolled back by an operator: " + e.said();
        } else if (event instanceof RunEvent.StateChanged e) {
            return "the run is " + e.state().name().toLowerCase(Locale.ROOT) + (e.reason().isEmpty() ? "" : ": " + e.reason());
        } else if (event instanceof RunEvent.WorkersChanged e) {
            return "workers: " + e.workers();
        } else if (event instanceof RunEvent.Throttled e) {
            return e.reason().isEmpty() ? "nothing holds the run back" : "held back: " + e.reason();
        }
        return "";
    }

    private static String done(Result result) {
        return result.alreadyDone() ? "was done before"
                : "done: " + Quantity.count(result.mails(), "mail", "mails") + ", " + Quantity.bytes(result.bytes()) + " in "
                        + Quantity.seconds(result.millis() / 1000.0)
                        + (result.skipped().isEmpty() ? "" : ", " + result.skipped().size() + " left out");
    }

    private static String said(Event event) {
        if (event instanceof Event.Scanned e) {
            return Quantity.count(e.mails(), "mail", "mails") + " in " + Quantity.count(e.mailboxes(), "mailbox", "mailboxes");
        } else if (event instanceof Event.Copying e) {
            return "copying " + Quantity.count(e.mailsDone()) + " of " + Quantity.count(e.mailsTotal(), "mail", "mails");
        } else if (event instanceof Event.Verifying e) {
            return "verifying " + Quantity.count(e.mailsDone()) + " of " + Quantity.count(e.mailsTotal(), "mail", "mails");
        } else if (event instanceof Event.Reached e) {
            return e.state().name().toLowerCase(Locale.ROOT);
        } else if (event instanceof Event.Problem e) {
            return e.problem().kind().id() + " in " + (e.problem().mailbox().isEmpty() ? "the Maildir" : e.problem().mailbox())
                    + ": " + e.problem().detail();
        } else if (event instanceof Event.CutOver e) {
            return "cut over, locked out for " + Quantity.seconds(e.lockOutMillis() / 1000.0);
        } else if (event instanceof Event.BroughtOver e) {
            return "a late mail was brought over: " + ByteString.toText(e.path());
        } else if (event instanceof Event.SourceChanged e) {
            return "the Maildir changed meanwhile, attempt " + e.attempt();
        }
        return "";
    }
}
