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
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Runs over several users, as the command line asks for them. */
class ManyUsersTest {
    private static final List<String> USERS = List.of("anna", "bert", "carl", "dora", "emil", "fred");

    @TempDir
    private Path temp;
    private CapturedScreen captured = CapturedScreen.plain();

    @BeforeEach
    void maildirs() throws IOException {
        for (String user : USERS) {
            MaildirBuilder maildir = MaildirBuilder.in(temp.resolve(user).resolve("Maildir"));
            for (int i = 0; i < 30; i++) {
                maildir.mailbox("INBOX").add(SampleMail.of("Subject: " + user + i + "\n\ntext\n"));
            }
            maildir.write();
        }
    }

    private int run(String command, String... more) {
        captured = CapturedScreen.plain();
        List<String> args = new ArrayList<>(List.of(command, "--state=" + temp.resolve("state")));
        if (command.equals("migrate")) {
            args.addAll(List.of("--no-dovecot", "--single-backend", "--home=" + temp + "/%u", "--from=maildir:~/Maildir"));
        }
        args.addAll(List.of(more));
        return Roost.run(captured.screen(), args.toArray(String[]::new));
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.write(temp.resolve(name), List.of(lines));
    }

    private List<String> migrated() {
        return USERS.stream().filter(user -> Files.exists(temp.resolve(user).resolve("mdbox"))).toList();
    }

    @Test
    void usersComeFromFilesAndPatternsAndOthersAreLeftOut() throws Exception {
        Path users = file("users", "anna", "bert", "carl", "anna", "# nobody");
        Path excluded = file("excluded", "bert");
        assertEquals(0, run("migrate", "--users-file=" + users, "--exclude-file=" + excluded, "emil", "fred", "--match=?n*", "--match=[x]*",
                "--match=f*"), captured::err);
        assertEquals(List.of("anna", "fred"), migrated());
        assertEquals(4, run("migrate", "--users-file=" + users, "--match=z*"));
        assertTrue(captured.err().contains("nothing to do"), captured.err());
        assertEquals(2, run("migrate"));
        assertTrue(captured.err().contains("no users"), captured.err());
        assertEquals(2, run("migrate", "--users-file=" + file("bad", "anna", "a/b")));
        assertTrue(captured.err().contains("bad:2: "), captured.err());
    }

    @Test
    void aDryRunOfManyAddsUpAndWritesNothing() throws Exception {
        List<String> before = MaildirBuilder.fingerprint(temp);
        assertEquals(0, run("migrate", "--dry-run", "anna", "bert", "carl", "dora", "emil", "fred"), captured::err);
        assertEquals(before, MaildirBuilder.fingerprint(temp));
        assertTrue(captured.out().contains("emil: ready, 1 mailbox, 30 mails"), captured.out());
        assertTrue(captured.out().contains("6 users: 6 ready, 0 not ready"), captured.out());
        assertTrue(captured.out().contains("180 mails"), captured.out());
        assertEquals(0, run("migrate", "--dry-run", "--json", "anna", "bert"), captured::err);
        List<Map<String, Object>> lines = Json.lines(captured.out());
        assertEquals(List.of("plan", "plan", "plan_total"), lines.stream().map(line -> line.get("type")).toList());
        assertEquals(60L, lines.get(2).get("mails"));
        assertEquals(2L, lines.get(2).get("clean"));
        Files.delete(temp.resolve("bert/Maildir/cur").resolve(Files.list(temp.resolve("bert/Maildir/cur")).findFirst().orElseThrow()));
        Files.createSymbolicLink(temp.resolve("bert/Maildir/cur/1.link:2,S"), temp.resolve("users"));
        assertEquals(5, run("migrate", "--dry-run", "--json", "anna", "bert"));
        assertEquals(1L, Json.lines(captured.out()).get(2).get("clean"));
    }

    @Test
    void theWindowEndsTheRunAndResumeGoesOn() {
        // 180 mails at 100 a second do not fit in half a second
        assertEquals(8, run("migrate", "--max-duration=500ms", "--max-mails-per-second=100", "--workers=2",
                "--users-file=" + usersFile()), captured::err);
        assertTrue(migrated().size() < USERS.size());
        assertTrue(captured.out().contains("left for the next run"), captured.out());
        assertEquals(0, run("resume", "--max-duration=1h", "--max-mails-per-second=100000"), captured::err);
        assertEquals(USERS, migrated());
        assertEquals(4, run("resume"));
    }

    private Path usersFile() {
        try {
            return file("users", USERS.toArray(String[]::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anUnfinishedRunOfOtherSettingsIsRefusedUnlessTold() throws Exception {
        assertEquals(8, run("migrate", "--max-duration=300ms", "--max-mails-per-second=50", "--users-file=" + usersFile()));
        assertEquals(2, run("migrate", "--to=mdbox:~/other", "--users-file=" + usersFile()));
        assertTrue(captured.err().contains("to: then mdbox:~/mdbox, now mdbox:~/other") && captured.err().contains("--restart"),
                captured.err());
        assertEquals(2, run("migrate", "--skip-unreadable", "--users-file=" + usersFile()));
        // Where nothing is published yet another target is possible only from the beginning.
        assertEquals(0, run("migrate", "--to=mdbox:~/other", "--restart", "--users-file=" + usersFile()), captured::err);
        for (String user : USERS) {
            assertTrue(Files.exists(temp.resolve(user).resolve("other/storage/m.1")), user);
            assertFalse(Files.exists(temp.resolve(user).resolve(".mdbox.roost")), user);
        }
        // It is finished: other settings are nobody's surprise now.
        assertEquals(0, run("migrate", "--skip-unreadable", "--to=mdbox:~/other", "anna"), captured::err);
    }

    @Test
    void continueGoesOnWithOtherSettings() throws Exception {
        assertEquals(8, run("migrate", "--max-duration=300ms", "--max-mails-per-second=50", "--users-file=" + usersFile()));
        assertEquals(0, run("migrate", "--skip-unreadable", "--continue", "--users-file=" + usersFile()), captured::err);
        assertEquals(USERS, migrated());
    }

    @Test
    void asManyFailuresAsAllowedEndTheRun() throws Exception {
        for (String user : USERS.subList(0, 4)) {
            Files.createDirectories(temp.resolve(user).resolve("mdbox/storage"));
        }
        assertEquals(1, run("migrate", "--errors-max=2", "--workers=1", "--json", "--users-file=" + usersFile()));
        Map<String, Object> summary = Json.lines(captured.out()).stream().filter(l -> "summary".equals(l.get("type"))).findFirst()
                .orElseThrow();
        assertEquals(2L, summary.get("failed"));
        assertEquals(4L, summary.get("not_started"));
    }

    @Test
    @RequiresDovecot
    void allAreThoseWhomDovecotLists() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert", "zoe").start()) {
            for (String user : List.of("anna", "bert", "zoe")) {
                MaildirSample.of(dovecot.home(user).resolve("Maildir"), 1, 2).write();
                dovecot.own(dovecot.home(user));
            }
            String[] all = {"migrate", "--single-backend", "--dovecot-config=" + dovecot.config(), "--state="
                    + temp.resolve("state"), "--all",
                "--match=*e*"};
            assertEquals(0, Roost.run(captured.screen(), all), captured::err);
            assertTrue(Files.exists(dovecot.home("bert").resolve("mdbox")) && Files.exists(dovecot.home("zoe").resolve("mdbox")));
            assertFalse(Files.exists(dovecot.home("anna").resolve("mdbox")));
        }
    }
}
