package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.migrate.Event;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.DovecotPrograms;
import io.roost.testing.LmtpClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** A Roost that is killed where the next one must find out what had happened. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(300)
class KilledCutoverTest {
    @TempDir
    Path temp;

    private static DirectorCluster cluster(String... users) throws IOException {
        DirectorCluster cluster = DirectorCluster.with().users(users).directorConfig("director_user_kick_delay = 1s").start();
        for (String user : users) {
            MaildirSample.of(cluster.home(user).resolve("Maildir"), 5, 3).write();
            cluster.own(cluster.home(user));
        }
        return cluster;
    }

    /** Killed with the mdbox in place, and then somebody else decides what is in force. */
    @Test
    void switchedByHandAfterPublished() throws Exception {
        try (DirectorCluster cluster = cluster("anna", "bert", "carl", "dora")) {
            DovecotNode b1 = CutoverBench.here(cluster);
            Map<String, String> stops = new LinkedHashMap<>();
            Map<String, List<String>> before = new LinkedHashMap<>();
            for (String user : List.of("anna", "bert", "carl", "dora")) {
                before.put(user, ShownMails.of(b1, user));
                stops.put(user, UserState.PUBLISHED.name());
            }
            NightProcess.kill(cluster, temp.resolve("state"), stops, temp.resolve("out").toFile());
            cluster.setMail("bert", "maildir:~/Maildir");
            cluster.setMail("carl", "maildir:~/Maildir");
            cluster.setMail("dora", "sdbox:~/elsewhere");
            try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
                for (String user : List.of("anna", "bert", "carl")) {
                    CutoverUnderLoadTest.deliver(cluster, user, "to the Maildir");
                }
                // by the global setting, not by the userdb
                for (DovecotNode backend : cluster.backends()) {
                    backend.stop();
                    Files.writeString(backend.config(), "\nmail_location = mdbox:~/mdbox\n", StandardOpenOption.APPEND);
                    backend.start();
                }
                // what comes now is in the mdbox alone
                CutoverUnderLoadTest.deliver(cluster, "anna", "to the mdbox");
                assertEquals(before.get("anna").size() + 1, ShownMails.of(b1, "anna").size());
                bench.run("anna", Mode.CUT_OVER);
                assertTrue(bench.events.stream().anyMatch(Event.BroughtOver.class::isInstance));
                assertEquals(UserState.DONE, bench.store.user("anna").orElseThrow().state());
                assertShown(before.get("anna"), b1, "anna", "to the Maildir", "to the mdbox");

                // nobody has seen it: written anew
                bench.run("bert", Mode.CUT_OVER);
                assertShown(before.get("bert"), b1, "bert", "to the Maildir");
                assertTrue(b1.doveadm("user", "-f", "mail", "bert").succeeded().text().startsWith("mdbox:"));

                // at a third place: nothing is decided
                MigrationException third = assertThrows(MigrationException.class, () -> bench.run("dora", Mode.CUT_OVER));
                assertTrue(third.getMessage().contains("neither the Maildir"), third::getMessage);
                assertTrue(Files.isDirectory(cluster.home("dora").resolve("mdbox/storage")));

                // somebody has, though Dovecot does not lead there: who knows?
                Path mdbox = cluster.home("carl").resolve("mdbox");
                b1.doveadm("-o", "mail=mdbox:~/mdbox", "mailbox", "create", "-u", "carl", "Made by hand").succeeded();
                for (int i = 0; i < 2; i++) {
                    MigrationException e = assertThrows(MigrationException.class, () -> bench.run("carl", Mode.CUT_OVER));
                    assertEquals(Kind.TARGET, e.kind(), e::getMessage);
                    assertTrue(e.getMessage().contains("somebody has written to it since"), e::getMessage);
                }
                assertTrue(Files.isDirectory(mdbox.resolve("mailboxes/Made by hand")));
                assertEquals("", Files.readString(cluster.gateFile()));
                Files.move(mdbox, mdbox.resolveSibling("mdbox.old"));
                bench.run("carl", Mode.CUT_OVER);
                assertShown(before.get("carl"), b1, "carl", "to the Maildir");
                assertEquals(List.of(), bench.complaints);
            }
        }
    }

    /** {@code kill -9} while the switch is undone, since a delivery from before has come to the Maildir behind it. */
    @Test
    void killedWhileTheSwitchIsUndone() throws Exception {
        Map<String, String> stops = Map.of("anna", NightProcess.REVERTING, "bert", NightProcess.REVERTED, "carl", NightProcess.TAKEN_BACK);
        try (DirectorCluster cluster = cluster("anna", "bert", "carl")) {
            DovecotNode b1 = CutoverBench.here(cluster);
            Map<String, List<String>> before = new LinkedHashMap<>();
            for (String user : stops.keySet()) {
                before.put(user, ShownMails.of(b1, user));
            }
            NightProcess.kill(cluster, temp.resolve("state"), stops, temp.resolve("out").toFile());
            try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
                assertEquals("", Files.readString(cluster.gateFile()));
                for (String user : stops.keySet()) {
                    CutoverUnderLoadTest.deliver(cluster, user, "between");
                }
                for (String user : stops.keySet()) {
                    bench.run(user, Mode.CUT_OVER);
                    assertEquals(UserState.DONE, bench.store.user(user).orElseThrow().state(), user);
                    assertShown(before.get(user), b1, user, "late", "between");
                    try (var files = Files.list(cluster.home(user))) {
                        assertEquals(2, files.count(), "Maildir and mdbox, nothing else");
                    }
                }
                assertEquals(List.of(), bench.complaints);
                assertEquals("", Files.readString(cluster.gateFile()));
            }
        }
    }

    /** {@code kill -9} right after a late mail was imported, before that is recorded; and the user has put the mail elsewhere. */
    @Test
    @Tag("soak")
    void killedAfterAnImport() throws Exception {
        killedAroundAnImport("anna", "after", "move", "-u", "anna", "Sent", "mailbox", "INBOX", "subject", "late");
    }

    /** The user has read it and does not want it any more: it does not come again. */
    @Test
    void killedAfterAnImportOfWhatIsExpungedSince() throws Exception {
        killedAroundAnImport("anna", "after", "expunge", "-u", "anna", "mailbox", "INBOX", "subject", "late");
    }

    @Test
    @Tag("soak")
    void killedBeforeAnImport() throws Exception {
        killedAroundAnImport("bert", "before");
    }

    /** The import outlives whoever began it, and is slow. */
    @Test
    @Tag("soak")
    @Requires(Requires.Ability.STRACE)
    void killedDuringAnImport() throws Exception {
        killedAroundAnImport("carl", "during");
    }

    private void killedAroundAnImport(String user, String when, String... since) throws Exception {
        Path bin = Files.createDirectory(temp.resolve("bin"));
        Path script = bin.resolve("doveadm");
        String doveadm = DovecotPrograms.doveadm().toString();
        Files.writeString(script, """
                #!/bin/sh
                case " $* " in
                *" import -u anna "*) %1$s "$@" || exit; echo after >>%2$s; kill -9 $PPID; exit;;
                *" import -u bert "*) echo before >>%2$s; kill -9 $PPID; exit;;
                *" import -u carl "*) if [ ! -e %2$s ]; then echo during >>%2$s; kill -9 $PPID
                    strace -f -o /dev/null -e trace=pwrite64,write,pwritev,writev -e inject=pwrite64,write,pwritev,writev:delay_enter=700000 %1$s "$@"
                    echo ended >>%2$s; exit; fi;;
                esac
                exec %1$s "$@"
                """.formatted(doveadm, temp.resolve("killed")));
        assertTrue(script.toFile().setExecutable(true));
        try (DirectorCluster cluster = cluster(user)) {
            DovecotNode b1 = CutoverBench.here(cluster);
            List<String> before = ShownMails.of(b1, user);
            try (LmtpClient lmtp = cluster.lmtp(b1)) {
                assertTrue(lmtp.recipient(user).startsWith("250"));
                Process process = NightProcess.start(cluster, temp.resolve("state"), Map.of(user, "DONE"),
                        Map.of("PATH", bin + ":" + System.getenv("PATH")), temp.resolve("out").toFile());
                while (!Files.readString(cluster.usersFile()).matches("(?s).*" + user + ":[^\n]*mdbox.*")
                        || !Files.readString(cluster.gateFile()).isEmpty()) {
                    assertTrue(process.isAlive(), () -> "it ended");
                    Thread.sleep(20);
                }
                assertTrue(lmtp.data("Subject: late\n\nx\n").startsWith("250"));
                lmtp.drop();
                int ended = process.waitFor();
                assertEquals(NightProcess.HALTED, ended, Files.readString(temp.resolve("out")));
            }
            assertEquals(when, Files.readAllLines(temp.resolve("killed")).get(0), Files.readString(temp.resolve("out")));
            if (since.length > 0) {
                assertEquals(1, ShownMails.withSubject(b1, user, "late").size());
                b1.doveadm(since).succeeded();
            }
            try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
                bench.run(user, Mode.CUT_OVER);
                assertEquals(UserState.DONE, bench.store.user(user).orElseThrow().state());
                assertEquals(List.of(), bench.complaints);
            }
            while (when.equals("during") && Files.readAllLines(temp.resolve("killed")).size() < 2) {
                Thread.sleep(50);
            }
            assertShown(before, b1, user, List.of(since).contains("expunge") ? new String[0] : new String[] {"late"});
            try (var files = Files.list(cluster.home(user))) {
                assertEquals(2, files.count(), "Maildir and mdbox, nothing else");
            }
        }
        assertFalse(Files.readString(temp.resolve("out")).contains("Exception"));
    }

    /** What was there, and one mail of each of these subjects. */
    private static void assertShown(List<String> before, DovecotNode backend, String user, String... more) throws IOException {
        List<String> now = ShownMails.of(backend, user);
        for (String subject : more) {
            assertEquals(1, now.stream().filter(l -> l.endsWith("\t" + subject)).count(), () -> user + " " + subject + ": " + now);
        }
        assertEquals(before, now.stream().filter(l -> List.of(more).stream().noneMatch(subject -> l.endsWith("\t" + subject))).toList());
    }
}
