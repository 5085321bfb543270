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
     * How a session begins.
     *
     * @param state    the state directory
     * @param charset  of the terminal
     * @param drawable whether standard input and output are a terminal that can be drawn on
     * @param colours  whether colours are wanted
     * @param readOnly whether nothing may be changed or started
     * @param program  Roost itself, to start runs with
     * @param options  of {@code roost migrate}, for runs that are started here
     * @param user     to be walked through the first try, empty for none
     * @param history  of the {@code :} prompt
     */
    public record Settings(String state, Charset charset, boolean drawable, boolean colours, boolean readOnly,
            RoostProgram program, String options, String user, PromptHistory history) {
    }

    /**
     * Attaches to the run that has the state directory, or prepares one, until somebody quits. Falls back to plain lines where
     * nothing can be drawn.
     *
     * @param screen for what is said before and after, and for what its terminal can show
     */
    public static void run(Screen screen, Settings settings) throws IOException, RefusedException {
        if (!settings.drawable()) {
            PlainSession.run(settings.state(), screen);
            return;
        }
        // whatever is wrong with the state directory is told on the ordinary screen
        boolean alive = pid(settings.state()) != 0;
        RunModel model = new RunModel();
        try (RunFeed feed = new RunFeed(settings.state(), model)) {
            Session session = new Session(model, feed, new Glyphs(screen), settings.state(), settings.readOnly(),
                    new Session.Beginning(settings.program(), settings.options(), settings.user(), settings.history()));
            if (!alive && settings.user().isEmpty()) {
                session.prepare();
            }
            feed.start();
            try (TuiTerminal terminal = TuiTerminal.open(settings.charset())) {
                session.run(terminal, settings.colours());
            }
        }
        long pid = pid(settings.state());
        if (pid != 0) {
            screen.message("roost: the run goes on (process " + pid + "); roost tui attaches again, roost ctl stop ends it");
        } else if (model.status() != null) {
            screen.message("roost: the run has ended; roost status shows what is recorded");
        } else {
            screen.message("roost: no run is alive; nothing goes on");
        }
    }

    /** The process of the run, 0 if there is none. */
    private static long pid(String state) throws ControlException {
        try (ControlClient client = ControlClient.connect(state)) {
            return client.pid();
        } catch (ControlException e) {
            if (e.kind() == ControlException.Kind.UNUSABLE || e.kind() == ControlException.Kind.PROTOCOL) {
                throw e;
            }
            return 0;
        }
    }
}
