package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** The first try with one user: a step at a time, each explained before it is taken. */
final class WalkView implements View {
    /**
     * Steps, in their order.
     *
     * <pre>
     *   PLAN --&gt; MIGRATE --&gt; VERIFY --&gt; SWITCH
     * </pre>
     */
    private enum Step {
        PLAN("Look", "Reads the Maildir as a migration would, opens a few mails to see how fast that is, and shows what there "
                + "is and what could not be carried over. It writes nothing, anywhere."),
        MIGRATE("Migrate", "Copies the mails into m.* files beside the Maildir, writes the indexes, reads all of it back, "
                + "compares it with the Maildir, and renames it into place. The Maildir is not changed and stays in force; the "
                + "user notices nothing. If anything differs, nothing is put into place. It goes on by itself if this terminal "
                + "ends."),
        VERIFY("Verify", "Compares the mdbox with the Maildir once more, mail by mail, from the disk. What was delivered or "
                + "changed since is named as a difference: the Maildir is still the one in use."),
        SWITCH("Switch", "Dovecot still uses the Maildir. The mdbox counts once the userdb says so for this user: a field "
                + "mail=mdbox:~/mdbox (or what --to named). Between the last change of the Maildir and that moment nobody may "
                + "deliver or log in. roost migrate --cutover sees to all of that; this walk does not. To throw the try away, "
                + "remove the mdbox directory.");

        private final String title;
        private final String explanation;

        Step(String title, String explanation) {
            this.title = title;
            this.explanation = explanation;
        }
    }

    private final Session session;
    private final RunModel model;
    private final Launch launch;
    private final String user;
    private final List<String> options;
    private final String state;
    private Step step = Step.PLAN;
    private boolean busy;
    private final List<Piece> said = new ArrayList<>();
    private JsonObject plan;

    /** @param options of {@code roost migrate} that this user needs */
    WalkView(Session session, RunModel model, Launch launch, String stateDirectory, String user, List<String> options) {
        this.session = session;
        this.model = model;
        this.launch = launch;
        state = stateDirectory;
        this.user = user;
        this.options = options;
    }

    @Override
    public String title() {
        return "first try: " + user;
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        List<Piece> steps = new ArrayList<>();
        steps.add(Piece.plain("  "));
        for (Step each : Step.values()) {
            Look look = each.ordinal() < step.ordinal() ? Look.GOOD : each == step ? Look.BAR : Look.FAINT;
            steps.add(look.of(" " + (each.ordinal() + 1) + " " + each.title + (each.ordinal() < step.ordinal() ? ", done "
                    : " ")));
            steps.add(Piece.plain(" "));
        }
        canvas.line(top + 1, steps);
        int row = top + 3;
        for (String line : canvas.glyphs().wrap(step.explanation, Math.min(100, canvas.columns() - 4))) {
            canvas.line(row++, Piece.plain("  " + line));
        }
        row++;
        canvas.line(row++, busy ? Look.BOLD.of("  at it ...") : step == Step.SWITCH ? Look.PLAIN.of("")
                : Look.KEY.of("  Enter takes this step"));
        row++;
        List<Piece> lines = wrapped(canvas);
        int room = bottom - row;
        for (Piece piece : lines.subList(Math.max(0, lines.size() - room), lines.size())) {
            canvas.line(row++, Piece.plain("  "), piece);
        }
    }

    private List<Piece> wrapped(Canvas canvas) {
        List<Piece> lines = new ArrayList<>();
        for (Piece piece : said) {
            canvas.glyphs().wrap(piece.text(), canvas.columns() - 4).forEach(line -> lines.add(piece.look().of(line)));
        }
        return lines;
    }

    @Override
    public boolean key(Key key) {
        if (key.name() == Key.Name.ENTER && !busy) {
            take();
            return true;
        }
        if (key.is('L') && !busy && step == Step.MIGRATE) {
            step = Step.PLAN;
            take();
            return true;
        }
        if (key.is('d') && plan != null) {
            session.open(PlanView.user(plan));
            return true;
        }
        return false;
    }

    private List<String> arguments(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(options);
        all.add("--");
        all.add(user);
        return all;
    }

    private void take() {
        switch (step) {
            case PLAN -> begin(arguments("migrate", "--dry-run", "--json"));
            case MIGRATE -> {
                busy = true;
                said.clear();
                launch.program().detach(arguments("migrate", "--json", "--state=" + state), launch.log(),
                        object -> model.post(() -> heard(object)), (code, errors) -> model.post(() -> ended(code, errors)));
            }
            case VERIFY -> {
                List<String> arguments = new ArrayList<>(arguments("verify", "--json"));
                // an option of migrate only
                arguments.removeAll(List.of("--single-backend", "--skip-unreadable"));
                begin(arguments);
            }
            case SWITCH -> { }
        }
    }

    private void begin(List<String> arguments) {
        busy = true;
        said.clear();
        launch.program().ask(arguments, object -> model.post(() -> heard(object)),
                (code, errors) -> model.post(() -> ended(code, errors)));
    }

    private void heard(JsonObject object) {
        switch (object.type()) {
            case "plan" -> {
                plan = object;
                said.add(new Piece(object.flag("clean") ? Look.GOOD : Look.WARNING,
                        (object.flag("clean") ? "All of it can be carried over: " : "NOT all of it can be carried over: ")
                        + Quantity.count(object.number("mails"), "mail", "mails") + " in "
                        + Quantity.count(object.objects("mailboxes").size(), "mailbox", "mailboxes") + ", "
                        + Quantity.bytes(object.number("bytes"))));
                String trouble = PlanView.trouble(object);
                if (!trouble.isEmpty()) {
                    said.add(Look.BAD.of(trouble));
                }
                if (!object.flag("clean")) {
                    said.add(Piece.plain("The next step would refuse the user, and change nothing. d shows what stands in the "
                            + "way and what to do about it; look again after that with L."));
                }
            }
            case "verified" -> said.add(object.flag("equal") ? Look.GOOD.of("Equal: "
                    + Quantity.count(object.number("mails"), "mail", "mails") + " in "
                    + Quantity.count(object.number("mailboxes"), "mailbox", "mailboxes"))
                    : Look.BAD.of("DIFFERENT in " + Quantity.count(object.number("mismatch_count"), "place", "places")));
            case "copying", "verifying", "summary", "run_status", "plan_total", "run" -> { }
            default -> said.add(EventLine.of(object));
        }
    }

    private void ended(int code, String errors) {
        busy = false;
        if (code == 0 || step == Step.PLAN && plan != null) {
            step = Step.values()[step.ordinal() + 1];
        } else {
            errors.lines().filter(line -> said.stream().noneMatch(piece -> piece.text()
                    .contains(line.replaceFirst("^roost: ", "")))).forEach(line -> said.add(Look.BAD.of(line)));
            said.add(Look.BAD.of("This step ended with exit code " + code + ". Nothing is lost; Enter takes it again."));
        }
    }

    @Override
    public List<Binding> bindings() {
        return List.of(new Binding("Enter", step == Step.SWITCH ? "-" : step.title.toLowerCase(Locale.ROOT),
                "Take the step that is explained.", busy ? "a step is being taken" : step == Step.SWITCH
                ? "there is no further step" : ""), new Binding("L", "look again", "Look at the Maildir once more.", busy
                ? "a step is being taken" : step == Step.MIGRATE ? "" : "it is for before the migration"),
                new Binding("d", "plan", "The plan in full, by mailbox.", plan == null ? "there is no plan yet" : ""));
    }
}
