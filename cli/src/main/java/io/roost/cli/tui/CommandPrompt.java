package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.roost.cli.control.Verb;
import io.roost.cli.control.Verbs;

/** The {@code :} prompt: every verb of the control socket, and the names of screens. */
final class CommandPrompt {
    /** Commands that are no verbs. */
    private static final List<String> SCREENS = List.of("overview", "users", "user", "backends", "log", "prepare", "keys",
            "mouse", "quit");

    private final Session session;
    private final Actions actions;
    private final UserActions users;
    private final RunModel model;
    private final RunFeed feed;
    private final PromptHistory history;

    CommandPrompt(Session session, Actions actions, UserActions users, RunModel model, RunFeed feed, PromptHistory history) {
        this.session = session;
        this.actions = actions;
        this.users = users;
        this.model = model;
        this.feed = feed;
        this.history = history;
    }

    void open() {
        session.dialogue().ask(Dialogue.Line.of(":", "").history(history.lines()).completions(this::completions).hint(
                "Enter does it  Tab completes  Up older ones  Esc goes back"), text -> {
            history.add(text.strip());
            run(text);
        });
    }

    private void run(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return;
        }
        int blank = text.indexOf(' ');
        String verb = blank < 0 ? text : text.substring(0, blank);
        String argument = blank < 0 ? "" : text.substring(blank + 1).strip();
        if (isScreen(verb, argument)) {
            return;
        }
        Verb.Kind kind = Verbs.named(verb).map(Verb::kind).orElse(Verb.Kind.LOOK);
        String why = kind == Verb.Kind.LOOK ? "" : actions.whyNot(verb);
        if (!why.isEmpty()) {
            session.say(Look.WARNING, verb + ": " + why);
            return;
        }
        if (argument.isEmpty() && Verbs.named(verb).filter(Verb::needsUser).isPresent()) {
            session.say(Look.WARNING, verb + ": expected the name of a user");
            return;
        }
        users.confirmed(verb, argument, () -> feed.send(text, reply -> show(verb, reply)));
    }

    /** Leads to a screen. @return whether it was a command that does */
    private boolean isScreen(String name, String argument) {
        switch (name) {
            case "overview" -> session.showOverview();
            case "backends" -> session.showBackends();
            case "log" -> session.showLog();
            case "mouse" -> session.toggleMouse();
            case "keys" -> session.help();
            case "prepare" -> session.prepare();
            case "quit" -> session.quit();
            case "users" -> {
                if (!argument.isEmpty()) {
                    return false;
                }
                session.showUsers();
            }
            case "user" -> {
                if (argument.isEmpty()) {
                    session.say(Look.WARNING, "user: expected the name of a user");
                } else {
                    session.openUser(argument);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void show(String verb, RunFeed.Reply reply) {
        if (reply.isRefused()) {
            session.say(Look.BAD, verb + ": " + reply.refusal());
        } else if (reply.lines().size() > 1) {
            session.open(new TextView(verb, canvas -> {
                List<Piece> lines = new ArrayList<>();
                reply.lines().forEach(line -> canvas.glyphs().wrap(line, canvas.columns() - 2).forEach(part -> lines.add(
                        Piece.plain(part))));
                return lines;
            }));
        } else {
            session.say(Look.GOOD, reply.lines().isEmpty() ? verb + ": ok" : reply.lines().get(0));
        }
    }

    /** What a line that is begun may become. */
    private List<String> completions(String begun) {
        int blank = begun.indexOf(' ');
        if (blank < 0) {
            List<String> names = new ArrayList<>(model.verbs());
            names.addAll(SCREENS);
            return names.stream().distinct().filter(name -> name.startsWith(begun)).sorted().map(name -> name + " ").toList();
        }
        String verb = begun.substring(0, blank);
        String name = begun.substring(blank + 1);
        boolean takesUser = verb.equals("user") || Verbs.named(verb).filter(Verb::takesUser).isPresent();
        return takesUser ? known().stream().filter(user -> user.startsWith(name)).sorted().distinct()
                .map(user -> verb + " " + user).toList() : List.of();
    }

    /** Names that have been seen. */
    private Set<String> known() {
        Set<String> names = new TreeSet<>();
        for (RunModel.UsersPage page : new RunModel.UsersPage[] {model.users(), model.failures()}) {
            if (page != null) {
                page.rows().forEach(row -> names.add(row.user()));
            }
        }
        if (model.status() != null) {
            model.status().objects("active").forEach(active -> names.add(active.user()));
        }
        return names;
    }
}
