package io.roost.cli;

import io.roost.cli.screen.JsonLines;
import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/** A run for scripts, as JSON Lines. */
final class MigrationJson implements MigrationReport {
    private final JsonLines lines;
    private final EventJson events;

    MigrationJson(JsonLines lines) {
        this.lines = lines;
        events = new EventJson(lines, System::nanoTime);
    }

    @Override
    public Event.Sink events() {
        return events;
    }

    @Override
    public void done(Account account, Result result) {
        lines.object("done", account.user(), json -> JsonFields.result(json, result));
    }

    @Override
    public void failed(String user, String source, Failure failure) {
        lines.object("failed", user, json -> JsonFields.failure(json, failure));
    }

    @Override
    public void summary(MigrationTotals totals) {
        lines.object("summary", "", json -> {
            json.writeNumberField("users", totals.users());
            json.writeNumberField("done", totals.done());
            json.writeNumberField("failed", totals.failed().size());
            json.writeNumberField("not_started", totals.notStarted());
            json.writeNumberField("mails", totals.mails());
            json.writeNumberField("bytes", totals.bytes());
            json.writeNumberField("seconds", Math.round(totals.seconds() * 1000) / 1000.0);
            json.writeBooleanField("interrupted", totals.isInterrupted());
            json.writeNumberField("exit_code", totals.code().number());
        });
    }
}
