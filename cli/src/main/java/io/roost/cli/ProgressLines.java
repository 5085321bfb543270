package io.roost.cli;

import java.util.function.LongSupplier;

import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.migrate.Event;

/** Tells of a user's migration in plain lines on standard error: one for each step, and one every ten seconds between. */
final class ProgressLines implements Event.Sink {
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final Screen screen;
    private final LongSupplier nanoTime;
    private Rate rate = new Rate();
    private long told;

    /** @param nanoTime as {@link System#nanoTime} */
    ProgressLines(Screen screen, LongSupplier nanoTime) {
        this.screen = screen;
        this.nanoTime = nanoTime;
        told = nanoTime.getAsLong();
    }

    @Override
    public void event(Event event) {
        if (event instanceof Event.Started e) {
            rate = new Rate();
            tell(e, e.resumedMails() == 0 ? "started"
                    : "goes on: " + Quantity.count(e.resumedMails(), "mail was", "mails were") + " placed by an earlier run");
        } else if (event instanceof Event.Scanned e) {
            tell(e, Quantity.count(e.mailboxes(), "mailbox", "mailboxes") + ", " + Quantity.count(e.mails(), "mail", "mails")
                    + (e.bytes() > 0 ? ", " + Quantity.bytes(e.bytes()) : ""));
        } else if (event instanceof Event.Copying e) {
            rate.at(nanoTime.getAsLong(), e.mailsDone(), e.bytesDone());
            if (due()) {
                double left = rate.secondsLeft(e.mailsTotal() - e.mailsDone(), e.bytesTotal() - e.bytesDone());
                tell(e, "copied " + Quantity.count(e.mailsDone()) + " of " + Quantity.count(e.mailsTotal(), "mail", "mails")
                        + " (" + Quantity.percent(e.mailsDone(), e.mailsTotal()) + "), "
                        + Quantity.rate(rate.mailsPerSecond()) + " mails/s, " + Quantity.bytes(rate.bytesPerSecond()) + "/s"
                        + (left < 0 ? "" : ", " + Quantity.wholeSeconds(left) + " left"));
            }
        } else if (event instanceof Event.Verifying e) {
            if (due()) {
                tell(e, "verified " + Quantity.count(e.mailsDone()) + " of " + Quantity.count(e.mailsTotal(), "mail", "mails"));
            }
        } else if (event instanceof Event.Reached e) {
            tell(e, switch (e.state()) {
                case COPIED -> "all mails are copied";
                case FINISHED -> "indexes are written";
                case VERIFIED -> "verified";
                case PUBLISHED -> "published";
                default -> JsonFields.id(e.state());
            });
        } else if (event instanceof Event.SourceChanged e) {
            tell(e, "the Maildir changed meanwhile; taking in what is new (attempt " + e.attempt() + ")");
        }
    }

    private boolean due() {
        return nanoTime.getAsLong() - told >= PAUSE_NANOS;
    }

    private void tell(Event event, String text) {
        told = nanoTime.getAsLong();
        screen.message(event.user() + ": " + text);
    }
}
