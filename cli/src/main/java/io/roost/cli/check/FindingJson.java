package io.roost.cli.check;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.cli.screen.JsonLines;
import io.roost.preflight.Finding;
import io.roost.preflight.Severity;

/** Findings for scripts: an object of type {@code finding} each, then one of type {@code checked}. */
public final class FindingJson {
    private final JsonLines lines;

    public FindingJson(JsonLines lines) {
        this.lines = lines;
    }

    /** @param exitCode how the command will end */
    public void write(List<Finding> findings, int exitCode) {
        findings.forEach(finding -> lines.object("finding", "", json -> fields(json, finding)));
        lines.object("checked", "", json -> {
            for (Severity severity : Severity.values()) {
                json.writeNumberField(word(severity), findings.stream().filter(f -> f.severity() == severity).count());
            }
            json.writeNumberField("exit_code", exitCode);
        });
    }

    private static void fields(JsonGenerator json, Finding finding) throws IOException {
        json.writeStringField("id", finding.id());
        json.writeStringField("severity", word(finding.severity()));
        json.writeStringField("looked_at", finding.lookedAt());
        json.writeStringField("found", finding.found());
        json.writeStringField("expected", finding.expected());
        json.writeStringField("why", finding.why());
        json.writeStringField("remedy", finding.remedy());
        if (finding.hint().isEmpty()) {
            json.writeNullField("hint");
            return;
        }
        json.writeObjectFieldStart("hint");
        json.writeStringField("file", finding.hint().get().file());
        json.writeStringField("text", finding.hint().get().text());
        json.writeEndObject();
    }

    private static String word(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }
}
