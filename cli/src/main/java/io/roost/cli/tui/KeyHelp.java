package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.control.JsonObject;

/** Which keys there are, on the bottom line and in the help. */
final class KeyHelp {
    private final RunModel model;
    private final Actions actions;

    KeyHelp(RunModel model, Actions actions) {
        this.model = model;
        this.actions = actions;
    }

    /** Those keys that do something now, as many as there is room for; the help has all. */
    List<Piece> line(View view, boolean canGoBack, int columns) {
        List<Binding> all = new ArrayList<>(view.bindings());
        all.addAll(everywhere(canGoBack));
        List<Piece> keys = new ArrayList<>();
        // the way to all others is always seen
        int left = columns - all.stream().filter(KeyHelp::isAlwaysSeen).mapToInt(KeyHelp::width).sum();
        for (Binding binding : all) {
            boolean always = isAlwaysSeen(binding);
            if (always || binding.isEnabled() && !binding.keys().contains("PgUp") && width(binding) <= left) {
                keys.add(Look.KEY.of(" " + binding.keys()));
                keys.add(Piece.plain(" " + binding.what() + " "));
                left -= always ? 0 : width(binding);
            }
        }
        return keys;
    }

    private static boolean isAlwaysSeen(Binding binding) {
        return binding.keys().equals("?") || binding.keys().equals("Esc");
    }

    private static int width(Binding binding) {
        return binding.keys().length() + binding.what().length() + 3;
    }

    private List<Binding> everywhere(boolean canGoBack) {
        JsonObject status = model.status();
        boolean paused = status != null && status.text("state").equals("paused");
        List<Binding> all = new ArrayList<>();
        if (canGoBack) {
            all.add(Binding.of("Esc", "back", "Go back to the screen before."));
        }
        all.add(Binding.of("?", "help", "The keys of this screen, with the reason where one does nothing."));
        all.add(Binding.of("q", "quit", model.isConnected() ? "Leave; the run goes on without you." : "Leave."));
        all.add(actions.binding(paused ? "resume" : "pause", "p", paused ? "resume" : "pause", paused ? "Go on."
                : "Begin no user and read nothing, until p again.", ""));
        all.add(Binding.of("u", "users", "The list of users."));
        all.add(Binding.of("b", "backends", "The director's backends, who is pinned here, who was moved away."));
        all.add(Binding.of("l", "log", "What happens."));
        all.add(Binding.of(":", "command", "A verb of roost ctl; Tab completes, Up and Down go through older ones."));
        all.add(actions.binding("rate", "<", "slower", "Halve the rate, or set one of half of what is read now.", ""));
        all.add(actions.binding("rate", ">", "faster", "Double the rate that operators set; beyond 2 GB/s it is lifted.", ""));
        all.add(actions.binding("workers", "+ -", "workers", "One worker more, or one less as soon as a user ends: so many "
                + "users are in flight.", ""));
        boolean held = actions.isHeldByOperator();
        all.add(actions.binding("hold", "H", held ? "go on with cutovers" : "hold cutovers", held
                ? "Cut over those who are ready, and all others; asks first." : "Lock nobody out, until H again: users are "
                + "copied, and wait.", ""));
        all.add(actions.binding("stop", "S", "stop", "End the whole run softly; asks first.", ""));
        all.add(Binding.of("o", "overview", "The run at a glance."));
        all.add(Binding.of("/", "filter", "Users whose names hold a text."));
        all.add(Binding.of("M", "mouse", "Let the mouse scroll and choose here, or give it back to the terminal, which marks "
                + "text with it."));
        all.add(Binding.of("Ctrl-L", "redraw", "Draw everything anew."));
        return all;
    }

    /** All of them, with the reason where one does nothing. */
    View screen(View of, boolean canGoBack) {
        return new TextView("help", canvas -> {
            List<Piece> lines = new ArrayList<>();
            if (!of.bindings().isEmpty()) {
                lines.add(Look.BOLD.of("Keys of this screen (" + of.title() + ")"));
                of.bindings().forEach(binding -> lines.addAll(help(canvas, binding)));
                lines.add(Piece.plain(""));
            }
            lines.add(Look.BOLD.of("Keys of every screen"));
            everywhere(canGoBack).forEach(binding -> lines.addAll(help(canvas, binding)));
            return lines;
        });
    }

    private static List<Piece> help(Canvas canvas, Binding binding) {
        List<Piece> lines = new ArrayList<>();
        Look look = binding.isEnabled() ? Look.PLAIN : Look.FAINT;
        String keys = binding.keys();
        for (String line : canvas.glyphs().wrap(binding.help(), Math.max(20, canvas.columns() - 23))) {
            lines.add(look.of(String.format("  %-18s %s", keys, line)));
            keys = "";
        }
        if (!binding.isEnabled()) {
            canvas.glyphs().wrap("not now: " + binding.disabled(), Math.max(20, canvas.columns() - 23))
                    .forEach(line -> lines.add(Look.WARNING.of(" ".repeat(21) + line)));
        }
        return lines;
    }
}
