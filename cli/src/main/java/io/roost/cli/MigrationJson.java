package io.roost.cli;

import io.roost.cli.screen.JsonLines;
import io.roost.cutover.LockOutTimes;
import io.roost.engine.RunEvent;

/** A run for scripts, as JSON Lines. */
final class MigrationJson implements MigrationReport {
    private final JsonLines lines;
    private final RunEventJson events;

    MigrationJson(JsonLines lines) {
        this.lines = lines;
        events = new RunEventJson(lines);
    }

    @Override
    public void event(RunEvent event) {
        events.event(event);
    }

    @Override
    public void summary(MigrationTotals totals) {
        lines.object("summary", "", json -> {
            json.writeNumberField("users", totals.users());
            json.writeNumberField("done", totals.done());
            json.writeNumberField("already_done", totals.done() - totals.migrated());
            json.writeNumberField("failed", totals.failed().size());
            json.writeNumberField("skipped", totals.skipped().size());
            json.writeNumberField("not_started", totals.notStarted());
            json.writeNumberField("mails", totals.mails());
            json.writeNumberField("bytes", totals.bytes());
            json.writeNumberField("seconds", Math.round(totals.seconds() * 1000) / 1000.0);
            json.writeNumberField("rejected_mails", totals.rejectedCount());
            json.writeArrayFieldStart("slowest");
            for (MigrationTotals.Slow slow : totals.slowest()) {
                json.writeStartObject();
                json.writeStringField("user", slow.user());
                json.writeNumberField("seconds", slow.millis() / 1000.0);
                json.writeNumberField("mails", slow.mails());
                json.writeEndObject();
            }
            json.writeEndArray();
            LockOutTimes lockOuts = totals.lockOuts();
            json.writeObjectFieldStart("lock_out");
            json.writeNumberField("users", lockOuts.count());
            json.writeNumberField("median_seconds", lockOuts.percentile(50) / 1000.0);
            json.writeNumberField("p95_seconds", lockOuts.percentile(95) / 1000.0);
            json.writeNumberField("longest_seconds", lockOuts.percentile(100) / 1000.0);
            json.writeEndObject();
            json.writeBooleanField("interrupted", totals.isInterrupted());
            json.writeNumberField("exit_code", totals.code().number());
        });
    }
}
