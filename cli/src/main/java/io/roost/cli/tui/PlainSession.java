package io.roost.cli.tui;

import io.roost.cli.control.ControlClient;
import io.roost.cli.control.ControlException;
import io.roost.cli.control.RefusedException;
import io.roost.cli.screen.Screen;

/** What there is instead of screens where nothing can be drawn: lines, as {@code roost ctl} prints them, until the run ends. */
final class PlainSession {
    private static final int STATUS_SECONDS = 60;

    private PlainSession() {
    }

    static void run(String stateDirectory, Screen screen) throws ControlException, RefusedException {
        try (ControlClient client = ControlClient.connect(stateDirectory)) {
            screen.message("roost: no screens here (a dumb terminal, or a pipe): following in plain lines");
            client.ask("watch recent=20 status=" + STATUS_SECONDS, screen::line);
        }
    }
}
