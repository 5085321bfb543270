package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.control.JsonObject;
import io.roost.cli.screen.Quantity;

/** The director's backends, who is kept on this one, and who was found on another. */
final class BackendsView implements View {
    /** Longer than an answer takes, shorter than the director is waited for. */
    private static final long PATIENCE_MILLIS = 3_000;

    private final RunModel model;
    private final Scroll scroll = new Scroll();

    BackendsView(RunModel model) {
        this.model = model;
    }

    @Override
    public String title() {
        return "backends" + scroll.place();
    }

    @Override
    public void shown(RunFeed feed) {
        feed.want(Wishes.forCluster());
    }

    @Override
    public boolean lacks() {
        return model.cluster() == null;
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        List<JsonObject> all = model.cluster();
        if (all == null) {
            Scroll.silence(canvas, top + 1, model);
            return;
        }
        List<List<Piece>> lines = new ArrayList<>();
        lines.add(List.of());
        head(canvas, all, lines);
        backends(canvas, of(all, "backend"), lines);
        directors(canvas, of(all, "director"), lines);
        pinned(canvas, of(all, "pinned"), lines);
        away(canvas, of(all, "away"), lines);
        scroll.draw(canvas, top, bottom, lines);
    }

    private static List<JsonObject> of(List<JsonObject> all, String type) {
        return all.stream().filter(object -> object.type().equals(type)).toList();
    }

    private static void head(Canvas canvas, List<JsonObject> all, List<List<Piece>> lines) {
        JsonObject cluster = of(all, "cluster").stream().findFirst().orElse(null);
        if (cluster == null) {
            lines.add(List.of(Piece.plain("  This run cannot tell of backends: it is of an older Roost.")));
        } else if (!cluster.flag("director")) {
            canvas.glyphs().wrap("No director: no other server touches the mail of these users, as the administrator has said "
                    + "with --single-backend. Nobody is pinned, and nobody can be moved away.",
                    canvas.columns() - 4).forEach(line -> lines.add(List.of(Piece.plain("  " + line))));
        } else if (!cluster.text("trouble").isEmpty()) {
            String old = cluster.has("asked") ? "; what is shown is of " + Quantity.when(cluster.time("asked"),
                    cluster.time("time")) : "";
            canvas.glyphs().wrap("The director does not answer: " + cluster.text("trouble") + old, canvas.columns() - 4)
                    .forEach(line -> lines.add(List.of(Look.BAD.of("  " + line))));
        } else if (cluster.has("asking") && cluster.time("time") - cluster.time("asking") > PATIENCE_MILLIS) {
            lines.add(List.of(Look.BAD.of("  The director has not answered for " + Quantity.wholeSeconds((cluster.time("time")
                    - cluster.time("asking")) / 1000.0) + (cluster.has("asked") ? "; what is shown is older" : ""))));
        } else if (!cluster.has("asked")) {
            lines.add(List.of(Piece.plain("  The director has not answered yet.")));
        }
    }

    private static void heading(List<List<Piece>> lines, String text, String faint) {
        if (lines.size() > 1) {
            lines.add(List.of());
        }
        lines.add(List.of(Look.BOLD.of("  " + text), Look.FAINT.of("  " + faint)));
    }

    private static void backends(Canvas canvas, List<JsonObject> hosts, List<List<Piece>> lines) {
        if (hosts.isEmpty()) {
            return;
        }
        Glyphs glyphs = canvas.glyphs();
        int ip = Math.max(15, hosts.stream().mapToInt(host -> host.text("ip").length()).max().orElse(0));
        heading(lines, "Backends", "vhosts: the weight for new users; 0 takes none");
        lines.add(List.of(Look.FAINT.of("      " + glyphs.fit("address", ip) + "  state  vhosts      users   pinned  "
                + "changed")));
        for (JsonObject host : hosts) {
            boolean up = host.flag("up");
            lines.add(List.of(Piece.plain("    " + (host.flag("here") ? "> " : "  ") + glyphs.fit(host.text("ip"), ip) + "  "),
                    (up ? Look.GOOD : Look.BAD).of(up ? "up     " : "DOWN   "),
                    (host.number("vhosts") == 0 ? Look.WARNING : Look.PLAIN).of(
                            glyphs.fitRight(Quantity.count(host.number("vhosts")), 6)),
                    Piece.plain(glyphs.fitRight(Quantity.count(host.number("users")), 11)
                            + glyphs.fitRight(host.flag("here") ? Quantity.count(host.number("pinned")) : "", 9) + "  "
                            + (host.has("changed") ? Quantity.when(host.time("changed"), host.time("time")) : "-")
                            + (host.flag("here") ? "  this one" : "") + (host.text("tag").isEmpty() ? "" : "  tag "
                            + host.text("tag")))));
        }
    }

    private static void directors(Canvas canvas, List<JsonObject> ring, List<List<Piece>> lines) {
        if (ring.isEmpty()) {
            return;
        }
        heading(lines, "Directors", "");
        for (JsonObject member : ring) {
            String status = member.text("status");
            boolean well = status.isEmpty() || status.equals("synced") || status.equals("ring synced");
            lines.add(List.of(Piece.plain("      " + canvas.glyphs().fit(member.text("ip").isEmpty() ? "(has not said)"
                    : member.text("ip") + ":" + member.number("port"), 24) + " " + canvas.glyphs().fit(member.text("kind"), 7)
                    + " "), (well ? Look.PLAIN : Look.WARNING).of(status), Piece.plain(member.has("failed") ? "  failed at "
                    + Quantity.time(member.time("failed")) : "")));
        }
    }

    private static void pinned(Canvas canvas, List<JsonObject> users, List<List<Piece>> lines) {
        if (users.isEmpty()) {
            return;
        }
        heading(lines, "Pinned here", Quantity.count(users.size(), "user", "users") + "; read back every two seconds");
        int name = Math.max(20, Math.min(60, canvas.columns() - 46));
        for (JsonObject user : users) {
            lines.add(List.of(Piece.plain("      " + canvas.glyphs().fit(user.user(), name) + " since "
                    + Quantity.when(user.time("since"), user.time("time")) + ", for "
                    + (user.has("expires") ? Quantity.wholeSeconds(Math.max(0, user.time("expires") - user.time(
                    "time")) / 1000.0) + " more" : "ever"))));
        }
    }

    private static void away(Canvas canvas, List<JsonObject> users, List<List<Piece>> lines) {
        if (users.isEmpty()) {
            return;
        }
        heading(lines, "Elsewhere", Quantity.count(users.size(), "user", "users")
                + "; Roost does not move them back, a later run may");
        int name = Math.max(20, Math.min(60, canvas.columns() - 46));
        for (JsonObject user : users) {
            lines.add(List.of(Piece.plain("      " + canvas.glyphs().fit(user.user(), name) + " "),
                    (user.flag("moved") ? Look.WARNING : Look.PLAIN).of(user.flag("moved") ? "moved to " : "left on "),
                    Piece.plain((user.text("host").isEmpty() ? "no backend" : user.text("host")) + ", "
                            + Quantity.when(user.time("seen"), user.time("time")))));
        }
    }

    @Override
    public boolean key(Key key) {
        return scroll.key(key);
    }

    @Override
    public List<Binding> bindings() {
        return List.of(Binding.of("Up Down PgUp PgDn", "scroll", "Go through what does not fit the screen."));
    }
}
