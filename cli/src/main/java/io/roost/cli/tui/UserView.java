package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** All that is known of one user. */
final class UserView implements View {
    private static final List<String> STEPS = List.of("queued", "copying", "copied", "finished", "verified", "published",
            "done");
    /** Where Roost itself makes the user use the mdbox. */
    private static final List<String> STEPS_OF_CUTOVER = List.of("queued", "pinned", "copying", "copied", "gated", "quiet",
            "finished", "verified", "published", "switched", "released", "done");

    /** States in which the mdbox is in its place. */
    private static final List<String> PUBLISHED = List.of("published", "switched", "released", "done");

    private final RunModel model;
    private final UserActions actions;
    private final String name;
    private final Scroll scroll = new Scroll();

    UserView(RunModel model, UserActions actions, String name) {
        this.model = model;
        this.actions = actions;
        this.name = name;
    }

    @Override
    public String title() {
        return "user " + name + scroll.place();
    }

    @Override
    public void shown(RunFeed feed) {
        feed.want(Wishes.forUser(name));
    }

    @Override
    public boolean lacks() {
        return page() == null;
    }

    private RunModel.UserPage page() {
        RunModel.UserPage page = model.user();
        return page != null && page.name().equals(name) ? page : null;
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        RunModel.UserPage known = page();
        if (known == null || known.user() == null) {
            unknown(canvas, top, bottom);
            return;
        }
        List<List<Piece>> lines = new ArrayList<>();
        head(canvas, known.user(), model.hasEnded(), lines);
        steps(canvas, known, lines);
        list("Problems of the Maildir", problems(canvas, known.user()), lines);
        list("Mailboxes", mailboxes(canvas, known.user()), lines);
        List<List<Piece>> events = new ArrayList<>();
        known.events().forEach(event -> events.add(0, List.of(Piece.plain("    "), EventLine.of(event))));
        list("Last events, the newest first", events, lines);
        scroll.draw(canvas, top, bottom, lines);
    }

    /** Nothing has come of the user; of a run that has ended there may be a line of a list. */
    private void unknown(Canvas canvas, int top, int bottom) {
        RunModel.UserPage known = page();
        JsonObject row = model.row(name);
        if (known != null) {
            canvas.line(top + 1, Piece.plain("  " + known.refusal()));
        } else if (row == null || model.isConnected()) {
            Scroll.silence(canvas, top + 1, model);
        } else {
            List<List<Piece>> lines = new ArrayList<>();
            head(canvas, row, true, lines);
            lines.add(List.of());
            canvas.glyphs().wrap("There is more in roost status " + name + ", and in the log of the run.", canvas.columns() - 4)
                    .forEach(line -> lines.add(List.of(Look.FAINT.of("  " + line))));
            scroll.draw(canvas, top, bottom, lines);
        }
    }

    private static void list(String heading, List<List<Piece>> rows, List<List<Piece>> lines) {
        if (!rows.isEmpty()) {
            lines.add(List.of());
            lines.add(List.of(Look.BOLD.of("  " + heading)));
            lines.addAll(rows);
        }
    }

    private static List<Piece> item(String label, Piece... pieces) {
        List<Piece> all = new ArrayList<>();
        all.add(Look.FAINT.of(String.format("  %-10s", label)));
        all.addAll(List.of(pieces));
        return all;
    }

    private static void head(Canvas canvas, JsonObject user, boolean over, List<List<Piece>> lines) {
        String phase = user.text("phase");
        Look look = phase.equals("failed") ? Look.BAD : phase.equals("retrying") ? Look.WARNING
                : phase.equals("done") ? Look.GOOD : Look.BOLD;
        lines.add(List.of());
        lines.add(item("Phase", look.of(phase), Piece.plain(user.number("attempts") > 1 ? ", " + user.number("attempts")
                + " attempts" : "")));
        if (user.has("active")) {
            JsonObject active = user.object("active");
            long total = active.number("mails_total");
            long done = active.number("mails_done");
            lines.add(item("Now", Piece.plain(active.text("step") + " "), Look.GOOD.of(total == 0 ? "" : canvas.glyphs()
                    .bar((double) done / total, 24) + " "), Piece.plain(total == 0 ? "" : Quantity.count(done) + " of "
                    + Quantity.count(total, "mail", "mails") + ", for " + Quantity.wholeSeconds(
                    (user.time("time") - active.time("since")) / 1000.0))));
        }
        if (user.has("record")) {
            JsonObject record = user.object("record");
            lines.add(item("Placed", Piece.plain(Quantity.count(record.number("mails_placed")) + " of " + Quantity.count(
                    record.number("mails_total"), "mail", "mails") + ", " + Quantity.bytes(record.number("bytes_placed")))));
        }
        if (user.has("cutover")) {
            cutover(user, lines);
        }
        boolean failing = phase.equals("failed") || phase.equals("retrying");
        if (failing && !user.text("error").isEmpty()) {
            error(canvas, user, over, lines);
        } else if (phase.equals("skipped")) {
            lines.add(item("Next", Piece.plain((user.text("error").isEmpty() ? "" : user.text("error") + "; ")
                    + (over ? "a further run may do it" : "left alone until r says otherwise"))));
        }
    }

    /** Who waits, who is locked out, and how it ended. */
    private static void cutover(JsonObject user, List<List<Piece>> lines) {
        JsonObject cutover = user.object("cutover");
        boolean over = List.of("done", "skipped").contains(user.text("phase"));
        if (cutover.has("gate")) {
            JsonObject gate = cutover.object("gate");
            lines.add(item("Gate", Look.BAD.of("LOCKED OUT since " + Quantity.when(gate.time("closed"), user.time("time"))
                    + ", " + Quantity.wholeSeconds((user.time("time") - gate.time("closed")) / 1000.0)),
                    Piece.plain(" by process " + gate.number("pid") + " on " + gate.text("host")
                    + (gate.text("life").equals("dead") ? ", which is dead" : ""))));
        } else if (!cutover.text("held").isEmpty() && !over) {
            lines.add(item("Cutover", Look.WARNING.of(cutover.text("held")), Piece.plain(cutover.flag("held_alone")
                    ? "; h lets it go on" : "; c cuts over all the same")));
        } else if (cutover.has("released") && PUBLISHED.contains(user.object("record").text("state"))) {
            lines.add(item("Cutover", Piece.plain("at " + Quantity.when(cutover.time("released"), user.time("time"))
                    + ", locked out for " + Quantity.seconds(cutover.decimal("lock_out_seconds")))));
        }
    }

    /** In full: of an error nothing may be cut off. */
    private static void error(Canvas canvas, JsonObject user, boolean over, List<List<Piece>> lines) {
        List<String> words = canvas.glyphs().wrap(user.text("error"), Math.max(20, canvas.columns() - 14));
        for (int i = 0; i < words.size(); i++) {
            lines.add(item(i == 0 ? "Error" : "", Look.BAD.of(words.get(i))));
        }
        if (over) {
            lines.add(item("Next", Piece.plain("a further run tries again; the Maildir is in force as before")));
        } else if (user.has("retry_at")) {
            lines.add(item("Next", Piece.plain("tried again at " + Quantity.when(user.time("retry_at"), user.time("time"))
                    + ", or at once with r")));
        } else {
            lines.add(item("Next", Piece.plain("nothing until r says so; the Maildir is in force as before")));
        }
    }

    private static void steps(Canvas canvas, RunModel.UserPage known, List<List<Piece>> lines) {
        String reached = known.user().object("record").text("state");
        List<String> seen = new ArrayList<>(List.of(reached));
        known.events().stream().filter(e -> e.type().equals("reached")).forEach(e -> seen.add(e.text("state")));
        boolean cutover = seen.stream().anyMatch(state -> STEPS_OF_CUTOVER.contains(state) && !STEPS.contains(state));
        List<String> steps = cutover ? STEPS_OF_CUTOVER : STEPS;
        int at = steps.indexOf(reached);
        List<Piece> line = item("Steps");
        int width = 12;
        for (int i = 0; i < steps.size(); i++) {
            String step = steps.get(i);
            String when = known.events().stream().filter(e -> e.type().equals("reached") && e.text("state").equals(step))
                    .map(e -> " " + Quantity.when(e.time("time"), e.time("time"))).reduce("", (a, b) -> b);
            String text = (i <= at ? "[" : " ") + step + when + (i <= at ? "]" : " ");
            if (width + text.length() > canvas.columns()) {
                lines.add(line);
                line = item("");
                width = 12;
            }
            line.add((i < at || at == steps.size() - 1 ? Look.GOOD : i == at ? Look.BOLD : Look.FAINT).of(text));
            line.add(Piece.plain(i + 1 < steps.size() ? " > " : ""));
            width += text.length() + 3;
        }
        lines.add(line);
    }

    private static List<List<Piece>> problems(Canvas canvas, JsonObject user) {
        List<List<Piece>> lines = new ArrayList<>();
        for (String problem : user.texts("problems")) {
            String indent = "    - ";
            for (String line : canvas.glyphs().wrap(problem, Math.max(20, canvas.columns() - 8))) {
                lines.add(List.of(Piece.plain(indent + line)));
                indent = "      ";
            }
        }
        return lines;
    }

    private static List<List<Piece>> mailboxes(Canvas canvas, JsonObject user) {
        List<JsonObject> mailboxes = user.objects("mailboxes");
        long most = mailboxes.stream().mapToLong(m -> m.number("mails")).max().orElse(1);
        int width = Math.max(20, Math.min(60, canvas.columns() - 40));
        return mailboxes.stream().map(m -> List.of(Piece.plain("    " + canvas.glyphs().fit(m.text("name"), width) + " "
                + canvas.glyphs().fitRight(Quantity.count(m.number("mails")), 11) + " "),
                Look.GOOD.of(m.number("mails") == 0 ? "" : canvas.glyphs().bar((double) m.number("mails") / Math.max(1, most),
                16)))).toList();
    }

    @Override
    public boolean key(Key key) {
        if (key.name() != Key.Name.CHARACTER) {
            return scroll.key(key);
        }
        String verb = verb(key.codePoint());
        if (verb.isEmpty()) {
            return false;
        }
        String why = bindings().stream().filter(binding -> binding.keys().equals(Character.toString(key.codePoint())))
                .map(Binding::disabled).findFirst().orElse("");
        if (why.isEmpty()) {
            actions.each(verb, List.of(name), () -> { });
        } else {
            actions.refuse(verb, why);
        }
        return true;
    }

    private String verb(int key) {
        RunModel.UserPage known = page();
        boolean held = known != null && known.user() != null && known.user().object("cutover").flag("held_alone");
        return switch (key) {
            case 'r' -> "retry";
            case 's' -> "skip";
            case 'c' -> "cutover";
            case 'h' -> held ? "unhold" : "hold";
            case 'g' -> "open-gate";
            case 'R' -> "rollback";
            default -> "";
        };
    }

    @Override
    public List<Binding> bindings() {
        RunModel.UserPage known = page();
        String phase = known == null || known.user() == null ? "" : known.user().text("phase");
        JsonObject cutover = known == null || known.user() == null ? null : known.user().object("cutover");
        String unknown = phase.isEmpty() ? "the user is not known yet" : "";
        String noCutover = !unknown.isEmpty() ? unknown : phase.equals("done") ? "the user is done" : phase.equals("active")
                && cutover.text("held").isEmpty() ? "it is under way, and nothing holds it" : "";
        String noHold = !unknown.isEmpty() ? unknown : phase.equals("done") ? "the user is done" : cutover.has("gate")
                ? "the user is locked out already" : "";
        String noGate = !unknown.isEmpty() ? unknown : cutover.has("gate") ? "" : "the user is not locked out";
        String noRollback = !unknown.isEmpty() ? unknown : phase.equals("active") ? "the user is being worked at"
                : PUBLISHED.contains(known.user().object("record").text("state")) ? "" : "the user was not cut over";
        boolean held = cutover != null && cutover.flag("held_alone");
        String noRetry = phase.isEmpty() ? "the user is not known yet" : phase.equals("active") || phase.equals("done")
                ? "the user is " + phase + ": there is nothing to try again" : "";
        String noSkip = phase.isEmpty() ? "the user is not known yet" : phase.equals("done") ? "the user is done" : "";
        return List.of(Binding.of("Up Down PgUp PgDn", "scroll", "Go through what does not fit the screen."),
                actions.binding("retry", "r", "retry", "Try the user again before all others.", noRetry),
                actions.binding("skip", "s", "skip", "Take the user out of this run.", noSkip),
                actions.binding("cutover", "c", "cut over", "Cut the user over now, before all others and in spite of any "
                        + "hold.", noCutover),
                actions.binding(held ? "unhold" : "hold", "h", held ? "unhold" : "hold", held
                        ? "Let the user be cut over as all others." : "Do not lock this user out, until h again.", noHold),
                actions.binding("open-gate", "g", "open gate", "Let the user in now; what goes on behind the gate is given up.",
                        noGate),
                actions.binding("rollback", "R", "roll back", "Bring the user back to the Maildir, with all that came since; "
                        + "wants the word.", noRollback));
    }
}
