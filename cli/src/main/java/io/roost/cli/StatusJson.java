package io.roost.cli;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.cli.screen.JsonLines;

/** Status for scripts: an object of type {@code status} for each user, then a {@code summary}. */
final class StatusJson implements StatusOutput {
    private final JsonLines lines;
    private final Map<UserState, Long> states = new EnumMap<>(UserState.class);

    StatusJson(JsonLines lines) {
        this.lines = lines;
    }

    @Override
    public void user(UserRecord user) {
        states.merge(user.state(), 1L, Long::sum);
        lines.object("status", user.name(), json -> fields(json, user));
    }

    @Override
    public void end(String store) {
        lines.object("summary", "", json -> {
            json.writeStringField("store", store);
            json.writeNumberField("users", states.values().stream().mapToLong(n -> n).sum());
            json.writeObjectFieldStart("states");
            for (UserState state : UserState.values()) {
                json.writeNumberField(JsonFields.id(state), states.getOrDefault(state, 0L));
            }
            json.writeEndObject();
        });
    }

    @Override
    public void details(UserRecord user, List<MailboxRecord> mailboxes, List<String> problems) {
        lines.object("status", user.name(), json -> {
            fields(json, user);
            json.writeArrayFieldStart("mailboxes");
            for (MailboxRecord mailbox : mailboxes) {
                json.writeStartObject();
                json.writeStringField("name", mailbox.displayName());
                json.writeNumberField("mails", mailbox.mails());
                json.writeEndObject();
            }
            json.writeEndArray();
            JsonFields.strings(json, "problems", problems);
        });
    }

    private static void fields(JsonGenerator json, UserRecord user) throws IOException {
        json.writeStringField("state", JsonFields.id(user.state()));
        json.writeNumberField("mailboxes_total", user.mailboxes());
        json.writeNumberField("mails_placed", user.mailsPlaced());
        json.writeNumberField("mails_total", user.mailsTotal());
        json.writeNumberField("bytes_placed", user.bytesPlaced());
        json.writeNumberField("bytes_total", user.bytesTotal());
        time(json, "started", user.started());
        time(json, "updated", user.updated());
        time(json, "finished", user.finished());
        json.writeStringField("error", user.error());
    }

    private static void time(JsonGenerator json, String name, long unixMillis) throws IOException {
        if (unixMillis == 0) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, JsonLines.time(unixMillis));
        }
    }
}
