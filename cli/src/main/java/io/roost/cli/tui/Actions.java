package io.roost.cli.tui;

import java.util.Locale;
import java.util.Set;

import io.roost.cli.control.JsonObject;

/**
 * What an operator can have done with the run as a whole, and what is asked before. The run decides; its answer is what is
 * shown.
 */
final class Actions {
    private static final Set<String> OF_CUTOVERS = Set.of("hold", "unhold", "cutover", "gates", "open-gate", "rollback");
    private static final long LEAST_BYTES = 1_000;
    private static final long PLENTY_BYTES = 2_000_000_000L;

    private final Session session;
    private final RunModel model;
    private final RunFeed feed;
    private final boolean readOnly;

    Actions(Session session, RunModel model, RunFeed feed, boolean readOnly) {
        this.session = session;
        this.model = model;
        this.feed = feed;
        this.readOnly = readOnly;
    }

    /** Why a verb cannot be used now, empty if it can. */
    String whyNot(String verb) {
        if (model.hasEnded()) {
            return "the run has ended" + (verb.equals("rollback") ? ": roost rollback USER brings users back"
                    : verb.equals("open-gate") ? ": roost gate open USER lets users in" : "");
        }
        if (!model.trouble().isEmpty()) {
            return model.hasNoRun() ? "there is no run" : "there is no connection to a run";
        }
        if (readOnly) {
            return "this session only looks (--read-only)";
        }
        if (!model.verbs().contains(verb)) {
            return "this run knows no " + verb;
        }
        boolean cutsOver = model.status() != null && model.status().object("cutover").text("mode").equals("cut_over");
        return cutsOver || !OF_CUTOVERS.contains(verb) ? "" : "this run cuts nobody over: it was started without --cutover"
                + (verb.equals("rollback") ? "; roost rollback USER brings users back" : "");
    }

    /** A key that does what a verb does. */
    Binding binding(String verb, String keys, String what, String help, String alsoDisabled) {
        String why = whyNot(verb);
        return new Binding(keys, what, help, why.isEmpty() ? alsoDisabled : why);
    }

    /** Asks for something at once and shows what the run says. */
    void send(String verb, String request) {
        String why = whyNot(verb);
        if (!why.isEmpty()) {
            session.say(Look.WARNING, verb + ": " + why);
            return;
        }
        feed.send(request, reply -> session.say(reply.isRefused() ? Look.BAD : Look.GOOD, reply.isRefused() ? verb + ": "
                + reply.refusal() : String.join("; ", reply.lines())));
    }

    void pauseOrResume() {
        JsonObject status = model.status();
        boolean paused = status != null && status.text("state").equals("paused");
        send(paused ? "resume" : "pause", paused ? "resume" : "pause");
    }

    /** Halves the rate, or sets one of half of what is read now. */
    void slower() {
        JsonObject status = model.status();
        if (status == null) {
            return;
        }
        long limit = limit(status);
        long half = (limit > 0 ? limit : status.number("bytes_per_second")) / 2;
        send("rate", "rate " + rounded(Math.max(LEAST_BYTES, half)));
    }

    /** Doubles the rate, and lifts it where that is more than anything needs. */
    void faster() {
        JsonObject status = model.status();
        if (status == null) {
            return;
        }
        long limit = limit(status);
        if (limit == 0) {
            session.say(Look.WARNING, "faster: no operator's limit is set" + (status.object("throttle").text("reason").isEmpty()
                    ? "" : "; what holds the run back is " + status.object("throttle").text("reason")));
            return;
        }
        send("rate", "rate " + (limit * 2 > PLENTY_BYTES ? "full" : rounded(limit * 2)));
    }

    /** Bytes per second that operators allow, 0 if they set no limit. */
    private static long limit(JsonObject status) {
        return status.object("throttle").objects("sources").stream().filter(s -> s.text("source").equals("limit"))
                .mapToLong(s -> s.number("bytes_per_second")).findFirst().orElse(0);
    }

    /** Two digits that matter, as the verb takes them. */
    static String rounded(long bytes) {
        long unit = 1;
        while (bytes / unit >= 100) {
            unit *= 10;
        }
        long value = Math.max(LEAST_BYTES, bytes / unit * unit);
        if (value >= 1_000_000) {
            return String.format(Locale.ROOT, value % 1_000_000 == 0 ? "%.0fMB/s" : "%.1fMB/s", value / 1e6);
        }
        return String.format(Locale.ROOT, value % 1_000 == 0 ? "%.0fkB/s" : "%.1fkB/s", value / 1e3);
    }

    void stop() {
        String why = whyNot("stop");
        if (!why.isEmpty()) {
            session.say(Look.WARNING, "stop: " + why);
            return;
        }
        session.dialogue().confirm("end the whole run; users in flight end at a safe step?", () -> send("stop", "stop"));
    }

    /** Locks nobody out, or goes on with it; the latter is felt by those who are ready. */
    void holdOrUnhold() {
        if (!isHeldByOperator()) {
            send("hold", "hold");
            return;
        }
        String why = whyNot("unhold");
        if (!why.isEmpty()) {
            session.say(Look.WARNING, "unhold: " + why);
            return;
        }
        session.dialogue().confirm(UserActions.consequence("unhold", "", model), () -> send("unhold", "unhold"));
    }

    /** Whether an operator holds the cutovers of all. */
    boolean isHeldByOperator() {
        return model.status() != null && model.status().object("cutover").flag("held_by_operator");
    }
}
