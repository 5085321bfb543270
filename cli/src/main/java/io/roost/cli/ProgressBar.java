package io.roost.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

import io.roost.checkpoint.UserState;
import io.roost.cli.screen.DisplayWidth;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.migrate.Event;

/** Shows a user's migration as one line that is drawn over, on a terminal. */
final class ProgressBar implements Event.Sink {
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private final Screen screen;
    private final LongSupplier nanoTime;
    private Rate rate = new Rate();
    private long drawn;
    private boolean first = true;
    private String step = "scanning";

    /** @param nanoTime as {@link System#nanoTime} */
    ProgressBar(Screen screen, LongSupplier nanoTime) {
        this.screen = screen;
        this.nanoTime = nanoTime;
    }

    @Override
    public void event(Event event) {
        if (event instanceof Event.Started) {
            step("scanning");
            draw(event.user(), "", -1, "", true);
        } else if (event instanceof Event.Copying e) {
            copying(e);
        } else if (event instanceof Event.Verifying e) {
            step("verifying");
            rate.at(nanoTime.getAsLong(), e.mailsDone(), 0);
            draw(e.user(), speed(), e.mailsTotal() == 0 ? 0 : (double) e.mailsDone() / e.mailsTotal(),
                    left(rate.secondsLeft(e.mailsTotal() - e.mailsDone(), 0)), false);
        } else if (event instanceof Event.Reached e) {
            reached(e);
        } else if (event instanceof Event.SourceChanged e) {
            screen.message(e.user() + ": the Maildir changed meanwhile; taking in what is new (attempt " + e.attempt() + ")");
            step("scanning");
        } else if (event instanceof Event.Done || event instanceof Event.Failed) {
            screen.clearProgress();
        }
    }

    private void copying(Event.Copying e) {
        step("copying");
        rate.at(nanoTime.getAsLong(), e.mailsDone(), e.bytesDone());
        double part = e.bytesTotal() > 0 ? (double) e.bytesDone() / e.bytesTotal()
                : e.mailsTotal() > 0 ? (double) e.mailsDone() / e.mailsTotal() : 0;
        draw(e.user(), speed() + String.format("  %10s", rate.bytesPerSecond() > 0 ? Quantity.bytes(rate.bytesPerSecond()) + "/s" : ""),
                part, left(rate.secondsLeft(e.mailsTotal() - e.mailsDone(), e.bytesTotal() - e.bytesDone())), false);
    }

    private void reached(Event.Reached e) {
        if (e.state() == UserState.COPIED) {
            step("indexing");
            draw(e.user(), "", -1, "", true);
        } else if (e.state() == UserState.VERIFIED) {
            step("publishing");
            draw(e.user(), "", -1, "", true);
        }
    }

    private void step(String name) {
        if (!step.equals(name)) {
            step = name;
            rate = new Rate();
            first = true;
        }
    }

    /** Always of the same width, so that the bar does not jump. */
    private String speed() {
        return String.format("%14s", rate.mailsPerSecond() > 0 ? Quantity.rate(rate.mailsPerSecond()) + " mails/s" : "");
    }

    private static String left(double seconds) {
        return seconds < 0 ? "" : Quantity.wholeSeconds(seconds) + " left";
    }

    /** @param part 0 to 1, or negative if it is not known */
    private void draw(String user, String speed, double part, String left, boolean now) {
        long nanos = nanoTime.getAsLong();
        if (!now && !first && nanos - drawn < REDRAW_NANOS) {
            return;
        }
        first = false;
        drawn = nanos;
        String name = screen.cut(screen.printable(user), Math.max(12, screen.width() / 4));
        String before = name + "  " + step;
        if (part < 0) {
            screen.progress(Span.plain(before + " " + screen.ellipsis()));
            return;
        }
        String percent = String.format(Locale.ROOT, "%3d %%", (int) (100 * Math.min(1, part)));
        String after = "  " + percent + "  " + speed + String.format("  %10s", left);
        int room = screen.width() - 1 - DisplayWidth.of(before) - 2 - after.length();
        if (room >= 8) {
            screen.progress(Span.plain(before + "  "), Style.COMMAND.of(bar(Math.min(1, part), room)), Span.plain(after));
        } else {
            screen.progress(Span.plain(screen.cut(before + after, screen.width() - 1)));
        }
    }

    /** A bar of so many columns, brackets included where there are no blocks to draw with. */
    private String bar(double part, int columns) {
        if (!screen.isUnicode()) {
            int inside = columns - 2;
            int full = (int) (part * inside);
            String head = full < inside ? ">" : "";
            return "[" + "=".repeat(full) + head + " ".repeat(inside - full - head.length()) + "]";
        }
        int eighths = (int) (part * columns * 8);
        int full = eighths / 8;
        String rest = full < columns && eighths % 8 > 0 ? EIGHTHS.substring(eighths % 8, eighths % 8 + 1) : "";
        return "█".repeat(full) + rest + "░".repeat(columns - full - rest.length());
    }
}
