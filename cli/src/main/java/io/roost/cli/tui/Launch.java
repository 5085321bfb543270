package io.roost.cli.tui;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts what has been prepared. */
final class Launch {
    /** Exit codes of processes that a signal ended begin behind this one. */
    private static final int SIGNALS = 128;

    private final Session session;
    private final RunModel model;
    private final RoostProgram program;
    private final String state;

    Launch(Session session, RunModel model, RoostProgram program, String stateDirectory) {
        this.session = session;
        this.model = model;
        this.program = program;
        state = stateDirectory;
    }

    RoostProgram program() {
        return program;
    }

    Path log() {
        return Path.of(state, "run.log");
    }

    /** Shows the plan of all users as it comes. */
    void plan(List<String> arguments) {
        PlanView view = new PlanView(session);
        session.open(view);
        program.ask(arguments, object -> model.post(() -> view.take(object)), (code, errors) ->
                model.post(() -> view.ended(code, errors)));
    }

    /** Starts a run; the screens show it as soon as its socket is there. */
    void start(List<String> arguments) {
        session.say(Look.BOLD, "starting; what it says goes to " + log());
        long begun = System.currentTimeMillis();
        program.detach(arguments, log(), object -> { }, (code, errors) -> model.post(() -> ended(begun, code, errors)));
        session.showOverview();
    }

    private void ended(long begun, int code, String errors) {
        List<String> lines = errors.isEmpty() ? List.of() : errors.lines().toList();
        if (model.statusAt() < begun && !lines.isEmpty()) {
            // it never got as far as its socket
            session.prepare();
            session.say(Look.PLAIN, "");
            session.open(new TextView("the run did not start (exit code " + code + ")", canvas -> {
                List<Piece> pieces = new ArrayList<>();
                lines.forEach(line -> canvas.glyphs().wrap(line, canvas.columns() - 2)
                        .forEach(part -> pieces.add(Piece.plain(part))));
                return pieces;
            }));
        } else {
            session.say(code == 0 ? Look.GOOD : Look.WARNING, (code > SIGNALS ? "the run was killed (signal " + (code - SIGNALS)
                    + "); " : "the run has ended with exit code " + code + "; ") + log() + " has all that it said");
        }
    }
}
