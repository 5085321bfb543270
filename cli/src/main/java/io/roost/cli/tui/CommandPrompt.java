package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

import io.roost.cli.control.Verb;
import io.roost.cli.control.Verbs;

/** The {@code :} prompt: every verb of the control socket, and the names of screens. */
final class CommandPrompt {
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
        session.dialogue().ask(":", "", history.lines(), this::completions, text -> { }, text -> {
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
        if (session.local(verb, argument)) {
            return;
        }
        Verb.Kind kind = Verbs.named(verb).map(Verb::kind).orElse(Verb.Kind.LOOK);
        String why = kind == Verb.Kind.LOOK ? "" : actions.whyNot(verb);
        if (!why.isEmpty()) {
            session.say(Look.WARNING, verb + ": " + why);
            return;
        }
        users.confirmed(verb, argument, () -> feed.send(text, reply -> show(verb, reply)));
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
            names.addAll(Session.LOCAL);
            return names.stream().distinct().filter(name -> name.startsWith(begun)).sorted().map(name -> name + " ").toList();
        }
        String verb = begun.substring(0, blank);
        String name = begun.substring(blank + 1);
        boolean takesUser = verb.equals("user") || Verbs.named(verb).filter(Verb::takesUser).isPresent();
        return takesUser ? session.knownUsers().stream().filter(user -> user.startsWith(name)).sorted().distinct()
                .map(user -> verb + " " + user).toList() : List.of();
    }
}
