package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.CheckSides;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.RequiresDovecot;

/** {@code roost gate}, {@code rollback} and {@code retire}. */
@CheckSides.Shown
class AftercareCommandsTest {
    @TempDir
    private Path temp;
    private CapturedScreen captured = CapturedScreen.plain();
    private Path gate;

    @BeforeEach
    void gateFile() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        gate = Files.writeString(temp.resolve("gate"), "# mine\n");
        Files.setPosixFilePermissions(gate, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private int run(String... args) {
        captured = CapturedScreen.plain();
        return Roost.run(captured.screen(), args);
    }

    private static String entry(String user, String run, long expires) {
        return user + ":::::::userdb_tempfail userdb_reason=moved roost_host=elsewhere roost_pid=7 roost_run=" + run
                + " roost_closed=1700000000 roost_expires=" + expires + "\n";
    }

    @Test
    void gates() throws IOException {
        String option = "--gate=passwd-file:" + gate;
        assertEquals(0, run("gate", "list", option));
        assertEquals("Nobody is locked out.\n", captured.out());
        String stays = entry("bert", "0123abcd-1-2", 99_999_999_999L);
        Files.writeString(gate, "# mine\n" + entry("anna", "0123abcd-1-2", 1_700_000_600) + stays);
        assertEquals(0, run("gate", "list", option));
        assertTrue(captured.out().contains("anna"), captured.out());
        assertEquals(0, run("gate", "list", "--json", option));
        Map<String, Object> first = Json.lines(captured.out()).get(0);
        assertEquals("gate", first.get("type"));
        assertEquals("anna", first.get("user"));
        assertEquals("unknown", first.get("life"));
        assertEquals(0, run("gate", "lift-expired", option));
        assertTrue(captured.out().startsWith("Lifted: anna, closed since 2023-11-14T22:13:20Z by process 7 on elsewhere"), captured.out());
        assertEquals("# mine\n" + stays, Files.readString(gate));
        assertEquals(0, run("gate", "open", option, "bert"));
        assertEquals("# mine\n", Files.readString(gate));
        assertEquals(4, run("gate", "open", option, "bert"));
        Files.writeString(gate, "# mine\nbert:::::::userdb_tempfail roost_host=?\n");
        assertEquals(0, run("gate", "list", option));
        assertTrue(captured.err().contains("damaged at offset 7"), captured.err());
        assertEquals(0, run("gate", "open", option, "bert"));
        assertEquals("# mine\n", Files.readString(gate));
        assertEquals(2, run("gate", "open", option, "b:rt"));
        assertEquals(2, run("gate", "list"));
        assertEquals(2, run("gate", "list", "--gate=gate"));
        assertEquals(1, run("gate", "list", "--gate=passwd-file:/none/gate"));
        assertEquals(2, run("gate"));
        // a directory of a dict gate
        Path directory = Files.createDirectory(temp.resolve("gates"));
        assertEquals(0, run("gate", "list", "--gate=dict:" + directory));
        assertEquals("Nobody is locked out.\n", captured.out());
    }

    @Test
    @RequiresDovecot
    void aGateIsProvedForEachService() throws Exception {
        String userdb = "userdb {\n  driver = passwd-file\n  args = " + gate + "\n}\n";
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").before(userdb).start()) {
            List<String> check = List.of("check", "--dovecot-config=" + dovecot.config(), "--single-backend",
                    "--only=gate,userdb-protocol", "--json");
            String[] proof = with(check, "--gate=passwd-file:" + gate, "--gate-user=anna");
            assertEquals(2, run(with(check, "--gate-user=anna")));
            assertEquals(0, run(proof), () -> captured.out() + captured.err());
            seen();
            assertEquals(4, captured.out().lines().filter(l -> l.contains("is kept out")).count(), captured.out());
            assertEquals("# mine\n", Files.readString(gate));
            assertEquals(21, run(with(check, "--gate=passwd-file:" + gate, "--gate-user=nobody")), () -> captured.out());

            dovecot.stop();
            Path users = dovecot.config().resolveSibling("users");
            Files.writeString(dovecot.config(), "\nprotocol lmtp {\n" + userdb.replace(gate.toString(), users.toString()) + "}\n",
                    StandardOpenOption.APPEND);
            dovecot.start();
            assertEquals(20, run(proof), () -> captured.out() + captured.err());
            seen();
            List<String> unsafe = captured.out().lines().filter(l -> l.contains("\"severity\":\"unsafe\"")).toList();
            assertEquals(2, unsafe.size(), captured.out());
            assertTrue(unsafe.stream().anyMatch(l -> l.contains("first userdb of protocol lmtp")), captured.out());
            assertTrue(unsafe.stream().anyMatch(l -> l.contains("lmtp of user anna") && l.contains("is let in")), captured.out());
            assertEquals("# mine\n", Files.readString(gate));
            // nobody is locked out of half of it
            assertEquals(2, run("migrate", "--dovecot-config=" + dovecot.config(), "--state=" + temp.resolve("state"), "--single-backend",
                    "--cutover", "--gate=passwd-file:" + gate, "--switch=passwd-file:" + users, "anna"), () -> captured.err());
            assertTrue(captured.err().contains("the first userdb of protocol lmtp"), captured.err());
        }
    }

    private void seen() {
        Json.lines(captured.out()).stream().filter(f -> "finding".equals(f.get("type")))
                .forEach(f -> CheckSides.saw((String) f.get("severity"), (String) f.get("id")));
    }

    @Test
    @RequiresDovecot
    void backAndAway() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna")
                .before("userdb {\n  driver = passwd-file\n  args = " + gate + "\n}").start()) {
            Path home = dovecot.home("anna");
            dovecot.own(MaildirSample.of(home.resolve("Maildir"), 3, 5).write());
            String config = "--dovecot-config=" + dovecot.config();
            String state = "--state=" + temp.resolve("state");
            Path users = dovecot.config().resolveSibling("users");
            assertEquals(0, run("migrate", config, state, "--single-backend", "anna"), () -> captured.err());
            dovecot.setMail("anna", "mdbox:~/mdbox");
            try (ImapClient imap = dovecot.imap("anna")) {
                imap.append("INBOX", "", "Subject: new\r\n\r\nnew\r\n");
            }
            assertEquals(1, run("retire", config, state, "--older-than=14d", "--dry-run", "anna"));
            assertTrue(captured.err().contains("less than 336 hours ago"), captured.err());
            assertEquals(0, run("retire", config, state, "--older-than=0s", "--dry-run", "anna"), () -> captured.err());
            assertTrue(captured.out().contains("mails are in the mdbox, 0 were expunged"), captured.out());
            assertTrue(Files.exists(home.resolve("Maildir")));

            List<String> back = new ArrayList<>(List.of("rollback", config, state, "--single-backend", "--gate=passwd-file:" + gate,
                    "--switch=passwd-file:" + users));
            assertEquals(2, run(with(back.subList(0, 3), "anna")));
            assertEquals(4, run(with(List.of("rollback", config, "--state=" + temp + "/none", "--single-backend"), back.get(4), back.get(5),
                    "anna")));
            // somebody is still there: they are shown out
            ImapClient early = dovecot.imap("anna");
            assertEquals(0, run(with(back, "--json", "anna")), () -> captured.err());
            assertThrows(IOException.class, () -> early.command("NOOP"));
            assertEquals(List.of("rolled_back"), Json.lines(captured.out()).stream().map(o -> o.get("type")).toList());
            assertFalse(Files.exists(home.resolve("mdbox")));
            assertEquals("# mine\n", Files.readString(gate));
            assertFalse(Files.readString(users).contains("userdb_mail"));
            assertTrue(dovecot.doveadm("search", "-u", "anna", "header", "subject", "new").lines().size() > 0);
            assertEquals(0, run("status", state));
            assertTrue(captured.out().contains("rolled back"), captured.out());
            assertEquals(1, run("retire", config, state, "--older-than=0s", "anna"));
            assertTrue(captured.err().contains("userdb says that the mail is at maildir:"), captured.err());

            assertEquals(0, run("migrate", config, state, "--single-backend", "anna"), () -> captured.err());
            dovecot.setMail("anna", "mdbox:~/mdbox");
            assertEquals(0, run("retire", config, state, "--older-than=0s", "--json", "anna"), () -> captured.err());
            assertEquals("retired", Json.lines(captured.out()).get(0).get("type"));
            assertFalse(Files.exists(home.resolve("Maildir")));
            assertTrue(Files.exists(home.resolve(".roost-trash")));
            assertEquals(1, run(with(back, "anna")));
            assertTrue(captured.err().contains("it may be in a trash directory of roost retire"), captured.err());
            assertEquals("# mine\n", Files.readString(gate));
        }
    }

    private static String[] with(List<String> args, String... more) {
        List<String> all = new ArrayList<>(args);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
