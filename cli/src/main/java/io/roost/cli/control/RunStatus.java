package io.roost.cli.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Quantity;
import io.roost.cutover.LockOutTimes;
import io.roost.engine.EngineSettings;
import io.roost.engine.EngineStatus;
import io.roost.engine.Phase;
import io.roost.engine.RunState;
import io.roost.throttle.Bandwidth;
import io.roost.throttle.Restriction;
import io.roost.throttle.ThrottleState;

/**
 * A run at one moment, for people and as the object of type {@code run_status}. {@link ControlProtocol} describes its fields.
 *
 * @param restrictions what each source of the throttle asks for
 * @param timetable    as it was given, empty if there is none
 * @param cutover      what may be done about cutovers; empty if users are neither kept here nor cut over
 * @param lockedOut    users who cannot log in now, and since when
 * @param lockOuts     how long those were who have been cut over
 */
record RunStatus(EngineStatus engine, ThrottleState throttle, List<Restriction> restrictions, String timetable,
        Optional<ControlledCutover> cutover, Map<String, Long> lockedOut, LockOutTimes lockOuts) {
    static RunStatus of(ControlledRun run, RunHistory history) {
        return new RunStatus(run.status(), run.throttle().state(), run.throttle().restrictions(),
                run.timetable().timetable().map(Object::toString).orElse(""), run.cutover(),
                history.lockedOut(), history.lockOuts());
    }

    void put(Answer answer) {
        answer.item("run_status", "", this::json, this::text);
    }

    private void json(JsonGenerator json) throws IOException {
        json.writeNumberField("pid", ProcessHandle.current().pid());
        json.writeStringField("state", id(engine.state()));
        json.writeStringField("reason", engine.reason());
        json.writeStringField("started", JsonLines.time(engine.started()));
        json.writeStringField("now", JsonLines.time(engine.now()));
        time(json, "deadline", engine.deadline() == EngineSettings.NO_DEADLINE ? 0 : engine.deadline());
        json.writeNumberField("workers", engine.workers());
        json.writeObjectFieldStart("users");
        for (Phase phase : Phase.values()) {
            json.writeNumberField(id(phase), engine.users(phase));
        }
        json.writeEndObject();
        json.writeNumberField("mails", engine.mails());
        json.writeNumberField("bytes", engine.bytes());
        json.writeNumberField("mails_per_second", rounded(engine.mailsPerSecond()));
        json.writeNumberField("bytes_per_second", Math.round(engine.bytesPerSecond()));
        if (engine.secondsLeft() < 0) {
            json.writeNullField("seconds_left");
        } else {
            json.writeNumberField("seconds_left", rounded(engine.secondsLeft()));
        }
        json.writeArrayFieldStart("history");
        for (long bytes : engine.history()) {
            json.writeNumber(bytes);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("active");
        for (EngineStatus.Active active : engine.active()) {
            json.writeStartObject();
            active(json, active);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("locked_out");
        for (Map.Entry<String, Long> user : lockedOut.entrySet()) {
            json.writeStartObject();
            json.writeStringField("user", user.getKey());
            json.writeStringField("since", JsonLines.time(user.getValue()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("lock_outs");
        json.writeNumberField("count", lockOuts.count());
        json.writeNumberField("median_seconds", lockOuts.percentile(50) / 1000.0);
        json.writeNumberField("longest_seconds", lockOuts.percentile(100) / 1000.0);
        json.writeEndObject();
        if (cutover.isPresent()) {
            cutover(json, cutover.get());
        } else {
            json.writeNullField("cutover");
        }
        throttle(json);
    }

    private static void cutover(JsonGenerator json, ControlledCutover cutover) throws IOException {
        json.writeObjectFieldStart("cutover");
        json.writeStringField("mode", id(cutover.mode()));
        json.writeBooleanField("director", !cutover.director().isSingleBackend());
        json.writeStringField("held", cutover.hold().reason());
        json.writeBooleanField("held_by_operator", cutover.hold().isHeldByOperator());
        json.writeArrayFieldStart("ready");
        for (Map.Entry<String, Long> user : cutover.hold().waiting().entrySet()) {
            json.writeStartObject();
            json.writeStringField("user", user.getKey());
            json.writeStringField("since", JsonLines.time(user.getValue()));
            json.writeBooleanField("held_alone", cutover.hold().isHeld(user.getKey()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** The fields of a user in flight. */
    static void active(JsonGenerator json, EngineStatus.Active active) throws IOException {
        json.writeStringField("user", active.user());
        json.writeStringField("step", active.step());
        json.writeNumberField("worker", active.worker());
        json.writeNumberField("attempt", active.attempt());
        json.writeStringField("since", JsonLines.time(active.since()));
        json.writeNumberField("mails_done", active.mailsDone());
        json.writeNumberField("mails_total", active.mailsTotal());
        json.writeNumberField("bytes_done", active.bytesDone());
        json.writeNumberField("bytes_total", active.bytesTotal());
    }

    private void throttle(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("throttle");
        json.writeBooleanField("held", throttle.held());
        json.writeStringField("source", throttle.source());
        json.writeStringField("reason", throttle.reason());
        limits(json, throttle.limitBytesPerSecond(), throttle.limitMailsPerSecond());
        json.writeStringField("timetable", timetable);
        json.writeArrayFieldStart("sources");
        for (Restriction restriction : restrictions) {
            json.writeStartObject();
            json.writeStringField("source", restriction.source());
            json.writeBooleanField("held", restriction.held());
            json.writeStringField("reason", restriction.reason());
            limits(json, restriction.bytesPerSecond(), restriction.mailsPerSecond());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void limits(JsonGenerator json, long bytes, long mails) throws IOException {
        limit(json, "bytes_per_second", bytes);
        limit(json, "mails_per_second", mails);
    }

    private static void limit(JsonGenerator json, String name, long limit) throws IOException {
        if (limit == Bandwidth.UNLIMITED) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, limit);
        }
    }

    private List<String> text() {
        List<String> lines = new ArrayList<>();
        double seconds = (engine.now() - engine.started()) / 1000.0;
        lines.add("run      " + id(engine.state()) + (engine.reason().isEmpty() ? "" : ": " + engine.reason()));
        lines.add("since    " + Quantity.time(engine.started()) + ", " + Quantity.seconds(seconds) + " ago"
                + (engine.deadline() == EngineSettings.NO_DEADLINE ? "" : "; stops at " + Quantity.time(engine.deadline())));
        List<String> phases = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            if (engine.users(phase) > 0) {
                phases.add(Quantity.count(engine.users(phase)) + " " + id(phase));
            }
        }
        lines.add("users    " + Quantity.count(engine.usersTotal()) + ": " + String.join(", ", phases));
        lines.add("copied   " + Quantity.count(engine.mails(), "mail", "mails") + ", " + Quantity.bytes(engine.bytes()) + "; now "
                + Quantity.rate(engine.mailsPerSecond()) + " mails/s, " + Quantity.bytes(engine.bytesPerSecond()) + "/s");
        if (engine.state() != RunState.ENDED && engine.secondsLeft() > 0) {
            lines.add("left     about " + Quantity.wholeSeconds(engine.secondsLeft()));
        }
        lines.add("workers  " + engine.workers());
        lines.add("throttle " + (throttle.isOpen() ? "nothing holds the run back" : throttle.reason()));
        cutover.map(c -> c.hold().reason()).filter(why -> !why.isEmpty()).ifPresent(why -> lines.add("cutovers " + why));
        for (Map.Entry<String, Long> user : lockedOut.entrySet()) {
            lines.add("locked   " + user.getKey() + " is locked out, for " + Quantity.seconds((engine.now() - user.getValue()) / 1000.0));
        }
        if (lockOuts.count() > 0) {
            lines.add("lock-out " + Quantity.count(lockOuts.count(), "user", "users") + " so far, median "
                    + Quantity.seconds(lockOuts.percentile(50) / 1000.0) + ", longest "
                    + Quantity.seconds(lockOuts.percentile(100) / 1000.0));
        }
        for (EngineStatus.Active active : engine.active()) {
            lines.add("active   " + text(active, engine.now()));
        }
        return lines;
    }

    static String text(EngineStatus.Active active, long now) {
        return active.user() + ": " + active.step() + (active.mailsTotal() == 0 ? "" : " " + Quantity.count(active.mailsDone())
                + " of " + Quantity.count(active.mailsTotal(), "mail", "mails")) + ", "
                + Quantity.seconds((now - active.since()) / 1000.0) + (active.attempt() > 1 ? ", attempt " + active.attempt() : "");
    }

    /** A point in time, null for 0. */
    static void time(JsonGenerator json, String name, long unixMillis) throws IOException {
        if (unixMillis == 0) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, JsonLines.time(unixMillis));
        }
    }

    static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
