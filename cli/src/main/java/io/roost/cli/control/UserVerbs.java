package io.roost.cli.control;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.cli.control.RefusedException.Kind;
import io.roost.cli.screen.Quantity;
import io.roost.engine.EngineStatus;
import io.roost.engine.Phase;
import io.roost.engine.UserQuery;
import io.roost.engine.UserSort;

/** Verbs about users. */
final class UserVerbs {
    /** Rows in one answer. */
    static final int MAX_ROWS = 1_000;

    static final List<Verb> ALL = List.of(
            new Verb("users", "[offset=N] [limit=N] [after=NUMBER] [phase=PHASE,...] [sort=[-]BY] [match=TEXT]",
                    "List users: those of some phases, whose names hold a text. BY: number (the run's order), name, phase, mails, "
                    + "bytes, seconds, changed; - turns it round.", Verb.Kind.LOOK, UserVerbs::users),
            new Verb("user", "USER", "All that is known of a user.", Verb.Kind.LOOK, UserVerbs::user),
            new Verb("retry", "USER", "Try a user again before all others.", Verb.Kind.USER, UserVerbs::retry),
            new Verb("skip", "USER", "Take a user out of this run; one in flight ends at the next safe step.", Verb.Kind.USER,
                    UserVerbs::skip));

    private UserVerbs() {
    }

    private static void users(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        Map<String, String> named = Arguments.named(argument, "offset", "limit", "after", "phase", "sort", "match");
        int offset = Arguments.number(named, "offset", 0, 0, Integer.MAX_VALUE);
        int limit = Arguments.number(named, "limit", 100, 0, MAX_ROWS);
        int after = Arguments.number(named, "after", -1, 0, Integer.MAX_VALUE);
        String sort = named.getOrDefault("sort", "number");
        boolean descending = sort.startsWith("-");
        UserSort by = sort(descending ? sort.substring(1) : sort);
        history.recall(run, by);
        EngineStatus.Page page = run.engine().users(new UserQuery(phases(named.get("phase")), filter(named.get("match")), by, descending,
                after, offset, limit));
        Map<String, EngineStatus.Active> active = new HashMap<>();
        EngineStatus status = run.status();
        status.active().forEach(a -> active.put(a.user(), a));
        for (EngineStatus.Row row : page.rows()) {
            Optional<UserRecord> record = run.store().user(row.user());
            String error = error(row, record, history);
            EngineStatus.Active inFlight = active.get(row.user());
            answer.item("user_row", row.user(), json -> {
                row(json, row);
                json.writeStringField("step", inFlight == null ? "" : inFlight.step());
                long done = inFlight != null && inFlight.mailsTotal() > 0 ? inFlight.mailsDone()
                        : record.map(UserRecord::mailsPlaced).orElse(0L);
                long total = inFlight != null && inFlight.mailsTotal() > 0 ? inFlight.mailsTotal()
                        : Math.max(row.mails(), record.map(UserRecord::mailsTotal).orElse(0L));
                json.writeNumberField("mails_done", done);
                json.writeNumberField("mails_total", total);
                json.writeNumberField("bytes_total", Math.max(row.bytes(), record.map(UserRecord::bytesTotal).orElse(0L)));
                json.writeNumberField("seconds", row.millis() / 1000.0);
                RunStatus.time(json, "changed", row.changed() > 0 ? row.changed() : record
                        .filter(r -> r.state() != UserState.QUEUED).map(UserRecord::updated).orElse(0L));
                json.writeBooleanField("held", run.cutover().filter(c -> c.hold().isHeld(row.user())).isPresent());
                json.writeStringField("error", error);
            }, () -> List.of(String.format("%-9s", RunStatus.id(row.phase())) + (inFlight != null
                    ? RunStatus.text(inFlight, status.now()) : row.user() + (error.isEmpty() ? "" : ": " + error))));
        }
        answer.item("page", "", json -> {
            json.writeNumberField("offset", offset);
            json.writeNumberField("total", page.total());
        }, () -> List.of(page.rows().size() == page.total() ? Quantity.count(page.total(), "user", "users")
                : Quantity.count(page.rows().size()) + " of " + Quantity.count(page.total(), "user", "users")));
    }

    private static void row(JsonGenerator json, EngineStatus.Row row) throws IOException {
        json.writeNumberField("number", row.number());
        json.writeStringField("phase", RunStatus.id(row.phase()));
        json.writeNumberField("attempts", row.attempts());
        RunStatus.time(json, "retry_at", row.retryAt());
    }

    private static UserSort sort(String name) throws RefusedException {
        return Arrays.stream(UserSort.values()).filter(sort -> RunStatus.id(sort).equals(name)).findFirst()
                .orElseThrow(() -> RefusedException.usage("sort: found \"" + name + "\", expected one of "
                        + String.join(", ", Arrays.stream(UserSort.values()).map(RunStatus::id).toList())
                        + ", with - before it turned round"));
    }

    private static Set<Phase> phases(String text) throws RefusedException {
        if (text == null || text.isEmpty()) {
            return EnumSet.allOf(Phase.class);
        }
        Set<Phase> phases = EnumSet.noneOf(Phase.class);
        for (String name : text.split(",")) {
            phases.add(Arrays.stream(Phase.values()).filter(p -> RunStatus.id(p).equals(name)).findFirst()
                    .orElseThrow(() -> RefusedException.usage("phase: found \"" + name + "\", expected some of "
                            + String.join(",", Arrays.stream(Phase.values()).map(RunStatus::id).toList()))));
        }
        return phases;
    }

    /** Names that hold the text, whatever the case. */
    private static Predicate<String> filter(String text) {
        if (text == null || text.isEmpty()) {
            return name -> true;
        }
        return name -> {
            // of a million names: nothing is allocated
            for (int at = 0; at <= name.length() - text.length(); at++) {
                if (name.regionMatches(true, at, text, 0, text.length())) {
                    return true;
                }
            }
            return false;
        };
    }

    private static String error(EngineStatus.Row row, Optional<UserRecord> record, RunHistory history) {
        if (row.phase() == Phase.SKIPPED) {
            // such as that the user was rolled back
            return record.map(UserRecord::error).orElse("");
        }
        if (row.phase() != Phase.FAILED && row.phase() != Phase.RETRYING) {
            return "";
        }
        return history.failure(row.user()).map(RunHistory.Failed::reason).orElse(record.map(UserRecord::error).orElse(""));
    }

    private static void user(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        UserDetails.of(run, history, row(run, argument)).put(answer);
    }

    /** A user of the run. */
    static EngineStatus.Row row(ControlledRun run, String name) throws RefusedException {
        return run.engine().user(name).orElseThrow(() -> unknown(name));
    }

    private static void retry(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        change(argument, run, () -> run.engine().retry(argument));
        answer.say(argument + " is next");
    }

    private static void skip(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException {
        change(argument, run, () -> run.engine().skip(argument));
        answer.say(argument + " is left out of this run");
    }

    /** Does it, if the engine does not object. */
    static void change(String name, ControlledRun run, Runnable change) throws RefusedException {
        if (name.isEmpty()) {
            throw RefusedException.usage("expected the name of a user");
        }
        try {
            change.run();
        } catch (IllegalArgumentException e) {
            throw run.engine().user(name).isPresent() ? new RefusedException(Kind.REFUSED, e.getMessage()) : unknown(name);
        }
    }

    private static RefusedException unknown(String name) {
        return new RefusedException(Kind.UNKNOWN_USER, name.isEmpty() ? "expected the name of a user"
                : "this run has no user " + name);
    }
}
