package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.Requires;
import io.roost.testing.SampleMail;
import io.roost.testing.SmallFileSystem;

/** Runs in which something goes wrong for some users: a clear error for each of them, and the others are done. */
class TroubledRunTest {
    @TempDir
    private Path temp;

    private void maildir(String user, int mails) throws IOException {
        MaildirBuilder maildir = MaildirBuilder.in(temp.resolve(user).resolve("Maildir"));
        for (int i = 0; i < mails; i++) {
            maildir.mailbox("INBOX").add(SampleMail.of("Subject: " + i + "\n\n" + (user + " " + i + "\n").repeat(100)));
        }
        maildir.write();
    }

    private String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("migrate", "--json", "--single-backend", "--no-dovecot", "--home=" + temp + "/%u",
                "--from=maildir:~/Maildir", "--state=" + temp.resolve("state"), "--workers=2", "--retries=0"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    @Test
    @Requires(Requires.Ability.MOUNT)
    void someUsersTroublesAreNotTheOthers() throws Exception {
        List<String> users = new ArrayList<>(List.of("gone", "full", "readonly"));
        IntStream.range(0, 8).forEach(i -> users.add("fine" + i));
        try (SmallFileSystem full = SmallFileSystem.ofBytes(temp.resolve("full"), 2 << 20);
                SmallFileSystem readOnly = SmallFileSystem.ofBytes(temp.resolve("readonly"), 4 << 20)) {
            for (String user : users) {
                maildir(user, user.equals("gone") ? 400 : 20);
            }
            full.fill();
            readOnly.remount("ro");
            Thread thief = new Thread(() -> takeAwayOnceBegun("gone"));
            thief.start();
            CapturedScreen captured = CapturedScreen.plain();
            List<String> more = new ArrayList<>(List.of("--max-mails-per-second=200", "--report=" + temp.resolve("report.html")));
            more.addAll(users);
            assertEquals(ExitCode.FAILED.number(), Roost.run(captured.screen(), arguments(more.toArray(String[]::new))), captured::err);
            thief.join();

            Map<String, String> reasons = new TreeMap<>();
            List<String> done = new ArrayList<>();
            Map<String, Object> summary = null;
            for (Map<String, Object> line : Json.lines(captured.out())) {
                switch ((String) line.get("type")) {
                    case "failed" -> reasons.put((String) line.get("user"), line.get("kind") + ": " + line.get("reason"));
                    case "done" -> done.add((String) line.get("user"));
                    case "summary" -> summary = line;
                    default -> { }
                }
            }
            assertEquals(8, done.size(), done::toString);
            assertEquals(List.of("full", "gone", "readonly"), List.copyOf(reasons.keySet()));
            assertTrue(reasons.get("full").startsWith("no_space: ") && reasons.get("full").contains("bytes free"), reasons::toString);
            assertTrue(reasons.get("gone").contains(temp + "/gone/Maildir"), reasons::toString);
            assertTrue(reasons.get("readonly").contains("read-only") || reasons.get("readonly").contains("Read-only"), reasons::toString);
            assertEquals(8L, summary.get("done"));
            assertEquals(3L, summary.get("failed"));
            assertEquals(0L, summary.get("not_started"));
            String page = Files.readString(temp.resolve("report.html"));
            for (String user : reasons.keySet()) {
                assertTrue(page.contains(user), user);
            }
            assertEquals(List.of(), stagingOf("full"));
        }
        // The source is back: the same command ends it.
        Files.move(temp.resolve("gone/elsewhere"), temp.resolve("gone/Maildir"));
        CapturedScreen again = CapturedScreen.plain();
        assertEquals(0, Roost.run(again.screen(), arguments("gone")), again::err);
        assertEquals(List.of(), stagingOf("gone"));
    }

    private void takeAwayOnceBegun(String user) {
        Path home = temp.resolve(user);
        try {
            while (!Files.exists(home.resolve(".mdbox.roost/storage"))) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            Files.move(home.resolve("Maildir"), home.resolve("elsewhere"));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> stagingOf(String user) throws IOException {
        try (Stream<Path> entries = Files.list(temp.resolve(user))) {
            return entries.map(path -> path.getFileName().toString()).filter(name -> name.startsWith(".mdbox")).toList();
        }
    }

    @Test
    void aStoreThatWasTruncatedEndsTheRunBeforeItBegins() throws Exception {
        maildir("anna", 20);
        maildir("bert", 20);
        assertEquals(0, Roost.run(CapturedScreen.plain().screen(), arguments("anna")));
        try (RandomAccessFile store = new RandomAccessFile(temp.resolve("state/data.mdb").toFile(), "rw")) {
            store.setLength(store.length() / 2);
        }
        CapturedScreen captured = CapturedScreen.plain();
        assertEquals(ExitCode.STATE_UNUSABLE.number(), Roost.run(captured.screen(), arguments("anna", "bert")), captured::err);
        assertTrue(captured.err().contains(temp.resolve("state").toString()), captured.err());
        assertFalse(Files.exists(temp.resolve("bert/mdbox")));
        assertTrue(Files.exists(temp.resolve("anna/mdbox/storage/m.1")));
    }
}
