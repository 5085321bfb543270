package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.MaildirSample;

/** {@code roost migrate} with the files that it keeps about a run, on real Maildirs. */
class RecordOptionsTest {
    @TempDir
    private Path temp;
    private CapturedScreen captured;

    private int migrate(String... more) {
        captured = CapturedScreen.plain();
        List<String> args = new ArrayList<>(List.of("migrate", "--no-dovecot", "--single-backend", "--home=" + temp + "/%u",
                "--from=maildir:~/Maildir", "--state=" + temp.resolve("state")));
        args.addAll(List.of(more));
        return Roost.run(captured.screen(), args.toArray(String[]::new));
    }

    @Test
    void aRunLeavesPageMetricsAndLog() throws Exception {
        MaildirSample.of(temp.resolve("anna/Maildir"), 1, 5).write();
        MaildirSample.of(temp.resolve("bert/Maildir"), 2, 5).write();
        Files.createDirectory(temp.resolve("bert/Maildir/cur/1500000000.M2P1.directory:2,S"));
        Path page = temp.resolve("run.html");
        Path metrics = temp.resolve("run.prom");
        Path log = temp.resolve("run.log");

        assertEquals(1, migrate("--skip-unreadable", "--report=" + page, "--metrics-file=" + metrics, "--log-file=" + log,
                "--retries=0", "anna", "bert", "nobody"), () -> captured.err());

        String html = Files.readString(page);
        for (String text : List.of("1 of 3\u00a0users failed.", "there is no Maildir at " + temp + "/nobody/Maildir",
                "1500000000.M2P1.directory", "left out, as --skip-unreadable says",
                "<th scope=\"row\">--retries</th><td>0</td>")) {
            assertTrue(html.contains(text), () -> text + " in " + html);
        }
        assertTrue(html.contains("The same number of mails in every month"), html);
        String numbers = Files.readString(metrics);
        assertTrue(numbers.contains("\nroost_users{state=\"done\"} 2\n")
                && numbers.contains("\nroost_users{state=\"failed\"} 1\n")
                && numbers.contains("\nroost_mails_rejected 1\n") && numbers.contains("\nroost_run_exit_code 1\n"), numbers);
        String lines = Files.readString(log);
        assertTrue(lines.contains("WARN  bert: not carried over: not-a-file: INBOX: ")
                && lines.contains("ERROR nobody: failed (source)")
                && lines.endsWith("INFO  run: ended with exit code 1\n"), lines);
    }

    @Test
    void whatCannotBeWrittenIsAMistakeOfTheCommandLine() throws Exception {
        MaildirSample.of(temp.resolve("anna/Maildir"), 1, 5).write();
        for (String option : List.of("--report=" + temp + "/no/run.html", "--metrics-file=" + temp + "/no/run.prom",
                "--metrics-file=" + temp + "/run.txt", "--log-file=" + temp + "/no/run.log")) {
            assertEquals(2, migrate(option, "anna"), option);
            assertTrue(captured.err().contains(option.substring(option.indexOf('=') + 1)), captured.err());
        }
        assertFalse(Files.exists(temp.resolve("anna/mdbox")), "nothing was begun");
    }
}
