package io.roost.cli;

import java.io.IOException;
import java.util.List;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.cli.check.FindingReport;
import io.roost.cli.screen.JsonLines;
import io.roost.migrate.Plan;
import io.roost.posix.FileSystemStatus;
import io.roost.preflight.Finding;

/** A {@link Plan} for scripts: one object of type {@code plan}. */
final class PlanJson {
    private final Plan plan;
    private final List<Finding> advice;
    private final List<String> notes;

    PlanJson(Plan plan, List<Finding> advice, List<String> notes) {
        this.plan = plan;
        this.advice = advice;
        this.notes = notes;
    }

    void write(JsonLines lines) {
        lines.object("plan", plan.user(), json -> {
            json.writeBooleanField("clean", plan.isClean());
            JsonFields.path(json, "source", plan.source());
            JsonFields.path(json, "target", plan.target());
            mailboxes(json);
            json.writeNumberField("mails", plan.mails());
            json.writeNumberField("bytes", plan.bytes());
            json.writeNumberField("data_files", plan.dataFiles());
            json.writeNumberField("data_bytes", plan.dataBytes());
            json.writeNumberField("index_bytes", plan.indexBytes());
            json.writeNumberField("files", plan.files());
            space(json);
            estimate(json);
            JsonFields.strings(json, "obstacles", plan.obstacles());
            JsonFields.problems(json, "problems", plan.problems());
            settings(json);
            JsonFields.strings(json, "notes", notes);
        });
    }

    private void mailboxes(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("mailboxes");
        for (Plan.Mailbox mailbox : plan.mailboxes()) {
            json.writeStartObject();
            json.writeStringField("name", mailbox.name());
            json.writeNumberField("mails", mailbox.mails());
            json.writeNumberField("bytes", mailbox.bytes());
            json.writeNumberField("unseen", mailbox.unseen());
            json.writeNumberField("recent", mailbox.recent());
            json.writeNumberField("uidvalidity", mailbox.uidValidity());
            json.writeNumberField("uidnext", mailbox.uidNext());
            JsonFields.strings(json, "keywords", mailbox.keywords());
            json.writeBooleanField("subscribed", mailbox.subscribed());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void space(JsonGenerator json) throws IOException {
        if (plan.space().isEmpty()) {
            json.writeNullField("space");
            return;
        }
        FileSystemStatus space = plan.space().get();
        json.writeObjectFieldStart("space");
        json.writeStringField("type", space.typeName());
        json.writeNumberField("total_bytes", space.totalBytes());
        json.writeNumberField("free_bytes", space.freeBytes());
        json.writeNumberField("free_bytes_after", PlanReport.freeAfter(plan, space));
        json.writeNumberField("total_inodes", space.totalInodes());
        json.writeNumberField("free_inodes", space.freeInodes());
        json.writeNumberField("free_inodes_after", PlanReport.inodesAfter(plan, space));
        json.writeEndObject();
    }

    private void estimate(JsonGenerator json) throws IOException {
        Plan.Estimate estimate = plan.estimate();
        json.writeObjectFieldStart("estimate");
        json.writeNumberField("low_seconds", estimate.lowSeconds());
        json.writeNumberField("high_seconds", estimate.highSeconds());
        json.writeNumberField("sample_mails", estimate.sampleMails());
        json.writeNumberField("sample_bytes", estimate.sampleBytes());
        json.writeNumberField("sample_seconds", estimate.sampleMillis() / 1000.0);
        json.writeEndObject();
    }

    private void settings(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("settings");
        for (Finding a : advice) {
            json.writeStartObject();
            json.writeStringField("id", a.id());
            json.writeStringField("severity", JsonFields.id(a.severity()));
            json.writeStringField("message", FindingReport.sentence(a));
            json.writeStringField("remedy", a.remedy());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
