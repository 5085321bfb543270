package io.roost.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.maildir.SourceProblem;
import io.roost.migrate.Mismatch;
import io.roost.migrate.Result;
import io.roost.posix.ByteString;

/** Parts that several JSON documents have in common. {@code docs/scripting.md} describes them. */
final class JsonFields {
    private JsonFields() {
    }

    /** A path as text; {@code NAME_base64} beside it holds the bytes where the text is not exact. */
    static void path(JsonGenerator json, String name, String bytes) throws IOException {
        String text = ByteString.toText(bytes);
        json.writeStringField(name, text);
        if (!ByteString.ofText(text).equals(bytes)) {
            json.writeBinaryField(name + "_base64", ByteString.toBytes(bytes));
        }
    }

    /** The fields of a problem, without braces. */
    static void problem(JsonGenerator json, SourceProblem problem) throws IOException {
        json.writeStringField("kind", problem.kind().id());
        json.writeStringField("severity", id(problem.kind().severity()));
        json.writeStringField("mailbox", problem.mailbox());
        path(json, "path", problem.path());
        json.writeStringField("detail", problem.detail());
        json.writeStringField("remedy", problem.kind().remedy());
    }

    static void problems(JsonGenerator json, String name, List<SourceProblem> problems) throws IOException {
        json.writeArrayFieldStart(name);
        for (SourceProblem problem : problems) {
            json.writeStartObject();
            problem(json, problem);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void mismatch(JsonGenerator json, Mismatch mismatch) throws IOException {
        json.writeStartObject();
        json.writeStringField("mailbox", mismatch.mailbox());
        json.writeNumberField("uid", mismatch.uid());
        path(json, "file", mismatch.file());
        json.writeStringField("what", mismatch.what());
        json.writeStringField("expected", mismatch.expected());
        json.writeStringField("found", mismatch.found());
        json.writeEndObject();
    }

    static void result(JsonGenerator json, Result result) throws IOException {
        json.writeNumberField("mailboxes", result.mailboxes());
        json.writeNumberField("mails", result.mails());
        json.writeNumberField("bytes", result.bytes());
        json.writeNumberField("seconds", result.millis() / 1000.0);
        json.writeNumberField("copied_mails", result.copiedMails());
        json.writeNumberField("shared_mails", result.sharedMails());
        json.writeNumberField("vanished_mails", result.vanished());
        json.writeNumberField("data_files", result.dataFiles());
        json.writeBooleanField("already_done", result.alreadyDone());
        problems(json, "skipped", result.skipped());
        problems(json, "problems", result.notes());
    }

    static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /** A failed user or command. */
    static void failure(JsonGenerator json, Failure failure) throws IOException {
        json.writeStringField("kind", failure.kind());
        json.writeStringField("reason", failure.message());
        json.writeNumberField("exit_code", failure.code().number());
        problems(json, "problems", failure.problems());
    }

    /** The identifier of an enum constant: lower case. */
    static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
