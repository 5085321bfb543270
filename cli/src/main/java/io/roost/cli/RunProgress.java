package io.roost.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.engine.EngineSettings;
import io.roost.engine.EngineStatus;
import io.roost.engine.Phase;
import io.roost.engine.RunState;

/**
 * Shows a run over many users on standard error, by asking the engine: a line that is drawn over on a terminal, else a line
 * every ten seconds. In a thread of its own, so that it goes on telling the truth while nothing happens.
 */
final class RunProgress implements AutoCloseable {
    private static final long REDRAW_MILLIS = 250;
    private static final long LINE_MILLIS = 10_000;

    private final Screen screen;
    private final Supplier<EngineStatus> engine;
    private final Thread thread;

    RunProgress(Screen screen, Supplier<EngineStatus> engine) {
        this.screen = screen;
        this.engine = engine;
        thread = new Thread(this::show, "roost-progress");
        thread.setDaemon(true);
        thread.start();
    }

    private void show() {
        boolean redraws = screen.canRedraw();
        try {
            while (true) {
                Thread.sleep(redraws ? REDRAW_MILLIS : LINE_MILLIS);
                String text = text(engine.get());
                if (redraws) {
                    screen.progress(Span.plain(screen.cut(text, screen.width() - 1)));
                } else {
                    screen.message(text);
                }
            }
        } catch (InterruptedException e) {
            // The run is over.
        }
    }

    /** The most important first: a narrow terminal cuts the rest. */
    static String text(EngineStatus status) {
        int ended = status.users(Phase.DONE) + status.users(Phase.FAILED) + status.users(Phase.SKIPPED);
        List<String> parts = new ArrayList<>();
        parts.add(Quantity.count(ended) + " of " + Quantity.count(status.usersTotal(), "user", "users") + ", "
                + Quantity.percent(ended, status.usersTotal()));
        if (status.state() != RunState.RUNNING) {
            parts.add(status.state().name().toLowerCase(Locale.ROOT) + (status.reason().isEmpty() ? "" : ": " + status.reason()));
        } else if (!status.reason().isEmpty()) {
            parts.add(status.reason());
        }
        if (status.users(Phase.FAILED) > 0) {
            parts.add(Quantity.count(status.users(Phase.FAILED)) + " failed");
        }
        if (status.users(Phase.RETRYING) > 0) {
            parts.add(Quantity.count(status.users(Phase.RETRYING)) + " to be tried again");
        }
        parts.add(Quantity.rate(status.mailsPerSecond()) + " mails/s");
        parts.add(Quantity.bytes(status.bytesPerSecond()) + "/s");
        if (status.secondsLeft() >= 0) {
            parts.add(Quantity.wholeSeconds(status.secondsLeft()) + " left");
        }
        if (status.deadline() != EngineSettings.NO_DEADLINE) {
            parts.add("until " + DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault())
                    .format(Instant.ofEpochMilli(status.deadline())));
        }
        return String.join(", ", parts);
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        screen.clearProgress();
    }
}
