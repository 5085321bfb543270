package io.roost.cli.tui;

import java.util.List;

import io.roost.cli.control.Verb;
import io.roost.cli.control.Verbs;

/**
 * What an operator can have done with users. Whatever a user may notice is asked about once, naming what will happen; what
 * cannot simply be taken back wants the verb typed.
 */
final class UserActions {
    private final Session session;
    private final Actions actions;
    private final RunModel model;
    private final RunFeed feed;

    UserActions(Session session, Actions actions, RunModel model, RunFeed feed) {
        this.session = session;
        this.actions = actions;
        this.model = model;
        this.feed = feed;
    }

    /** What a verb will do, as a question. */
    static String consequence(String verb, String whom, RunModel model) {
        long ready = model.status() == null ? 0 : model.status().object("cutover").objects("ready").stream()
                .filter(user -> !user.flag("held_alone")).count();
        return switch (verb) {
            case "retry" -> "try " + whom + " again before all others?";
            case "skip" -> "take " + whom + " out of this run (another run may do it)?";
            case "cutover" -> "cut " + whom + " over now: sessions end, nobody can log in for some seconds, and then the mdbox "
                    + "is in force?";
            case "unhold" -> "let " + (whom.isEmpty() ? "the cutovers go on, " + ready + " ready" : whom
                    + " be cut over as all others") + ": locked out for some seconds, and then on the mdbox?";
            case "open-gate" -> "let " + whom + " in at once; what goes on behind the gate is given up, and tried again later?";
            case "rollback" -> "rolls " + whom + " back: nobody can log in meanwhile, all that came since goes to the Maildir, "
                    + "the mdbox is moved aside";
            case "now" -> "ends the process at once; the next run goes on from what is recorded";
            case "stop" -> "end the whole run; users in flight end at a safe step?";
            default -> verb + " " + whom + "?";
        };
    }

    /** Asks if it has to, and does it. */
    void confirmed(String verb, String whom, Runnable work) {
        Verb.Kind kind = Verbs.named(verb).map(Verb::kind).orElse(Verb.Kind.LOOK);
        if (kind == Verb.Kind.GRAVE) {
            session.dialogue().confirmByWord(consequence(verb, whom, model), verb, work);
        } else if (kind == Verb.Kind.USER || kind == Verb.Kind.END) {
            session.dialogue().confirm(consequence(verb, whom, model), work);
        } else {
            work.run();
        }
    }

    /**
     * Does something with users, one after the other, and tells how many it was done with.
     *
     * @param done called once it is asked for
     */
    void each(String verb, List<String> users, Runnable done) {
        String never = actions.whyNot(verb);
        String why = never.isEmpty() && users.isEmpty() ? "no user is under the bar" : never;
        if (!why.isEmpty()) {
            refuse(verb, why);
            return;
        }
        confirmed(verb, users.size() == 1 ? users.get(0) : users.size() + " marked users", () -> {
            int[] counts = new int[2];
            String[] lastRefusal = {""};
            for (String user : users) {
                feed.send(verb + " " + user, reply -> {
                    counts[reply.isRefused() ? 1 : 0]++;
                    lastRefusal[0] = reply.isRefused() ? reply.refusal() : lastRefusal[0];
                    session.say(counts[1] > 0 ? Look.BAD : Look.GOOD, verb + ": " + (users.size() == 1 && counts[0] == 1
                            ? String.join("; ", reply.lines()) : counts[0] + " of " + users.size())
                            + (counts[1] > 0 ? ", refused " + counts[1] + ": " + lastRefusal[0] : ""));
                });
            }
            done.run();
        });
    }

    /** Says why it is not done. */
    void refuse(String verb, String why) {
        session.say(Look.WARNING, verb + ": " + why);
    }

    /** A key that does what a verb does. */
    Binding binding(String verb, String keys, String what, String help, String alsoDisabled) {
        return actions.binding(verb, keys, what, help, alsoDisabled);
    }

    void open(String user) {
        session.openUser(user);
    }
}
