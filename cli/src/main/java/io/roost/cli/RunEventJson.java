package io.roost.cli;

import java.io.IOException;
import java.util.Locale;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.cli.screen.JsonLines;
import io.roost.engine.FailureClass;
import io.roost.engine.RunEvent;
import io.roost.engine.RunState;

/** What happens in a run, as JSON Lines: the objects of {@code roost migrate --json}. Not thread-safe. */
final class RunEventJson implements RunEvent.Sink {
    private final JsonLines lines;
    private final EventJson ofUsers;

    RunEventJson(JsonLines lines) {
        this.lines = lines;
        ofUsers = new EventJson(lines, System::nanoTime);
    }

    @Override
    public void event(RunEvent event) {
        if (event instanceof RunEvent.Progress e) {
            ofUsers.event(e.event());
            return;
        }
        ofUsers.end(event.user());
        if (event instanceof RunEvent.Done e) {
            lines.object("done", e.account().user(), json -> JsonFields.result(json, e.result()));
        } else if (event instanceof RunEvent.Failed e) {
            failed(e);
        } else if (event instanceof RunEvent.Stopped e) {
            lines.object("stopped", e.user(), json -> { });
        } else if (event instanceof RunEvent.Skipped e) {
            lines.object("skipped", e.user(), json -> { });
        } else if (event instanceof RunEvent.Requeued e) {
            lines.object("requeued", e.user(), json -> { });
        } else if (event instanceof RunEvent.Operated e) {
            lines.object("operated", e.user(), json -> {
                json.writeStringField("verb", e.verb());
                json.writeStringField("said", e.said());
            });
        } else if (event instanceof RunEvent.RolledBack e) {
            lines.object("rollback_done", e.user(), json -> json.writeStringField("said", e.said()));
        } else if (event instanceof RunEvent.StateChanged e && e.state() != RunState.ENDED) {
            lines.object("run", "", json -> {
                json.writeStringField("state", e.state().name().toLowerCase(Locale.ROOT));
                json.writeStringField("reason", e.reason());
            });
        } else if (event instanceof RunEvent.WorkersChanged e) {
            lines.object("workers", "", json -> json.writeNumberField("workers", e.workers()));
        } else if (event instanceof RunEvent.Throttled e) {
            lines.object("throttled", "", json -> {
                json.writeStringField("source", e.source());
                json.writeStringField("reason", e.reason());
            });
        }
    }

    private void failed(RunEvent.Failed e) {
        Failure failure = Failure.of(e.why());
        lines.object(e.retryAt() > 0 ? "retrying" : "failed", e.user(), json -> {
            JsonFields.failure(json, failure);
            json.writeBooleanField("transient", e.failureClass() == FailureClass.TRANSIENT);
            json.writeNumberField("attempt", e.attempt());
            retryAt(json, e.retryAt());
        });
    }

    private static void retryAt(JsonGenerator json, long at) throws IOException {
        if (at > 0) {
            json.writeStringField("retry_at", JsonLines.time(at));
        }
    }
}
