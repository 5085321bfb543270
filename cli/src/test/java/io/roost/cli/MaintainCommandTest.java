package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** Maintenance through a real director of two real backends. */
class MaintainCommandTest {
    @TempDir
    private Path temp;
    private CapturedScreen captured = CapturedScreen.plain();

    private int run(String... args) {
        captured = CapturedScreen.plain();
        return Roost.run(captured.screen(), args);
    }

    @Test
    void whereItRunsMustBeSaid() {
        assertEquals(2, run("maintain", "purge", "anna"));
        assertTrue(captured.err().contains("two backends"), captured.err());
        assertEquals(2, run("maintain", "purge", "--single-backend", "--on-director", "anna"));
        assertEquals(2, run("maintain", "altmove", "--single-backend", "anna"));
        assertEquals(2, run("maintain", "purge", "--single-backend", "--query=all", "anna"));
        assertEquals(2, run("maintain", "polish", "--single-backend", "anna"));
        assertEquals(2, run("maintain", "purge", "--single-backend", "--workers=0", "anna"));
        assertEquals(2, run("maintain", "purge", "--server=nowhere", "anna"));
    }

    @Test
    @RequiresDovecot
    @Requires(Requires.Ability.ROOT)
    void eachUserOnTheirOwnBackend() throws Exception {
        List<String> users = List.of("anna", "bert", "carl", "dora", "emil");
        try (DirectorCluster cluster = DirectorCluster.with().users(users.toArray(String[]::new))
                .backendConfig("mail_debug = yes\n").start()) {
            DovecotNode first = cluster.backends().get(0);
            String config = "--dovecot-config=" + first.config();
            String server = "--server=" + cluster.director().ip() + ":" + DirectorCluster.DOVEADM_PORT;
            List<String> args = new ArrayList<>(List.of("maintain", "purge", config, server, "--workers=2"));
            args.addAll(users);
            assertEquals(0, run(args.toArray(String[]::new)), () -> captured.err());
            assertEquals(new HashSet<>(users), new HashSet<>(captured.outLines().stream().map(l -> l.split(":")[0]).toList()));
            Set<String> seen = new HashSet<>();
            for (String user : users) {
                DovecotNode home = cluster.backendOf(user);
                seen.add(home.ip());
                for (DovecotNode backend : cluster.backends()) {
                    assertEquals(backend.ip().equals(home.ip()), logOf(backend).contains("," + user + ")"), user + " on " + backend.ip());
                }
            }
            assertTrue(seen.size() <= 2);
            assertEquals(1, run("maintain", "index", config, server, "--json", "--max-per-minute=6000", "anna", "nobody"));
            assertTrue(captured.out().contains("\"type\":\"maintained\""), captured.out());
            assertTrue(captured.out().contains("\"type\":\"failed\""), captured.out());
            assertEquals(0, run("maintain", "altmove", config, server, "--query=savedbefore 1d", "anna"), () -> captured.err());
            back(cluster);
        }
    }

    /** There and back on the backend where the director has the user, while mail comes through the director. */
    private void back(DirectorCluster cluster) throws Exception {
        DovecotNode here = cluster.backendOf("bert");
        Path home = cluster.home("bert");
        cluster.own(MaildirSample.of(home.resolve("Maildir"), 5, 3).write());
        String config = "--dovecot-config=" + here.config();
        String state = "--state=" + temp.resolve("state");
        assertEquals(0, run("migrate", config, state, "--single-backend", "bert"), () -> captured.err());
        cluster.setMail("bert", "mdbox:~/mdbox");
        List<String> rollback = List.of("rollback", config, state, "--director=" + cluster.adminAddress(),
                "--gate=passwd-file:" + cluster.gateFile(), "--switch=passwd-file:" + cluster.usersFile(),
                "bert");
        List<String> args = new ArrayList<>(rollback);
        assertEquals(2, run(args.toArray(String[]::new)));
        assertTrue(captured.err().contains("--here"), captured.err());
        args.add("--here=" + here.ip());
        assertEquals(0, run(args.toArray(String[]::new)), () -> captured.err());
        assertEquals(here, cluster.backendOf("bert"));
        assertTrue(here.doveadm("user", "-f", "mail", "bert").text().startsWith("maildir:"));
        assertEquals("", Files.readString(cluster.gateFile()));
        assertTrue(Files.notExists(home.resolve("mdbox")));
    }

    private static String logOf(DovecotNode node) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String name : List.of("error.log", "info.log")) {
            Path log = node.config().resolveSibling(name);
            all.append(Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "");
        }
        return all.toString();
    }
}
