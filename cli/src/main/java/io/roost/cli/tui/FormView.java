package io.roost.cli.tui;

import java.util.List;

/** A run in the making. */
final class FormView implements View {
    private final Session session;
    private final RunModel model;
    private final Launch launch;
    private final RunForm form;
    private int selected;

    FormView(Session session, RunModel model, Launch launch, RunForm form) {
        this.session = session;
        this.model = model;
        this.launch = launch;
        this.form = form;
    }

    @Override
    public String title() {
        return "prepare a run";
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        int row = top + 1;
        String head = model.isConnected() ? "a run is alive here, o shows it" : model.trouble().isEmpty() ? "the run has ended"
                : model.trouble();
        for (String line : canvas.glyphs().wrap(head + ". Say what is to be done, look at its plan, start it.",
                canvas.columns() - 4)) {
            canvas.line(row++, Piece.plain("  " + line));
        }
        row++;
        List<RunForm.Field> fields = form.fields();
        for (int i = 0; i < fields.size(); i++) {
            RunForm.Field field = fields.get(i);
            String value = field.value.isEmpty() ? "-" : field.value;
            String line = String.format(" %s %-17s %s", i == selected ? ">" : " ", field.label, value);
            canvas.line(row++, i == selected ? Look.SELECTED.of(canvas.glyphs().fit(line, canvas.columns()))
                    : Piece.plain(line));
        }
        row++;
        RunForm.Field at = fields.get(selected);
        for (String line : canvas.glyphs().wrap(at.help + (at.choices.isEmpty() ? "" : ": " + String.join(", ", at.choices)
                + "; Enter takes the next one"), canvas.columns() - 4)) {
            canvas.line(row++, Look.FAINT.of("  " + line));
        }
        row++;
        canvas.line(row++, Look.BOLD.of("  What S will run"));
        List<String> command = form.missing().isEmpty() ? canvas.glyphs().wrap(RunForm.commandLine(form.arguments(false)),
                canvas.columns() - 6) : List.of(form.missing());
        int room = Math.max(1, bottom - row);
        for (int i = 0; i < Math.min(room, command.size()); i++) {
            boolean more = i == room - 1 && command.size() > room;
            canvas.line(row++, Piece.plain(more ? "    and " + (command.size() - i) + " more lines; this terminal is too low"
                    : "    " + command.get(i)));
        }
    }

    @Override
    public boolean key(Key key) {
        List<RunForm.Field> fields = form.fields();
        RunForm.Field field = fields.get(selected);
        switch (key.name()) {
            case UP -> selected = Math.max(0, selected - 1);
            case DOWN, TAB -> selected = Math.min(fields.size() - 1, selected + 1);
            case ENTER -> {
                if (field.choices.isEmpty()) {
                    session.dialogue().ask(Dialogue.Line.of(field.label + ": ", field.value),
                            text -> field.value = text.strip());
                } else {
                    field.next();
                }
            }
            case CHARACTER -> {
                if (key.is(' ') && !field.choices.isEmpty()) {
                    field.next();
                } else if (key.is('P')) {
                    plan();
                } else if (key.is('S')) {
                    start();
                } else {
                    return false;
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void plan() {
        String missing = form.missing();
        if (!missing.isEmpty()) {
            session.say(Look.WARNING, missing);
            return;
        }
        launch.plan(form.arguments(true));
    }

    private void start() {
        String missing = form.missing();
        if (!missing.isEmpty()) {
            session.say(Look.WARNING, missing);
            return;
        }
        session.dialogue().confirm("start this run, for " + form.whom() + (form.cutsOver()
                ? "? Each is locked out for some seconds, and then on the mdbox" : "? They stay on the Maildir")
                + "; it goes on by itself if this terminal ends", () -> launch.start(form.arguments(false)));
    }

    @Override
    public List<Binding> bindings() {
        return List.of(Binding.of("Enter", "change", "Type another value, or choose the next one."),
                new Binding("P", "plan", "See what would be done with each user; writes nothing.", form.missing()),
                new Binding("S", "start", "Start the run, after a question. It does not need this terminal.", form.missing()));
    }
}
