package io.roost.cli.control;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.roost.checkpoint.UserRecord;
import io.roost.cli.control.RefusedException.Kind;
import io.roost.cli.control.Verb.Action;
import io.roost.cli.screen.Quantity;
import io.roost.cutover.CutoverHold;
import io.roost.engine.EngineStatus;
import io.roost.engine.Phase;
import io.roost.gate.Gate;
import io.roost.gate.GateEntry;

/** Verbs about who is locked out when, and about the way back. */
final class CutoverVerbs {
    static final List<Verb> ALL = List.of(
            verb("hold", "[USER]", "Lock nobody out, or not this user: those who are copied wait, until unhold.", Verb.Kind.RUN,
                    CutoverVerbs::hold),
            verb("unhold", "[USER]", "Take hold back, for all or for this user: those who are ready are cut over.", Verb.Kind.USER,
                    CutoverVerbs::unhold),
            verb("cutover", "USER", "Cut a user over now, before all others and in spite of hold.", Verb.Kind.USER,
                    CutoverVerbs::cutover),
            verb("gates", "", "Who is locked out now by Roost, whichever run did it.", Verb.Kind.LOOK, CutoverVerbs::gates),
            verb("open-gate", "USER", "Let a user in now, whoever locked them out; a cutover under way is given up, and tried again later.",
                    Verb.Kind.USER, CutoverVerbs::openGate),
            verb("rollback", "USER", "Bring a user who was cut over back to the Maildir, with all that came since.", Verb.Kind.GRAVE,
                    CutoverVerbs::rollback));

    private CutoverVerbs() {
    }

    private static Verb verb(String name, String arguments, String help, Verb.Kind kind, Action action) {
        return new Verb(name, arguments, help, kind, action);
    }

    private static void hold(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        CutoverHold hold = run.cutsOver().hold();
        String why = "held by " + RunVerbs.byOperator();
        String said;
        if (argument.isEmpty()) {
            hold.hold(why);
            int now = history.lockedOut().size();
            said = "nobody is locked out until unhold" + (now == 0 ? "" : "; " + Quantity.count(now, "user who is", "users who are")
                    + " locked out already will be cut over");
        } else {
            Phase phase = UserVerbs.row(run, argument).phase();
            if (phase == Phase.DONE) {
                throw new RefusedException(Kind.REFUSED, argument + " is done");
            }
            boolean lockedOut = history.lockedOut().containsKey(argument);
            if (lockedOut) {
                throw new RefusedException(Kind.REFUSED, argument + " is being cut over already");
            }
            hold.hold(argument, why);
            said = argument + " is not locked out until unhold " + argument;
        }
        run.engine().operated(argument, "hold", said);
        answer.say(said);
    }

    private static void unhold(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        CutoverHold hold = run.cutsOver().hold();
        String said;
        if (argument.isEmpty()) {
            // those who are held alone stay
            long ready = hold.waiting().keySet().stream().filter(user -> !hold.isHeld(user)).count();
            boolean was = hold.release();
            String left = hold.reason();
            if (!was) {
                throw new RefusedException(Kind.REFUSED, left.isEmpty() ? "no operator holds the cutovers"
                        : "no operator holds the cutovers; they are " + left + ", remove it");
            }
            said = left.isEmpty() ? "cutovers go on; ready: " + Quantity.count(ready, "user", "users") : "still " + left;
        } else {
            UserVerbs.row(run, argument);
            if (!hold.release(argument)) {
                throw new RefusedException(Kind.REFUSED, "nothing was said of " + argument + " alone");
            }
            String left = hold.reason(argument);
            said = argument + (left.isEmpty() ? " may be cut over" : " is as all others: " + left);
        }
        run.engine().operated(argument, "unhold", said);
        answer.say(said);
    }

    private static void cutover(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        CutoverHold hold = run.cutsOver().hold();
        EngineStatus.Row row = UserVerbs.row(run, argument);
        if (row.phase() == Phase.ACTIVE) {
            boolean waits = hold.waiting().containsKey(argument);
            if (!waits && hold.reason(argument).isEmpty()) {
                throw new RefusedException(Kind.REFUSED, argument + " is under way already, and nothing holds the cutover");
            }
            hold.pass(argument);
            run.engine().operated(argument, "cutover", waits ? "locked out now" : "as soon as everything is copied");
        } else {
            UserVerbs.change(argument, run, () -> run.engine().now(argument));
            hold.pass(argument);
            run.engine().operated(argument, "cutover", "begun, with a worker of its own");
        }
        answer.say(argument + " is cut over now");
    }

    private static Gate gate(ControlledRun run) throws RefusedException {
        return run.cutsOver().gate().orElseThrow();
    }

    private static void gates(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        Arguments.none(argument);
        try {
            List<GateEntry> entries = gate(run).entries();
            for (GateEntry entry : entries) {
                String life = RunStatus.id(entry.owner().life());
                answer.item("gate", entry.user(), json -> {
                    json.writeStringField("reason", entry.reason());
                    json.writeStringField("host", entry.owner().host());
                    json.writeNumberField("pid", entry.owner().pid());
                    json.writeStringField("life", life);
                    RunStatus.time(json, "closed", entry.closed().toEpochMilli());
                    RunStatus.time(json, "expires", entry.expires().toEpochMilli());
                }, () -> List.of(entry.user() + " since " + Quantity.time(entry.closed().toEpochMilli()) + ", by process "
                        + entry.owner().pid() + " on " + entry.owner().host() + " (" + life + "), until "
                        + Quantity.time(entry.expires().toEpochMilli()) + " at the latest"));
            }
            for (String damage : gate(run).damage()) {
                answer.say("damaged: " + damage);
            }
            if (entries.isEmpty()) {
                answer.say("nobody is locked out");
            }
        } catch (IOException e) {
            throw new RefusedException(Kind.REFUSED, e.getMessage());
        }
    }

    private static void openGate(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        if (argument.isEmpty()) {
            throw RefusedException.usage("expected the name of a user");
        }
        String said;
        try {
            Optional<GateEntry> entry = gate(run).lift(argument);
            said = argument + " is let in, after " + Quantity.wholeSeconds(entry.map(e -> (Instant.now().toEpochMilli()
                    - e.closed().toEpochMilli()) / 1000.0).orElseThrow(() -> new RefusedException(Kind.REFUSED,
                            "user " + argument + " is not locked out by Roost")));
        } catch (IOException e) {
            throw new RefusedException(Kind.REFUSED, e.getMessage());
        }
        run.engine().operated(argument, "open-gate", said);
        answer.say(said);
    }

    private static void rollback(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        ControlledCutover.WayBack way = run.cutover().flatMap(ControlledCutover::rollback).orElseThrow(() -> new RefusedException(
                Kind.REFUSED, "this run cuts nobody over: roost rollback brings users back"));
        UserVerbs.row(run, argument);
        Optional<UserRecord> record = run.store().user(argument);
        if (record.filter(r -> r.state().isPublished()).isEmpty()) {
            throw new RefusedException(Kind.REFUSED, argument + " was not cut over: the Maildir is in force");
        }
        UserVerbs.change(argument, run, () -> run.engine().rollBack(argument, steps -> way.run(argument, steps)));
        answer.say("bringing " + argument + " back to the Maildir; user " + argument + " shows how far it is");
    }
}
