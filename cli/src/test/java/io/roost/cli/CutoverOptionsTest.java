package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** The night as an administrator commands it. */
@Timeout(180)
class CutoverOptionsTest {
    @TempDir
    private Path temp;
    private CapturedScreen captured = CapturedScreen.plain();

    private int run(String... args) {
        captured = CapturedScreen.plain();
        List<String> all = new ArrayList<>(List.of("migrate", "--state=" + temp.resolve("state")));
        all.addAll(List.of(args));
        return Roost.run(captured.screen(), all.toArray(String[]::new));
    }

    private void refused(String expected, String... args) {
        assertEquals(2, run(args), captured::err);
        assertTrue(captured.err().contains(expected), captured::err);
        assertTrue(Files.notExists(temp.resolve("state")));
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        refused("stay with Maildir", "anna");
        refused("exclude each other", "--single-backend", "--director=/d", "anna");
        refused("exclude each other", "--single-backend", "--prepare", "--cutover", "anna");
        refused("--mine asks the director", "--single-backend", "--mine", "anna");
        refused("--cutover needs --gate", "--single-backend", "--cutover", "anna");
        refused("--cutover needs --switch", "--single-backend", "--cutover", "--gate=passwd-file:/g", "anna");
        refused("are for --cutover", "--single-backend", "--prepare", "--gate=passwd-file:/g", "anna");
        refused("are for --cutover", "--single-backend", "--postpone-cutover-file=/p", "anna");
        refused("expected an absolute path", "--single-backend", "--cutover", "--gate=passwd-file:/g", "--switch-hook=/h",
                "--postpone-cutover-file=p", "anna");
    }

    @Test
    @RequiresDovecot
    @Requires(Requires.Ability.ROOT)
    void aWholeNight() throws Exception {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna", "bert", "carl", "dora")
                .directorConfig("director_user_kick_delay = 1s").start()) {
            DovecotNode b1 = cluster.backends().get(0);
            for (String user : List.of("anna", "bert", "carl", "dora")) {
                MaildirSample.of(cluster.home(user).resolve("Maildir"), 3, 3).write();
                cluster.own(cluster.home(user));
                DovecotNode backend = user.equals("carl") ? cluster.backends().get(1) : b1;
                cluster.director().doveadm("director", "move", user, backend.ip()).succeeded();
            }
            Path names = Files.writeString(temp.resolve("names"), "anna\nbert\ncarl\ndora\nemil\nfred\ngina\nhans\n");
            String[] night = {"--dovecot-config=" + b1.config(), "--director=/nonexistent," + cluster.adminAddress(), "--here=" + b1.ip(),
                "--mine"};
            assertEquals(0, run(with(night, "--prepare", "anna")), captured::err);
            assertTrue(captured.out().startsWith("anna: prepared: "), captured::out);
            assertTrue(captured.out().contains("nobody has an mdbox yet"), captured::out);
            assertFalse(Files.exists(cluster.home("anna").resolve("mdbox")));
            // what Roost takes for the director's hash is asked of the director
            assertEquals(2, run(with(night, "--prepare", "--director-username-hash=x%Lu", "--users-file=" + names)), captured::err);
            assertTrue(captured.err().contains("makes another hash of"), captured::err);
            String[] cutover = with(night, "--cutover", "--gate=passwd-file:" + cluster.gateFile(),
                    "--switch=passwd-file:" + cluster.usersFile(), "--json", "anna", "bert", "carl");
            // accepted before, and delivered to the Maildir when the user is let in to the mdbox
            LmtpClient early = cluster.lmtp(b1);
            assertTrue(early.recipient("bert").startsWith("250"));
            CompletableFuture<String> first = later(() -> {
                while (!Files.readString(cluster.usersFile()).matches("(?s).*bert:[^\n]*mdbox.*")
                        || Files.size(cluster.gateFile()) > 0) {
                    Thread.sleep(20);
                }
                try (early) {
                    return early.data("Subject: older\n\nx\n");
                }
            });
            assertEquals(1, run(cutover), captured::err);
            assertTrue(first.get().startsWith("250"));
            List<Map<String, Object>> lines = Json.lines(captured.out());
            assertEquals(2, lines.stream().filter(l -> l.get("type").equals("cut_over")).count(), captured::out);
            Map<String, Object> failed = lines.stream().filter(l -> l.get("type").equals("failed")).findFirst().orElseThrow();
            assertEquals("carl", failed.get("user"));
            assertEquals("elsewhere", failed.get("kind"));
            Map<String, Object> summary = lines.get(lines.size() - 1);
            assertTrue(summary.get("lock_out").toString().contains("users=2"), summary::toString);
            assertTrue(Files.readString(cluster.usersFile()).contains("userdb_mail=mdbox:~/mdbox"));
            assertEquals("", Files.readString(cluster.gateFile()));
            // the userdb leads to the mdbox by now, and there is nothing left to do
            assertEquals(0, run(with(night, "--cutover", "--gate=passwd-file:" + cluster.gateFile(),
                    "--switch=passwd-file:" + cluster.usersFile(), "anna")), captured::err);
            // published for somebody else to switch, who has not: what lies there is old
            String[] dora = with(new String[] {night[0], night[1], night[2]}, "dora");
            assertEquals(0, run(dora), captured::err);
            assertEquals(2, run(with(dora, "--cutover", "--gate=passwd-file:" + cluster.gateFile(), "--switch=passwd-file:"
                    + cluster.usersFile())), captured::err);
            assertTrue(captured.err().contains("uses the Maildir, still or again"), captured::err);
            // another mdbox than the one that is in use would leave what is there behind
            assertEquals(2, run(with(night, "--cutover", "--to=mdbox:~/other", "--gate=passwd-file:" + cluster.gateFile(),
                    "--switch=passwd-file:" + cluster.usersFile(), "anna")), captured::err);
            assertTrue(captured.err().contains("which is not the mdbox to be"), captured::err);
            assertEquals(2, run(with(night, "--cutover", "--from=maildir:~/old", "--to=mdbox:~/other", "--gate=passwd-file:"
                    + cluster.gateFile(), "--switch=passwd-file:" + cluster.usersFile(), "anna")), captured::err);
            assertTrue(captured.err().contains("would be left behind"), captured::err);
            // by now mdbox is what everybody has unless the userdb says something else
            for (DovecotNode backend : cluster.backends()) {
                backend.stop();
                Files.writeString(backend.config(), "\nmail_location = mdbox:~/mdbox\n", StandardOpenOption.APPEND);
                backend.start();
            }
            // back: shown out wherever they are, also past the director on the other backend
            ImapClient director = cluster.imap("anna");
            ImapClient past = cluster.imap(cluster.backends().get(1), "anna");
            try {
                assertTrue(director.command("LIST \"\" *").size() > 5);
                past.command("SELECT INBOX");
                captured = CapturedScreen.plain();
                // and a delivery whose recipient is accepted before ends after the userdb was switched back
                LmtpClient late = cluster.lmtp(b1);
                assertTrue(late.recipient("anna").startsWith("250"));
                CompletableFuture<String> delivered = later(() -> {
                    try (late) {
                        while (Files.readString(cluster.usersFile()).matches("(?s).*anna:[^\n]*mdbox.*")) {
                            Thread.sleep(20);
                        }
                        return late.data("Subject: late\n\nx\n");
                    }
                });
                assertEquals(0, Roost.run(captured.screen(), "rollback", "--state=" + temp.resolve("state"), night[0], night[1], night[2],
                        "--gate=passwd-file:" + cluster.gateFile(), "--switch=passwd-file:" + cluster.usersFile(), "anna"), captured::err);
                assertTrue(delivered.get().startsWith("250"));
                assertThrows(IOException.class, () -> director.command("NOOP"));
                assertThrows(IOException.class, () -> past.command("NOOP"));
            } finally {
                director.drop();
                past.drop();
            }
            assertTrue(captured.err().contains("anna: brought back 1 mail that came late"), captured::err);
            assertEquals(1, b1.doveadm("search", "-u", "anna", "subject", "late").succeeded().text().lines().count());
            assertEquals(1, b1.doveadm("search", "-u", "bert", "subject", "older").succeeded().text().lines().count());
            assertTrue(Files.notExists(cluster.home("anna").resolve("mdbox")));
            assertTrue(Files.readString(cluster.usersFile()).contains("userdb_mail=maildir:" + cluster.home("anna") + "/Maildir"));
            try (ImapClient imap = cluster.imap("anna")) {
                assertTrue(imap.command("LIST \"\" *").size() > 5);
            }
        }
    }

    private static CompletableFuture<String> later(Callable<String> what) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return what.call();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    private static String[] with(String[] some, String... more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
