package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

/** Signals, in processes of their own. */
class TerminationSignalsTest {
    @TempDir
    private Path temp;

    private List<String> arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("migrate", "--single-backend", "--no-dovecot",
                "--home=" + temp + "/%u", "--from=maildir:~/Maildir", "--state=" + temp.resolve("state")));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private Process start(List<String> arguments) throws IOException {
        // What a shell begins with & ignores SIGINT, and so does all that it starts.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT", "--default-signal=HUP",
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "--add-opens",
                "java.base/java.nio=ALL-UNNAMED", "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), "io.roost.cli.Roost"));
        command.addAll(arguments);
        return new ProcessBuilder(command).start();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalEndsSoftlyAndTheNextRunGoesOn(String signal, int exit) throws Exception {
        MaildirBuilder maildir = MaildirBuilder.in(temp.resolve("anna/Maildir"));
        for (int i = 0; i < 4_000; i++) {
            maildir.mailbox("INBOX").add(SampleMail.of("Subject: " + i + "\n\n" + "text\n".repeat(200)));
        }
        maildir.write();
        MaildirBuilder.in(temp.resolve("bert/Maildir")).mailbox("INBOX");
        Process process = start(arguments("--json", "--workers=1", "--max-mails-per-second=1000", "anna", "bert"));
        List<Map<String, Object>> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = out.readLine()) != null;) {
                lines.add(Json.object(line));
                if ("scanned".equals(lines.get(lines.size() - 1).get("type"))) {
                    // the shell's own kill: a bare machine has no other
                    assertEquals(0, new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid()).start().waitFor());
                }
            }
        }
        assertEquals(exit, process.waitFor());
        Map<String, Object> summary = lines.get(lines.size() - 1);
        assertEquals("summary", summary.get("type"));
        assertEquals(true, summary.get("interrupted"));
        assertEquals(2L, summary.get("not_started"));
        assertTrue(lines.stream().anyMatch(l -> "stopped".equals(l.get("type")) && "anna".equals(l.get("user"))),
                lines::toString);

        CapturedScreen captured = CapturedScreen.plain();
        assertEquals(0, Roost.run(captured.screen(), arguments("anna").toArray(String[]::new)), captured::err);
        assertTrue(captured.out().contains("4,000 mails"), captured.out());
    }

    @Test
    void withoutASignalNothingIsLeftBehind() {
        CapturedScreen captured = CapturedScreen.plain();
        try (TerminationSignals stop = new TerminationSignals(captured.screen(), () -> { })) {
            assertEquals(0, stop.exitCode());
        }
        assertEquals("", captured.err());
    }
}
