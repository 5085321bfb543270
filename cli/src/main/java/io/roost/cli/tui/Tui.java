package io.roost.cli.tui;

import java.io.IOException;
import java.nio.charset.Charset;

import io.roost.cli.control.ControlClient;
import io.roost.cli.control.ControlException;
import io.roost.cli.control.RefusedException;
import io.roost.cli.screen.Screen;

/** The way in. */
public final class Tui {
    private Tui() {
    }

    /**
     * Attaches to the run that has a state directory, until somebody quits. Falls back to plain lines where nothing can be drawn.
     *
     * @param screen   for what is said before and after, and for what its terminal can show
     * @param charset  of the terminal
     * @param drawable whether standard input and output are a terminal that can be drawn on
     * @param colours  whether colours are wanted
     * @param readOnly whether nothing may be changed
     */
    public static void attach(String stateDirectory, Screen screen, Charset charset, boolean drawable, boolean colours,
            boolean readOnly) throws IOException, RefusedException {
        if (!drawable) {
            PlainSession.run(stateDirectory, screen);
            return;
        }
        // told on the ordinary screen if there is no run
        long pid;
        try (ControlClient client = ControlClient.connect(stateDirectory)) {
            pid = client.pid();
        }
        RunModel model = new RunModel();
        try (RunFeed feed = new RunFeed(stateDirectory, model)) {
            Session session = new Session(model, feed, new Glyphs(screen), stateDirectory, readOnly);
            feed.start();
            try (TuiTerminal terminal = TuiTerminal.open(charset)) {
                session.run(terminal, colours);
            }
        }
        boolean alive;
        try (ControlClient client = ControlClient.connect(stateDirectory)) {
            alive = client.pid() == pid;
        } catch (ControlException e) {
            alive = false;
        }
        screen.message(alive ? "roost: the run goes on (process " + pid + "); roost tui attaches again, roost ctl stop ends it"
                : "roost: the run has ended; roost status shows what is recorded");
    }
}
