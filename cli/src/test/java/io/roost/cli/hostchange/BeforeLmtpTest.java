package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.hostchange.MovingUsers.With;
import io.roost.testing.DovecotInstance;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** Deliveries to a user who is away and does not log in there: the program of the samples, in real Dovecots. */
@RequiresDovecot
@Requires(Ability.ROOT)
class BeforeLmtpTest {
    private static final String MAIL = "Subject: hello\r\n\r\nhello\r\n";

    @TempDir
    private Path temp;

    /** What the user sees here of a mail that came while they were elsewhere, without a login there. */
    private static List<String> seen(With with) throws IOException {
        try (MovingUsers site = new MovingUsers(with, true, "anna")) {
            DovecotNode here = site.cluster.backendOf("anna");
            try (ImapClient imap = site.cluster.imap("anna")) {
                imap.command("CREATE box");
                imap.append("box", "", MAIL);
            }
            try (ImapClient imap = site.cluster.imap("anna")) {
                assertEquals("* STATUS box (MESSAGES 1)", imap.command("STATUS box (MESSAGES)").get(0));
            }
            site.cluster.director().doveadm("director", "move", "anna", site.cluster.otherThan(here).ip()).succeeded();
            try (LmtpClient lmtp = site.cluster.lmtp()) {
                assertTrue(lmtp.deliver("anna+box", MAIL).startsWith("250"));
                assertTrue(lmtp.deliver("anna+made", MAIL).startsWith("250"));
            }
            site.cluster.director().doveadm("director", "move", "anna", here.ip()).succeeded();
            try (ImapClient imap = site.cluster.imap("anna")) {
                return List.of(imap.command("STATUS box (MESSAGES)").get(0), imap.command("LIST \"\" *").stream()
                        .filter(line -> line.startsWith("* LIST")).map(line -> line.replaceFirst(".* ", "")).sorted().toList()
                        .toString());
            } finally {
                site.cluster.assertLogsClean();
            }
        }
    }

    /** The gap that a post-login script leaves by itself. */
    @Test
    void withoutItTheMailIsNotSeen() throws IOException {
        assertEquals(List.of("* STATUS box (MESSAGES 1)", "[INBOX, box]"), seen(With.POST_LOGIN));
    }

    @Test
    void withItTheMailIsSeen() throws IOException {
        assertEquals(List.of("* STATUS box (MESSAGES 2)", "[INBOX, box, made]"), seen(With.POST_LOGIN_AND_LMTP));
    }

    @Test
    void flushesNeedNoSuchProgram() throws IOException {
        assertEquals(List.of("* STATUS box (MESSAGES 2)", "[INBOX, box, made]"), seen(With.FLUSH));
    }

    /** New users, unknown ones, ones who are locked out, and a list index that cannot be put right. */
    @Test
    void answersOfTheServer() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path roost = Launcher.script(temp.resolve("roost"), "exit 1");
        Path script = Launcher.postLogin(temp.resolve("postlogin.sh"), roost, "host=be1");
        Path memory = Files.createDirectory(temp.resolve("shm"));
        Path homes = Files.createDirectory(temp.resolve("homes"));
        for (Path path : List.of(memory, homes)) {
            Files.setAttribute(path, "unix:uid", 8);
            Files.setAttribute(path, "unix:gid", 8);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
        Path users = temp.resolve("users");
        StringBuilder lines = new StringBuilder();
        for (String user : List.of("new", "locked", "odd", "big@example.org")) {
            lines.append(user + "::8:8::" + homes + "/" + user + "::\n");
        }
        Files.writeString(users, lines + "a b::8:8::" + homes + "/a b::\n");
        Path gate = temp.resolve("gate");
        Files.writeString(gate, "locked:::::::userdb_tempfail userdb_reason=moved\n");
        String gateDb = "userdb {\n  driver = passwd-file\n  args = " + gate + "\n}\n";
        String config = "auth_username_chars =\nauth_cache_size = 10M\n" + Launcher.beforeLmtp(temp, script, homes.toString(),
                memory.toString());
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox:LISTINDEX=" + memory
                + "/%2.256Nu/%u/dovecot.list.index").before(gateDb + "userdb {\n  driver = passwd-file\n"
                + "  args = username_format=%u " + users + "\n}\n").config(config).start()) {
            // the first delivery makes the home, the second is the first one that has something to compare
            for (int i = 0; i < 3; i++) {
                assertTrue(dovecot.lmtp("new", MAIL).startsWith("250"));
                assertTrue(dovecot.lmtp("big@example.org", MAIL).startsWith("250"));
            }
            Path record = homes.resolve("new/mdbox/.lasthost");
            assertEquals("be1", Files.readAllLines(record).get(0));
            assertEquals(8, Files.getAttribute(record, "unix:uid"));
            // what auth remembers of the user does not keep it from asking the program
            Files.writeString(record, "be2\n");
            assertTrue(dovecot.lmtp("new", MAIL).startsWith("250"));
            assertEquals("be1", Files.readAllLines(record).get(0));
            assertEquals(List.of(), Launcher.runs(roost));
            assertEquals("550", answer(dovecot, "unknown"));
            assertEquals("451", answer(dovecot, "locked"));
            assertFalse(Files.exists(homes.resolve("locked")));
            assertEquals("451", answer(dovecot, "\"a b\""));
            assertTrue(dovecot.lmtp("odd", MAIL).startsWith("250"));
            Files.createDirectories(homes.resolve("odd/mdbox/.lasthost/in the way"));
            assertEquals("451", answer(dovecot, "odd"));
            assertTrue(dovecot.logLines().stream().anyMatch(
                    line -> line.endsWith("before-lmtp: the list index of odd is not put right")));
        }
    }

    private static String answer(DovecotInstance dovecot, String user) {
        IOException e = assertThrows(IOException.class, () -> dovecot.lmtp(user, MAIL));
        return e.getMessage().replaceFirst(".* with ([0-9]{3}).*", "$1");
    }
}
