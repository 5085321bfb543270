package io.roost.cli.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.ProblemRecord;
import io.roost.checkpoint.UserRecord;
import io.roost.cli.screen.Quantity;
import io.roost.engine.EngineStatus;
import io.roost.engine.Phase;

/**
 * All that is known of one user, for people and as the object of type {@code user}.
 *
 * @param row       as the engine has it
 * @param active    if the user is in flight
 * @param record    if the checkpoint store knows the user
 * @param failed    why the last attempt failed, if that is remembered
 * @param events    the last ones, as far as they are remembered
 * @param cutover   empty in a run that cuts nobody over
 */
record UserDetails(EngineStatus.Row row, Optional<EngineStatus.Active> active, Optional<UserRecord> record,
        List<MailboxRecord> mailboxes, List<ProblemRecord> problems, Optional<RunHistory.Failed> failed, List<Happening> events,
        Optional<CutoverState> cutover, long now) {
    private static final int MAX_LISTED = 10_000;

    static UserDetails of(ControlledRun run, RunHistory history, EngineStatus.Row row) {
        EngineStatus status = run.status();
        Optional<UserRecord> record = run.store().user(row.user());
        int number = record.map(UserRecord::number).orElse(-1);
        return new UserDetails(row, status.active().stream().filter(a -> a.user().equals(row.user())).findFirst(), record,
                record.isEmpty() ? List.of() : run.store().mailboxes(number).stream().limit(MAX_LISTED).toList(),
                record.isEmpty() ? List.of() : run.store().problems(number).stream().limit(MAX_LISTED).toList(),
                history.failure(row.user()), history.of(row.user()),
                CutoverState.of(run, row.user(), number), status.now());
    }

    void put(Answer answer) {
        answer.item("user", row.user(), this::json, this::text);
        for (Happening event : events) {
            answer.raw(event);
        }
    }

    private String error() {
        return failed.map(RunHistory.Failed::reason).orElse(record.map(UserRecord::error).orElse(""));
    }

    private void json(JsonGenerator json) throws IOException {
        json.writeNumberField("number", row.number());
        json.writeStringField("phase", RunStatus.id(row.phase()));
        json.writeNumberField("attempts", row.attempts());
        RunStatus.time(json, "retry_at", row.retryAt());
        json.writeStringField("error", error());
        RunStatus.time(json, "failed_at", failed.map(RunHistory.Failed::time).orElse(0L));
        json.writeStringField("failure", failed.map(f -> RunStatus.id(f.failureClass())).orElse(""));
        if (active.isPresent()) {
            json.writeObjectFieldStart("active");
            RunStatus.active(json, active.get());
            json.writeEndObject();
        } else {
            json.writeNullField("active");
        }
        if (record.isPresent()) {
            json.writeObjectFieldStart("record");
            record(json, record.get());
            json.writeEndObject();
        } else {
            json.writeNullField("record");
        }
        if (cutover.isPresent()) {
            json.writeObjectFieldStart("cutover");
            cutover.get().json(json);
            json.writeEndObject();
        } else {
            json.writeNullField("cutover");
        }
        json.writeArrayFieldStart("mailboxes");
        for (MailboxRecord mailbox : mailboxes) {
            json.writeStartObject();
            json.writeStringField("name", mailbox.displayName());
            json.writeNumberField("mails", mailbox.mails());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("problems");
        for (ProblemRecord problem : problems) {
            json.writeString(problem.toString());
        }
        json.writeEndArray();
    }

    private static void record(JsonGenerator json, UserRecord record) throws IOException {
        json.writeStringField("state", RunStatus.id(record.state()));
        json.writeNumberField("mails_placed", record.mailsPlaced());
        json.writeNumberField("mails_total", record.mailsTotal());
        json.writeNumberField("bytes_placed", record.bytesPlaced());
        json.writeNumberField("bytes_total", record.bytesTotal());
        RunStatus.time(json, "started", record.started());
        RunStatus.time(json, "updated", record.updated());
        RunStatus.time(json, "finished", record.finished());
    }

    private List<String> text() {
        List<String> lines = new ArrayList<>();
        lines.add("user     " + row.user() + ", " + RunStatus.id(row.phase()) + (row.attempts() > 1 ? ", attempts: " + row.attempts() : "")
                + (row.retryAt() > 0 ? ", tried again at " + Quantity.when(row.retryAt(), now) : ""));
        active.ifPresent(a -> lines.add("active   " + RunStatus.text(a, now)));
        record.ifPresent(r -> lines.add("record   " + RunStatus.id(r.state()) + ", " + Quantity.count(r.mailsPlaced()) + " of "
                + Quantity.count(r.mailsTotal(), "mail", "mails") + " placed"));
        cutover.ifPresent(c -> lines.addAll(c.text()));
        if (row.phase() == Phase.FAILED || row.phase() == Phase.RETRYING) {
            lines.add("error    " + error());
        }
        for (MailboxRecord mailbox : mailboxes) {
            lines.add("mailbox  " + mailbox.displayName() + ", " + Quantity.count(mailbox.mails(), "mail", "mails"));
        }
        for (ProblemRecord problem : problems) {
            lines.add("problem  " + problem);
        }
        return lines;
    }
}
