package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** The run at a glance. */
final class OverviewView implements View {
    private static final String[] PHASES = {"waiting", "active", "retrying", "done", "failed", "skipped"};
    private static final int FAILURES = 20;
    private static final int LABEL = 13;

    private final RunModel model;
    private final Runnable prepare;

    /** @param prepare of a run, while there is none */
    OverviewView(RunModel model, Runnable prepare) {
        this.model = model;
        this.prepare = prepare;
    }

    @Override
    public String title() {
        return "overview";
    }

    @Override
    public void shown(RunFeed feed) {
        feed.want(Wishes.forFailures(UsersQuery.failures(FAILURES)));
    }

    @Override
    public boolean lacks() {
        return model.failures() == null;
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        JsonObject status = model.status();
        if (status == null) {
            Scroll.silence(canvas, top + 1, model);
            return;
        }
        int row = totals(canvas, status, top + 1);
        row = inFlight(canvas, status, row + 1, bottom);
        int left = bottom - row;
        // one line each for the headings
        int failures = model.failures() == null ? 0 : model.failures().rows().size();
        int forFailures = failures == 0 || left < 3 ? 0 : Math.min(failures, Math.max(1, left / 2 - 2));
        if (forFailures > 0) {
            row = failures(canvas, row + 1, forFailures);
        }
        log(canvas, row + 1, bottom);
    }

    private static void item(Canvas canvas, int row, String label, Piece... pieces) {
        List<Piece> all = new ArrayList<>();
        all.add(Look.FAINT.of(String.format("  %-" + (LABEL - 2) + "s", label)));
        all.addAll(List.of(pieces));
        canvas.line(row, all);
    }

    private int totals(Canvas canvas, JsonObject status, int top) {
        int row = top;
        JsonObject users = status.object("users");
        long total = 0;
        for (String phase : PHASES) {
            total += users.number(phase);
        }
        long ended = users.number("done") + users.number("failed") + users.number("skipped");
        int width = Math.max(10, Math.min(60, canvas.columns() - LABEL - 46));
        item(canvas, row++, "Progress", Look.GOOD.of(canvas.glyphs().bar(total == 0 ? 0 : (double) ended / total, width)),
                Piece.plain(" " + Quantity.percent(ended, total) + " of " + Quantity.count(total, "user", "users")
                        + left(status)));
        List<Piece> counts = counts(users, true);
        boolean fits = counts.stream().mapToInt(piece -> piece.text().length()).sum() <= canvas.columns() - LABEL;
        item(canvas, row++, "Users", (fits ? counts : counts(users, false)).toArray(Piece[]::new));
        item(canvas, row++, "Copied", Piece.plain(Quantity.count(status.number("mails"), "mail", "mails") + ", "
                + Quantity.bytes(status.number("bytes"))));
        String now = Quantity.rate(status.decimal("mails_per_second")) + " mails/s, "
                + Quantity.bytes(status.number("bytes_per_second")) + "/s";
        item(canvas, row++, "Now", Piece.plain(String.format("%-30s", now)), Look.GOOD.of(canvas.glyphs()
                .sparkline(status.numbers("history"), Math.max(0, canvas.columns() - LABEL - 32))));
        JsonObject throttle = status.object("throttle");
        String reason = throttle.text("reason");
        item(canvas, row++, "Throttle", reason.isEmpty() ? Piece.plain("nothing holds the run back")
                : new Piece(throttle.flag("held") ? Look.BAD : Look.WARNING, (throttle.flag("held") ? "HELD: " : "") + reason));
        row = held(canvas, status, row);
        row = lockedOut(canvas, status, row);
        if (status.has("deadline")) {
            item(canvas, row++, "Window", Piece.plain("stops at " + Quantity.time(status.time("deadline")) + ", in "
                    + Quantity.wholeSeconds((status.time("deadline") - status.time("now")) / 1000.0)));
        }
        return row;
    }

    /** Only while something keeps users from being cut over. */
    private static int held(Canvas canvas, JsonObject status, int row) {
        JsonObject cutover = status.object("cutover");
        if (cutover.text("held").isEmpty()) {
            return row;
        }
        int ready = cutover.objects("ready").size();
        item(canvas, row, "Cutovers", Look.WARNING.of("HELD, " + ready + " ready: "), Piece.plain(cutover.text("held")
                + (cutover.flag("held_by_operator") ? "; H goes on" : "")));
        return row + 1;
    }

    /** Who waits for us, longest first; only where users are cut over at all. */
    private static int lockedOut(Canvas canvas, JsonObject status, int row) {
        List<JsonObject> now = status.objects("locked_out");
        JsonObject past = status.object("lock_outs");
        if (now.isEmpty() && past.number("count") == 0) {
            return row;
        }
        String names = String.join(", ", now.stream().map(user -> user.user() + " " + Quantity.seconds((status.time("now")
                - user.time("since")) / 1000.0)).toList());
        item(canvas, row, "Locked out", now.isEmpty() ? Piece.plain("nobody now") : Look.BAD.of(now.size() + " now: " + names));
        if (past.number("count") == 0) {
            return row + 1;
        }
        item(canvas, row + 1, "Cut over", Piece.plain(Quantity.count(past.number("count"), "user", "users")
                + ", locked out for " + Quantity.seconds(past.decimal("median_seconds")) + " (median), "
                + Quantity.seconds(past.decimal("longest_seconds")) + " (longest)"));
        return row + 2;
    }

    /** @param all whether phases that nobody is in are named as well */
    private static List<Piece> counts(JsonObject users, boolean all) {
        List<Piece> counts = new ArrayList<>();
        for (String phase : PHASES) {
            long n = users.number(phase);
            if (n > 0 || all) {
                Look look = n == 0 ? Look.FAINT : phase.equals("failed") ? Look.BAD : phase.equals("retrying") ? Look.WARNING
                        : phase.equals("done") ? Look.GOOD : Look.PLAIN;
                counts.add(Piece.plain(counts.isEmpty() ? "" : "  "));
                counts.add(look.of(Quantity.count(n) + " " + phase + (phase.equals("failed") && n > 0 ? " !" : "")));
            }
        }
        return counts;
    }

    private static String left(JsonObject status) {
        if (status.object("throttle").flag("held") && !status.text("state").equals("ended")) {
            // whatever it was before: it is getting longer
            return ", standing still";
        }
        if (!status.object("cutover").text("held").isEmpty()) {
            return ", cutovers held";
        }
        return !status.has("seconds_left") || status.decimal("seconds_left") <= 0 ? ""
                : ", about " + Quantity.wholeSeconds(status.decimal("seconds_left")) + " left";
    }

    private int inFlight(Canvas canvas, JsonObject status, int top, int bottom) {
        List<JsonObject> active = status.objects("active");
        int row = top;
        long held = active.stream().filter(user -> user.text("step").equals("held")).count();
        canvas.line(row++, Look.BOLD.of("  In flight"), Look.FAINT.of("  " + Quantity.count(active.size(), "user", "users")
                + ", " + Quantity.count(status.number("workers"), "worker", "workers")
                + (held == 0 ? "" : "; " + held + " ready and held") + (active.stream()
                .anyMatch(user -> user.number("attempt") > 1) ? "; #2: the second attempt" : "")));
        int most = Math.max(1, Math.min(active.size(), (bottom - row) / 2));
        for (JsonObject user : active.subList(0, Math.min(most, active.size()))) {
            canvas.line(row++, active(canvas, user, status.time("now"), canvas.columns()));
        }
        if (active.size() > most) {
            canvas.line(row++, Look.FAINT.of("    and " + (active.size() - most) + " more"));
        } else if (active.isEmpty()) {
            canvas.line(row++, Look.FAINT.of("    nobody"));
        }
        return row;
    }

    /** A user in flight: name, step with the number of a further attempt, bar, mails, how long. */
    static List<Piece> active(Canvas canvas, JsonObject user, long now, int columns) {
        Glyphs glyphs = canvas.glyphs();
        int bar = columns < 100 ? 8 : 12;
        int name = Math.max(16, Math.min(50, columns - 50 - bar));
        long done = user.number("mails_done");
        long total = user.number("mails_total");
        String part = total > 0 ? glyphs.bar((double) done / total, bar) + " " + glyphs.fitRight(Quantity.percent(done, total),
                5) : " ".repeat(bar + 6);
        String mails = total > 0 ? Quantity.count(done) + "/" + Quantity.count(total) : "";
        String since = Quantity.wholeSeconds((now - user.time("since")) / 1000.0);
        String step = user.text("step") + (user.number("attempt") > 1 ? " #" + user.number("attempt") : "");
        return List.of(Piece.plain("    " + glyphs.fit(user.user(), name) + " " + glyphs.fit(step, 12) + " "),
                Look.GOOD.of(part), Piece.plain(" " + glyphs.fitRight(mails, 13) + " " + glyphs.fitRight(since, 10)));
    }

    private int failures(Canvas canvas, int top, int count) {
        int row = top;
        canvas.line(row++, Look.BOLD.of("  Needs attention"), Look.FAINT.of("  "
                + Quantity.count(model.failures().total(), "user", "users") + "; u and then f lists them"));
        for (JsonObject user : model.failures().rows().subList(0, count)) {
            boolean failed = user.text("phase").equals("failed");
            canvas.line(row++, new Piece(failed ? Look.BAD : Look.WARNING, "    " + (failed ? "failed   " : "retrying ")),
                    Piece.plain(user.user() + ": " + user.text("error")));
        }
        return row;
    }

    private void log(Canvas canvas, int top, int bottom) {
        if (bottom - top < 2) {
            return;
        }
        canvas.line(top, Look.BOLD.of("  Last events"));
        int row = top + 1;
        for (JsonObject event : model.notable(bottom - row)) {
            canvas.line(row++, Piece.plain("    "), EventLine.of(event));
        }
    }

    @Override
    public boolean key(Key key) {
        if (key.is('P') && !model.isConnected()) {
            prepare.run();
            return true;
        }
        return false;
    }

    @Override
    public List<Binding> bindings() {
        return model.isConnected() ? List.of() : List.of(Binding.of("P", "prepare a run",
                "Say what a run is to do, and start it."));
    }
}
