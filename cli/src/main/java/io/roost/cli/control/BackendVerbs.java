package io.roost.cli.control;

import java.time.Instant;
import java.util.List;

import io.roost.cli.control.RefusedException.Kind;
import io.roost.cli.screen.Quantity;
import io.roost.cutover.DirectorView;
import io.roost.cutover.Pins;
import io.roost.director.MailHost;
import io.roost.director.RingMember;

/** The verb about the cluster: its backends, who is kept on this one, and who is elsewhere. */
final class BackendVerbs {
    /** For the first answer of the director. */
    private static final long PATIENCE_MILLIS = 1_000;
    /** Users of each kind in one answer. */
    private static final int MAX_USERS = 1_000;

    static final List<Verb> ALL = List.of(new Verb("backends", "", "The director's backends, who is pinned here, and who was moved "
            + "away.", Verb.Kind.LOOK, BackendVerbs::backends));

    private BackendVerbs() {
    }

    private static void backends(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        Arguments.none(argument);
        ControlledCutover cutover = run.cutover().orElse(null);
        boolean single = cutover == null || cutover.director().isSingleBackend();
        DirectorView.Snapshot seen = single ? DirectorView.Snapshot.NONE : snapshot(cutover.director());
        List<Pins.Kept> kept = single ? List.of() : cutover.pins().kept();
        List<Pins.Away> away = single ? List.of() : cutover.pins().away();
        answer.item("cluster", "", json -> {
            json.writeBooleanField("director", !single);
            json.writeStringField("here", single ? "" : cutover.director().here());
            RunStatus.time(json, "asked", seen.time());
            RunStatus.time(json, "asking", seen.asking());
            json.writeStringField("trouble", seen.trouble());
            json.writeNumberField("pinned", kept.size());
            json.writeNumberField("away", away.size());
        }, () -> single ? List.of("no director: this is the only backend, as the administrator has said") : answered(seen));
        seen.hosts().forEach(host -> backend(answer, host, cutover.director().here(), kept.size()));
        seen.ring().forEach(member -> director(answer, member));
        for (Pins.Kept user : kept.subList(0, Math.min(kept.size(), MAX_USERS))) {
            answer.item("pinned", user.user(), json -> {
                RunStatus.time(json, "since", user.since());
                RunStatus.time(json, "expires", user.expires() * 1000);
            }, () -> List.of("pinned   " + user.user() + ", since " + Quantity.time(user.since()) + ", kept until "
                    + Quantity.time(user.expires() * 1000) + " and refreshed before"));
        }
        for (Pins.Away user : away.subList(Math.max(0, away.size() - MAX_USERS), away.size())) {
            answer.item("away", user.user(), json -> {
                json.writeStringField("host", user.host());
                json.writeBooleanField("moved", user.lost());
                RunStatus.time(json, "seen", user.time());
            }, () -> List.of((user.lost() ? "moved    " : "left     ") + user.user() + ", seen on " + (user.host().isEmpty() ? "no backend"
                    : user.host()) + " at " + Quantity.time(user.time())));
        }
    }

    /** What is to be said before the lists. */
    private static List<String> answered(DirectorView.Snapshot seen) {
        if (seen.trouble().isEmpty()) {
            return seen.time() > 0 ? List.of() : List.of("the director has not answered yet");
        }
        return List.of("the director does not answer: " + seen.trouble() + (seen.time() == 0 ? ""
                : "; as of " + Quantity.time(seen.time())));
    }

    private static DirectorView.Snapshot snapshot(DirectorView director) throws RefusedException {
        try {
            return director.snapshot(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Kind.REFUSED, "the run is ending");
        }
    }

    private static void backend(Answer answer, MailHost host, String here, int pinned) {
        boolean isHere = host.ip().equals(here);
        answer.item("backend", "", json -> {
            json.writeStringField("ip", host.ip());
            json.writeBooleanField("here", isHere);
            json.writeBooleanField("up", host.up());
            json.writeNumberField("vhosts", host.vhosts());
            json.writeNumberField("users", host.users());
            json.writeNumberField("pinned", isHere ? pinned : 0);
            json.writeStringField("tag", host.tag());
            RunStatus.time(json, "changed", host.lastChange() * 1000);
        }, () -> List.of("backend  " + host.ip() + (isHere ? " (this one)" : "") + ": " + (host.up() ? "up" : "DOWN") + ", vhosts "
                + host.vhosts() + ", " + Quantity.count(host.users(), "user", "users") + (isHere ? ", " + pinned + " pinned" : "")
                + (host.tag().isEmpty() ? "" : ", tag " + host.tag()) + (host.lastChange() == 0 ? "" : ", changed "
                        + Quantity.time(Instant.ofEpochSecond(host.lastChange()).toEpochMilli()))));
    }

    private static void director(Answer answer, RingMember member) {
        answer.item("director", "", json -> {
            json.writeStringField("ip", member.ip());
            json.writeNumberField("port", member.port());
            json.writeStringField("kind", member.type());
            json.writeStringField("status", member.status());
            RunStatus.time(json, "failed", member.lastFailed() * 1000);
        }, () -> List.of("director " + (member.ip().isEmpty() ? "(unknown)" : member.ip() + ":" + member.port()) + " " + member.type()
                + (member.status().isEmpty() ? "" : ", " + member.status())));
    }
}
