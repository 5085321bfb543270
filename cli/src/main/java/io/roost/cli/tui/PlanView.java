package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** What a run would do with each of its users, those with problems first. */
final class PlanView implements View {
    /** Plans that are kept; of more users only the totals are. */
    private static final int KEPT = 5_000;

    private final Session session;
    private final List<JsonObject> bad = new ArrayList<>();
    private final List<JsonObject> clean = new ArrayList<>();
    private long planned;
    private long failed;
    private long cleanCount;
    private long mails;
    private long bytes;
    private JsonObject total;
    private boolean ended;
    private String errors = "";
    private int selected;
    private int first;
    private int height = 10;

    PlanView(Session session) {
        this.session = session;
    }

    @Override
    public String title() {
        return "plan" + (ended ? "" : ", being made") + (size() == 0 ? "" : ", " + Quantity.count(selected + 1) + " of "
                + Quantity.count(size()));
    }

    /** The next object that the plan's process wrote. */
    void take(JsonObject object) {
        switch (object.type()) {
            case "plan" -> {
                planned++;
                mails += object.number("mails");
                bytes += object.number("bytes");
                boolean isClean = object.flag("clean");
                cleanCount += isClean ? 1 : 0;
                keep(isClean ? clean : bad, object);
            }
            case "failed" -> {
                failed++;
                keep(bad, object);
            }
            case "plan_total" -> total = object;
            case "error" -> errors = object.text("reason");
            default -> { }
        }
    }

    private static void keep(List<JsonObject> list, JsonObject object) {
        if (list.size() < KEPT) {
            list.add(object);
        }
    }

    void ended(int code, String said) {
        ended = true;
        if (code != 0 && planned + failed == 0) {
            errors = said.isEmpty() ? errors.isEmpty() ? "no plan could be made, exit code " + code : errors : said;
        }
    }

    private JsonObject at(int place) {
        return place < bad.size() ? bad.get(place) : clean.get(place - bad.size());
    }

    private int size() {
        return bad.size() + clean.size();
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        int row = top;
        if (!errors.isEmpty()) {
            for (String line : canvas.glyphs().wrap(errors.lines().findFirst().orElse(""), canvas.columns() - 4)) {
                canvas.line(++row, Look.BAD.of("  " + line));
            }
            return;
        }
        canvas.line(row++, Piece.plain("  " + Quantity.count(planned + failed, "user", "users") + ": "
                + Quantity.count(cleanCount) + " clean, "), new Piece(planned == cleanCount ? Look.PLAIN : Look.WARNING,
                Quantity.count(planned - cleanCount) + " with losses or obstacles, "),
                new Piece(failed == 0 ? Look.PLAIN : Look.BAD, Quantity.count(failed) + " failed"));
        canvas.line(row++, Piece.plain("  " + Quantity.count(mails, "mail", "mails") + ", " + Quantity.bytes(bytes)
                + (total == null ? "" : ", " + Quantity.seconds(total.decimal("low_seconds")) + " to "
                + Quantity.seconds(total.decimal("high_seconds")) + space(total))));
        int name = Math.max(20, canvas.columns() / 3);
        Glyphs glyphs = canvas.glyphs();
        canvas.line(row++, Look.BOLD.of("  " + glyphs.fit("User", name) + " " + glyphs.fitRight("Mails", 10) + " "
                + glyphs.fitRight("Size", 9) + "  What stands in the way"));
        height = Math.max(1, bottom - row);
        selected = Math.max(0, Math.min(selected, size() - 1));
        first = Math.max(Math.min(first, selected), selected - height + 1);
        for (int i = 0; i < height && first + i < size(); i++) {
            JsonObject plan = at(first + i);
            String trouble = trouble(plan);
            String line = (first + i == selected ? " >" : "  ") + glyphs.fit(plan.user(), name) + " "
                    + glyphs.fitRight(plan.type().equals("failed") ? "" : Quantity.count(plan.number("mails")), 10) + " "
                    + glyphs.fitRight(plan.type().equals("failed") ? "" : Quantity.bytes(plan.number("bytes")), 9) + "  "
                    + trouble;
            canvas.line(row++, first + i == selected ? Look.SELECTED.of(glyphs.fit(line, canvas.columns()))
                    : new Piece(trouble.isEmpty() ? Look.PLAIN : Look.WARNING, line));
        }
        if (size() == 0) {
            canvas.line(row, Look.FAINT.of(ended ? "  no user" : "  reading the first Maildir"));
        }
    }

    private static String space(JsonObject total) {
        return total.objects("space").stream().allMatch(space -> space.flag("enough")) ? ", there is room"
                : ", NOT ENOUGH ROOM";
    }

    static String trouble(JsonObject plan) {
        if (plan.type().equals("failed")) {
            return plan.text("reason");
        }
        List<String> all = new ArrayList<>(plan.texts("obstacles"));
        plan.objects("problems").stream().filter(p -> p.text("severity").equals("loss"))
                .forEach(p -> all.add("loss " + p.text("kind") + " in " + p.text("mailbox")));
        return String.join("; ", all);
    }

    @Override
    public boolean key(Key key) {
        switch (key.name()) {
            case UP -> selected--;
            case DOWN -> selected++;
            case PAGE_UP -> selected -= height;
            case PAGE_DOWN -> selected += height;
            case HOME -> selected = 0;
            case END -> selected = size() - 1;
            case ENTER -> {
                if (size() > 0) {
                    session.open(user(at(selected)));
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** One user's plan: problems first, then the mailboxes. */
    static View user(JsonObject plan) {
        return new TextView("plan of " + plan.user(), canvas -> lines(canvas, plan));
    }

    static List<Piece> lines(Canvas canvas, JsonObject plan) {
        List<Piece> lines = new ArrayList<>();
        if (plan.type().equals("failed")) {
            canvas.glyphs().wrap(plan.text("reason"), canvas.columns() - 2).forEach(line -> lines.add(Look.BAD.of(line)));
            return lines;
        }
        lines.add(Look.BOLD.of(plan.flag("clean") ? "All of it can be carried over" : "NOT all of it can be carried over"));
        canvas.glyphs().wrap("from " + plan.text("source"), canvas.columns() - 2).forEach(line -> lines.add(Piece.plain(line)));
        canvas.glyphs().wrap("to " + plan.text("target"), canvas.columns() - 2).forEach(line -> lines.add(Piece.plain(line)));
        lines.add(Piece.plain(Quantity.count(plan.number("mails"), "mail", "mails") + ", "
                + Quantity.bytes(plan.number("bytes")) + ", into " + Quantity.count(plan.number("data_files"), "file", "files")
                + "; " + Quantity.seconds(plan.object("estimate").decimal("low_seconds")) + " to "
                + Quantity.seconds(plan.object("estimate").decimal("high_seconds"))));
        paragraphs(canvas, "In the way", Look.BAD, plan.texts("obstacles"), lines);
        List<String> problems = new ArrayList<>();
        plan.objects("problems").forEach(p -> problems.add(p.text("severity") + " " + p.text("kind") + ", "
                + (p.text("mailbox").isEmpty() ? "the Maildir" : p.text("mailbox")) + ": " + p.text("path") + ": "
                + p.text("detail") + "; " + p.text("remedy")));
        paragraphs(canvas, "Problems of the Maildir", Look.PLAIN, problems, lines);
        List<String> settings = plan.objects("settings").stream().map(s -> s.text("severity") + ": " + s.text("message") + "; "
                + s.text("remedy")).toList();
        paragraphs(canvas, "Dovecot's settings", Look.PLAIN, settings, lines);
        lines.add(Piece.plain(""));
        lines.add(Look.BOLD.of("Mailboxes"));
        int width = Math.max(20, Math.min(60, canvas.columns() - 40));
        for (JsonObject mailbox : plan.objects("mailboxes")) {
            lines.add(Piece.plain("  " + canvas.glyphs().fit(mailbox.text("name"), width) + " " + canvas.glyphs()
                    .fitRight(Quantity.count(mailbox.number("mails")), 10) + " " + canvas.glyphs()
                    .fitRight(Quantity.bytes(mailbox.number("bytes")), 9) + "  " + Quantity.count(mailbox.number("unseen"))
                    + " unseen"));
        }
        return lines;
    }

    private static void paragraphs(Canvas canvas, String heading, Look look, List<String> texts, List<Piece> lines) {
        if (!texts.isEmpty()) {
            lines.add(Piece.plain(""));
            lines.add(Look.BOLD.of(heading));
        }
        for (String text : texts) {
            String indent = "  - ";
            for (String line : canvas.glyphs().wrap(text, canvas.columns() - 6)) {
                lines.add(look.of(indent + line));
                indent = "    ";
            }
        }
    }

    @Override
    public List<Binding> bindings() {
        return List.of(new Binding("Enter", "open", "Show one user's plan: problems first, then the mailboxes.", size() == 0
                ? "no plan has come yet" : ""), Binding.of("Up Down PgUp PgDn", "move", "Move the bar."));
    }
}
