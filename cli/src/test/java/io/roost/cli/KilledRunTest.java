package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.RequiresDovecot;

/** A run over many users in a process that is killed with SIGKILL, again and again, at instants that are drawn by lot. */
@RequiresDovecot
class KilledRunTest {
    @TempDir
    private Path temp;

    @Test
    void killedFiveTimesOverTwelveUsers() throws Exception {
        killed(12, 5, 20_261_123);
    }

    @Test
    @Tag("soak")
    void killedFiftyTimesOverTwoHundredUsers() throws Exception {
        killed(200, 50, 7);
    }

    private void killed(int userCount, int kills, long seed) throws Exception {
        List<String> users = IntStream.range(0, userCount).mapToObj(i -> "user" + i).toList();
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users(users.toArray(String[]::new)).start()) {
            for (int i = 0; i < userCount; i++) {
                MaildirSample.of(dovecot.home(users.get(i)).resolve("Maildir"), i, 1 + i % 7).write();
                dovecot.own(dovecot.home(users.get(i)));
            }
            Path list = Files.write(temp.resolve("users"), users);
            Random random = new Random(seed);
            for (int kill = 0; kill < kills; kill++) {
                List<String> lines = runUntil(dovecot, list, 1 + random.nextInt(10 * userCount / kills), random.nextInt(15));
                assertEquals(List.of(), lines.stream().filter(line -> line.startsWith("{\"type\":\"failed\"")).toList());
            }
            CapturedScreen last = CapturedScreen.plain();
            assertEquals(0, Roost.run(last.screen(), "resume", "--state=" + temp.resolve("state")), last::err);
            CapturedScreen again = CapturedScreen.plain();
            assertEquals(0, Roost.run(again.screen(), arguments(dovecot, list, "state", "mdbox:~/mdbox")), again::err);
            Map<String, Object> summary = Json.lines(again.out()).stream().filter(l -> "summary".equals(l.get("type"))).findFirst()
                    .orElseThrow();
            assertEquals((long) userCount, summary.get("done"));
            assertEquals((long) userCount, summary.get("already_done"));

            CapturedScreen undisturbed = CapturedScreen.plain();
            assertEquals(0, Roost.run(undisturbed.screen(), arguments(dovecot, list, "other", "mdbox:~/undisturbed")), undisturbed::err);
            for (String user : users) {
                requireNoStaging(dovecot.home(user));
                MailboxView expected = MailboxView.at(dovecot, user, "mdbox:~/undisturbed", Ignoring.MAILBOX_GUID);
                MailboxView.assertSame(expected, MailboxView.at(dovecot, user, "mdbox:~/mdbox", Ignoring.MAILBOX_GUID));
            }
            dovecot.assertLogClean();
        }
    }

    private String[] arguments(DovecotInstance dovecot, Path list, String state, String target) {
        return new String[] {"migrate", "--json", "--single-backend", "--dovecot-config=" + dovecot.config(), "--from=maildir:~/Maildir",
            "--to=" + target, "--workers=3", "--users-file=" + list, "--state=" + temp.resolve(state)};
    }

    /** Kills it a moment after so many events; it may have come to its end before. */
    private List<String> runUntil(DovecotInstance dovecot, Path list, int events, int millis) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--add-opens", "java.base/java.nio=ALL-UNNAMED", "--add-opens",
                "java.base/sun.nio.ch=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), "io.roost.cli.Roost"));
        command.addAll(List.of(arguments(dovecot, list, "state", "mdbox:~/mdbox")));
        Process process = new ProcessBuilder(command).redirectError(temp.resolve("errors").toFile()).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line; (line = out.readLine()) != null;) {
                lines.add(line);
                // The users that are done already are told at once: they do not count.
                if (!line.contains("\"already_done\":true") && --events == 0) {
                    TimeUnit.MILLISECONDS.sleep(millis);
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        return lines;
    }

    private static void requireNoStaging(Path home) throws IOException {
        try (Stream<Path> entries = Files.list(home)) {
            List<Path> left = entries.filter(path -> path.getFileName().toString().startsWith(".")).toList();
            assertEquals(List.of(), left);
        }
    }
}
