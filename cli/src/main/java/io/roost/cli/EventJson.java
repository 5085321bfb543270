package io.roost.cli;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.cli.screen.JsonLines;
import io.roost.migrate.Event;
import io.roost.migrate.MonthCounts;

/** Writes events as JSON Lines. {@code copying} and {@code verifying} come at most once a second for each user. */
final class EventJson implements Event.Sink {
    private static final long PAUSE_NANOS = 1_000_000_000L;

    private final JsonLines lines;
    private final LongSupplier nanoTime;
    /** When users were told of last; those of whom there is more to come. */
    private final Map<String, Long> told = new HashMap<>();

    /** @param nanoTime as {@link System#nanoTime} */
    EventJson(JsonLines lines, LongSupplier nanoTime) {
        this.lines = lines;
        this.nanoTime = nanoTime;
    }

    @Override
    public void event(Event event) {
        if (event instanceof Event.Started e) {
            lines.object("started", e.user(), json -> {
                JsonFields.path(json, "source", e.source());
                JsonFields.path(json, "target", e.target());
                json.writeNumberField("resumed_mails", e.resumedMails());
            });
        } else if (event instanceof Event.Scanned e) {
            lines.object("scanned", e.user(), json -> {
                json.writeNumberField("mailboxes", e.mailboxes());
                json.writeNumberField("mails", e.mails());
                json.writeNumberField("bytes", e.bytes());
            });
        } else if (event instanceof Event.Copying e) {
            if (due(e.user(), e.mailsDone() >= e.mailsTotal())) {
                lines.object("copying", e.user(), json -> {
                    json.writeNumberField("mails_done", e.mailsDone());
                    json.writeNumberField("mails_total", e.mailsTotal());
                    json.writeNumberField("bytes_done", e.bytesDone());
                    json.writeNumberField("bytes_total", e.bytesTotal());
                });
            }
        } else if (event instanceof Event.Verifying e) {
            if (due(e.user(), e.mailsDone() >= e.mailsTotal())) {
                lines.object("verifying", e.user(), json -> {
                    json.writeNumberField("mails_done", e.mailsDone());
                    json.writeNumberField("mails_total", e.mailsTotal());
                });
            }
        } else if (event instanceof Event.Reached e) {
            lines.object("reached", e.user(), json -> json.writeStringField("state", JsonFields.id(e.state())));
        } else if (event instanceof Event.Problem e) {
            lines.object("problem", e.user(), json -> JsonFields.problem(json, e.problem()));
        } else if (event instanceof Event.Compared e) {
            lines.object("compared", e.user(), json -> {
                months(json, "source", e.source());
                months(json, "target", e.target());
                json.writeNumberField("undated", e.source().undated());
            });
        } else if (event instanceof Event.CutOver e) {
            lines.object("cut_over", e.user(), json -> {
                json.writeNumberField("lock_out_seconds", e.lockOutMillis() / 1000.0);
                json.writeNumberField("work_seconds", e.workMillis() / 1000.0);
            });
        } else if (event instanceof Event.BroughtOver e) {
            lines.object("brought_over", e.user(), json -> JsonFields.path(json, "path", e.path()));
        } else if (event instanceof Event.SourceChanged e) {
            lines.object("source_changed", e.user(), json -> json.writeNumberField("attempt", e.attempt()));
        }
        // Done and Failed are left to whoever gets the result or catches the exception
    }

    private boolean due(String user, boolean last) {
        long now = nanoTime.getAsLong();
        Long before = told.get(user);
        if (!last && before != null && now - before < PAUSE_NANOS) {
            return false;
        }
        told.put(user, now);
        return true;
    }

    /** There will be no more of this user for now. */
    void end(String user) {
        told.remove(user);
    }

    private static void months(JsonGenerator json, String name, MonthCounts counts) throws IOException {
        Map<String, Long> months = new LinkedHashMap<>();
        counts.forEach((month, mails) -> months.put(month.toString(), mails));
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, Long> month : months.entrySet()) {
            json.writeNumberField(month.getKey(), month.getValue());
        }
        json.writeEndObject();
    }
}
