package io.roost.cli;

import java.util.ArrayList;
import java.util.List;
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
    private static final int LEAST_BAR = 6;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private final Screen screen;
    private final LongSupplier nanoTime;
    private Rate rate = new Rate();
    private long drawn;
    private boolean first = true;
    private boolean showsBytes;
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
            draw(event.user());
        } else if (event instanceof Event.Copying e) {
            copying(e);
        } else if (event instanceof Event.Verifying e) {
            step("verifying");
            showsBytes = false;
            rate.at(nanoTime.getAsLong(), e.mailsDone(), 0);
            draw(e.user(), e.mailsTotal() == 0 ? 0 : (double) e.mailsDone() / e.mailsTotal(),
                    rate.secondsLeft(e.mailsTotal() - e.mailsDone(), 0));
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
        showsBytes = true;
        rate.at(nanoTime.getAsLong(), e.mailsDone(), e.bytesDone());
        double part = e.bytesTotal() > 0 ? (double) e.bytesDone() / e.bytesTotal()
                : e.mailsTotal() > 0 ? (double) e.mailsDone() / e.mailsTotal() : 0;
        draw(e.user(), part, rate.secondsLeft(e.mailsTotal() - e.mailsDone(), e.bytesTotal() - e.bytesDone()));
    }

    private void reached(Event.Reached e) {
        if (e.state() == UserState.COPIED) {
            step("indexing");
            draw(e.user());
        } else if (e.state() == UserState.VERIFIED) {
            step("publishing");
            draw(e.user());
        }
    }

    private void step(String name) {
        if (!step.equals(name)) {
            step = name;
            rate = new Rate();
            first = true;
        }
    }

    /** A step of which no part is known. */
    private void draw(String user) {
        drawn = nanoTime.getAsLong();
        first = false;
        screen.progress(Span.plain(name(user) + "  " + step + " " + screen.ellipsis()));
    }

    /** @param part 0 to 1 */
    private void draw(String user, double part, double secondsLeft) {
        long nanos = nanoTime.getAsLong();
        if (!first && nanos - drawn < REDRAW_NANOS) {
            return;
        }
        first = false;
        drawn = nanos;
        // each of the same width all the time, so that the bar does not jump; where there is little room the last ones go first
        int percent = (int) (100 * Math.min(1, part) + 1e-6);
        List<String> details = new ArrayList<>(List.of(String.format(Locale.ROOT, " %3d%%", percent),
                String.format(" %12s", secondsLeft < 0 || part >= 1 ? "" : clock(secondsLeft) + " left"),
                String.format(" %14s", rate.mailsPerSecond() > 0 ? Quantity.rate(rate.mailsPerSecond()) + " mails/s" : "")));
        if (showsBytes) {
            details.add(String.format(" %9s", rate.bytesPerSecond() > 0 ? Quantity.bytes(rate.bytesPerSecond()) + "/s" : ""));
        }
        String before = name(user) + "  " + step + " ";
        int room = room(before, details);
        while (room < LEAST_BAR && details.size() > 1) {
            details.remove(details.size() - 1);
            room = room(before, details);
        }
        String after = String.join("", details);
        if (room >= LEAST_BAR) {
            screen.progress(Span.plain(before), Style.COMMAND.of(bar(Math.min(1, part), room)), Span.plain(after));
        } else {
            screen.progress(Span.plain(screen.cut(before + after, screen.width() - 1)));
        }
    }

    private String name(String user) {
        return screen.cut(screen.printable(user), Math.max(12, screen.width() / 4));
    }

    private int room(String before, List<String> details) {
        return screen.width() - 1 - DisplayWidth.of(before) - String.join("", details).length();
    }

    /** {@code 0:12}, {@code 59:59}, {@code 1:02:03}. */
    private static String clock(double seconds) {
        long s = Math.max(1, (long) Math.ceil(seconds));
        return s < 3600 ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s % 3600 / 60, s % 60);
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
