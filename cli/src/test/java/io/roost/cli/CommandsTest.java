package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.SampleMail;

/** The commands as they are, on Maildirs in a temporary directory, without Dovecot. */
class CommandsTest {
    @TempDir
    private Path temp;
    private CapturedScreen captured;

    @BeforeEach
    void sample() throws IOException {
        MaildirSample.of(temp.resolve("anna/Maildir"), 1, 5).write();
    }

    /** Runs a command on users below the temporary directory. */
    private ExitCode run(String command, String... more) {
        captured = CapturedScreen.plain();
        List<String> args = new ArrayList<>(List.of(command));
        if (!command.equals("status")) {
            args.addAll(List.of("--no-dovecot", "--home=" + temp + "/%u", "--from=maildir:~/Maildir"));
        }
        if (command.equals("migrate") || command.equals("status")) {
            args.add("--state=" + temp.resolve("state"));
        }
        args.addAll(List.of(more));
        int number = Roost.run(captured.screen(), args.toArray(String[]::new));
        return List.of(ExitCode.values()).stream().filter(c -> c.number() == number).findFirst().orElseThrow();
    }

    private void damage() throws IOException {
        // root reads everything, so a mode would not do
        Files.createSymbolicLink(temp.resolve("anna/Maildir/cur/1500000000.M1P1.link:2,S"), temp.resolve("anna"));
        Files.createDirectory(temp.resolve("anna/Maildir/.Work/cur/1500000000.M2P1.directory:2,S"));
    }

    @Test
    void planShowsEverythingAndWritesNothing() throws IOException {
        List<String> before = MaildirBuilder.fingerprint(temp);
        assertEquals(ExitCode.DONE, run("plan", "anna"), () -> captured.err());
        assertTrue(captured.out().contains("\nWork/Übung "), captured.out());
        assertTrue(captured.out().contains("\nReady: "), captured.out());
        captured.outLines().forEach(line -> assertTrue(line.length() < 80 || !line.contains(" "), line));
        assertEquals(ExitCode.DONE, run("plan", "--json", "anna"));
        assertEquals(1, captured.outLines().size());
        assertEquals(true, Json.object(captured.out()).get("clean"));
        assertEquals(ExitCode.DONE, run("migrate", "--dry-run", "anna"));
        assertEquals(before, MaildirBuilder.fingerprint(temp), "not a byte, not a time, and no state directory");
    }

    @Test
    void planNamesLosses() throws IOException {
        damage();
        assertEquals(ExitCode.OBSTACLES, run("plan", "anna"));
        assertTrue(captured.out().contains("LOSS symlink, 1"), captured.out());
        assertTrue(captured.out().contains("LOSS not-a-file, 1"), captured.out());
        assertTrue(captured.out().contains("Not ready: 2 things"), captured.out());
    }

    @Test
    void migrateThenVerifyThenStatus() throws IOException {
        List<String> before = MaildirBuilder.fingerprint(temp.resolve("anna/Maildir"));
        assertEquals(ExitCode.DONE, run("migrate", "--single-backend", "anna"), () -> captured.err());
        assertTrue(captured.out().startsWith("anna: "), captured.out());
        assertTrue(captured.err().contains("anna: published\n"), captured.err());
        assertTrue(Files.isDirectory(temp.resolve("anna/mdbox/storage")));

        assertEquals(ExitCode.DONE, run("verify", "anna"));
        assertTrue(captured.out().contains("\nEqual: "), captured.out());
        assertEquals(ExitCode.DONE, run("verify", "--files", "--json", "anna"));
        List<Map<String, Object>> lines = Json.lines(captured.out());
        Map<String, Object> report = lines.get(lines.size() - 1);
        assertEquals(true, report.get("equal"));
        long files = lines.stream().filter(l -> "file".equals(l.get("type")) && "migrated".equals(l.get("fate"))).count();
        assertEquals(report.get("mails"), files);

        assertEquals(ExitCode.DONE, run("status"));
        assertTrue(captured.out().contains("1 user: 1 done"), captured.out());
        assertEquals(ExitCode.DONE, run("status", "anna"));
        assertTrue(captured.out().contains("日本/東京"), captured.out());
        assertEquals(ExitCode.NOTHING_TO_DO, run("status", "bert"));
        assertEquals(before, MaildirBuilder.fingerprint(temp.resolve("anna/Maildir")));
    }

    @Test
    void eventsOfAMigrationForScripts() {
        assertEquals(ExitCode.DONE, run("migrate", "--single-backend", "--json", "anna"));
        List<Map<String, Object>> lines = Json.lines(captured.out());
        List<Object> types = lines.stream().map(l -> l.get("type")).filter(t -> !"problem".equals(t)).toList();
        assertEquals("started", types.get(0));
        assertEquals("scanned", types.get(1));
        assertEquals(List.of("done", "summary"), types.subList(types.size() - 2, types.size()));
        assertEquals(List.of("copied", "finished", "verified", "published", "done"),
                lines.stream().filter(l -> "reached".equals(l.get("type"))).map(l -> l.get("state")).toList());
        assertEquals("", captured.err());
        assertEquals(0L, lines.get(lines.size() - 1).get("exit_code"));
        assertEquals(ExitCode.DONE, run("migrate", "--single-backend", "--json", "anna"));
        assertEquals(true, Json.lines(captured.out()).get(0).get("already_done"));
    }

    @Test
    void lossesRefuseTheUserUnlessToldToSkip() throws IOException {
        damage();
        assertEquals(ExitCode.FAILED, run("migrate", "--single-backend", "anna"));
        assertTrue(captured.err().contains("FAILED: anna: "), captured.err());
        assertFalse(Files.exists(temp.resolve("anna/mdbox")));
        assertEquals(ExitCode.FAILED, run("migrate", "--single-backend", "--json", "anna"));
        Map<String, Object> failed = Json.lines(captured.out()).stream().filter(l -> "failed".equals(l.get("type"))).findFirst()
                .orElseThrow();
        assertEquals("source", failed.get("kind"));
        assertEquals(ExitCode.DONE, run("migrate", "--single-backend", "--skip-unreadable", "--quiet", "anna"));
        assertTrue(captured.out().contains("Not carried over, 2"), captured.out());
        assertTrue(captured.out().contains("cur/1500000000.M1P1.link:2,S"), captured.out());
        assertTrue(captured.out().contains("cur/1500000000.M2P1.directory:2,S"), captured.out());
        assertEquals("", captured.err());
        run("verify", "anna");
        assertTrue(captured.out().contains("  rejected                     2"), captured.out());
        run("verify", "--files", "anna");
        assertTrue(captured.out().contains("rejected   INBOX  0  cur/1500000000.M1P1.link:2,S  is a symbolic link"),
                captured.out());
        assertTrue(captured.out().contains("rejected   Work  0  cur/1500000000.M2P1.directory:2,S  is a directory"),
                captured.out());
    }

    @Test
    void oneUsersFailureDoesNotStopTheOthers() throws IOException {
        MaildirSample.of(temp.resolve("carl/Maildir"), 2, 1).write();
        assertEquals(ExitCode.FAILED, run("migrate", "--single-backend", "anna", "bert", "carl", "anna"));
        assertTrue(captured.out().contains("3 users: 2 done, 1 failed"), captured.out());
        assertTrue(captured.out().contains("\nfailed: bert\n"), captured.out());
        assertTrue(Files.isDirectory(temp.resolve("carl/mdbox")));
    }

    @Test
    void aDifferenceIsFound() throws IOException {
        assertEquals(ExitCode.DONE, run("migrate", "--single-backend", "anna"));
        MaildirBuilder more = MaildirBuilder.in(temp.resolve("more"));
        more.mailbox("INBOX").add(SampleMail.of("Subject: late\n\nlate\n").base("1800000000.M1P1.late").delivered());
        Path late = more.write().resolve("new/1800000000.M1P1.late,S=20,W=23");
        Files.copy(late, temp.resolve("anna/Maildir/new/1800000000.M1P1.late"));
        assertEquals(ExitCode.MISMATCH, run("verify", "anna"));
        assertTrue(captured.out().contains("  missing"), captured.out());
        assertTrue(captured.out().contains("DIFFERENT: "), captured.out());
        assertEquals(ExitCode.MISMATCH, run("verify", "--json", "anna"));
        assertEquals(false, Json.lines(captured.out()).get(Json.lines(captured.out()).size() - 1).get("equal"));
    }

    @Test
    void nothingThereIsSaidClearly() {
        assertEquals(ExitCode.FAILED, run("plan", "nobody"));
        assertEquals(1, captured.errLines().size(), captured.err());
        assertTrue(captured.err().contains(temp + "/nobody/Maildir"), captured.err());
        assertEquals(ExitCode.FAILED, run("verify", "anna"));
        assertTrue(captured.err().contains("there is no mdbox of anna"), captured.err());
        assertEquals(ExitCode.NOTHING_TO_DO, run("status"));
        assertTrue(captured.err().contains("there is no checkpoint store"), captured.err());
        assertFalse(Files.exists(temp.resolve("state")));
    }

    @Test
    void aStateDirectoryThatCannotBeUsed() throws IOException {
        Files.createDirectory(temp.resolve("state"));
        Files.writeString(temp.resolve("state/data.mdb"), "not LMDB".repeat(2_000));
        assertEquals(ExitCode.STATE_UNUSABLE, run("migrate", "--single-backend", "anna"));
        assertEquals(1, captured.errLines().size(), captured.err());
        assertEquals(ExitCode.STATE_UNUSABLE, run("status"));
    }
}
