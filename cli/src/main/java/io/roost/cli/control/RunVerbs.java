package io.roost.cli.control;

import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

import io.roost.cli.control.RefusedException.Kind;
import io.roost.cli.control.Verb.Action;
import io.roost.engine.EngineSettings;
import io.roost.engine.RunState;
import io.roost.engine.StopReason;
import io.roost.throttle.InvalidRateException;
import io.roost.throttle.RateLimit;
import io.roost.throttle.Timetable;

/** Verbs about the run as a whole. */
final class RunVerbs {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);

    static final List<Verb> ALL = List.of(
            verb("status", "", "What the run is doing now.", Verb.Kind.LOOK, RunVerbs::status),
            verb("watch", "[recent=N] [status=SECONDS]", "Follow what happens; with the last N events, and the status every so many "
                    + "seconds.", Verb.Kind.LOOK, (run, history, argument, answer) -> answer.watch(WatchOptions.of(argument))),
            verb("pause", "[REASON]", "Begin no user, and read nothing, until resume.", Verb.Kind.RUN, RunVerbs::pause),
            verb("resume", "", "Go on after pause, and after rate off.", Verb.Kind.RUN, RunVerbs::resume),
            verb("rate", "RATE|full|off", "Read at most so fast, such as 20MB/s or 500mails/s; off: nothing.", Verb.Kind.RUN,
                    RunVerbs::rate),
            verb("timetable", "ENTRIES|none", "Replace the timetable, such as 22:00-06:00=full, 06:00-22:00=20MB/s.", Verb.Kind.RUN,
                    RunVerbs::timetable),
            verb("workers", "N|+N|-N", "Change how many users are in flight at the same time.", Verb.Kind.RUN, RunVerbs::workers),
            verb("stop", "[REASON]", "End the run softly: those in flight end at their next safe step.", Verb.Kind.END,
                    RunVerbs::stop),
            verb("now", "", "End the process at once. Nothing is lost: the next run goes on from what is recorded.", Verb.Kind.GRAVE,
                    RunVerbs::now));

    private RunVerbs() {
    }

    private static Verb verb(String name, String arguments, String help, Verb.Kind kind, Action action) {
        return new Verb(name, arguments, help, kind, action);
    }

    private static void status(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        Arguments.none(argument);
        RunStatus.of(run, history).put(answer);
    }

    static String byOperator() {
        return "an operator at " + LocalTime.now().format(MINUTE);
    }

    private static void pause(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        String why = "paused by " + byOperator() + (argument.isBlank() ? "" : ": " + argument.strip());
        if (!run.engine().pause(why)) {
            throw new RefusedException(Kind.REFUSED, "the run is " + RunStatus.id(run.engine().status().state()) + " already");
        }
        answer.say("no user is begun, and nothing is read");
    }

    private static void resume(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        Arguments.none(argument);
        boolean held = run.pause().isPaused();
        run.pause().resume();
        run.throttle().changed();
        if (!run.engine().resume() && !held) {
            throw new RefusedException(Kind.REFUSED, "the run is " + RunStatus.id(run.engine().status().state()) + ", not paused");
        }
        answer.say("going on" + (run.throttle().state().isOpen() ? "" : ", held back: " + run.throttle().state().reason()));
    }

    private static void rate(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        if (argument.isBlank()) {
            throw RefusedException.usage("rate: expected a rate such as 20MB/s or 500mails/s, full, or off");
        }
        if (argument.strip().equals("off")) {
            run.pause().pause("nothing is read: rate off by " + byOperator());
            run.throttle().changed();
            answer.say("nothing is read until another rate, or resume");
            return;
        }
        RateLimit limit;
        try {
            limit = RateLimit.parse(argument.strip());
        } catch (InvalidRateException e) {
            throw RefusedException.usage(e.getMessage());
        }
        run.limit().set(limit, byOperator());
        if (run.engine().status().state() != RunState.PAUSED) {
            // it may have been off
            run.pause().resume();
        }
        run.throttle().changed();
        answer.say("the rate is " + limit + (run.throttle().state().isOpen() ? "" : "; now " + run.throttle().state().reason()));
    }

    private static void timetable(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        try {
            run.timetable().set(argument.strip().equals("none") ? null : Timetable.parse(argument));
        } catch (InvalidRateException e) {
            throw RefusedException.usage(e.getMessage());
        }
        run.throttle().changed();
        answer.say("the timetable is " + run.timetable().timetable().map(Object::toString).orElse("none"));
    }

    private static void workers(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        String value = argument.strip();
        int count;
        if (value.matches("[+-][0-9]{1,3}")) {
            count = run.engine().status().workers() + Integer.parseInt(value);
            if (count < 1 || count > EngineSettings.MAX_WORKERS) {
                throw new RefusedException(Kind.REFUSED, "workers: " + count + " would be too "
                        + (count < 1 ? "few" : "many") + ", expected 1 to " + EngineSettings.MAX_WORKERS);
            }
        } else {
            count = Arguments.number("workers", value, 1, EngineSettings.MAX_WORKERS);
        }
        run.engine().workers(count);
        answer.say("users in flight: " + count + " at the most");
    }

    private static void stop(ControlledRun run, RunHistory history, String argument, Answer answer) {
        run.engine().stop(StopReason.OPERATOR, "stopped by " + byOperator() + (argument.isBlank() ? "" : ": " + argument.strip()));
        answer.say("those in flight end at their next safe step; the same command goes on later");
    }

    private static void now(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        Arguments.none(argument);
        answer.say("the process ends now");
        answer.afterwards(run.halt());
    }
}
