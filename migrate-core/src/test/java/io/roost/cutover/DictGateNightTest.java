package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.gate.DictGate;
import io.roost.gate.RunIdentity;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** A whole night with the gate of samples/cutover that acts at once, clients knocking all the time. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(180)
class DictGateNightTest {
    private static final Path SAMPLES = Path.of("../samples/cutover");
    private static final long KNOCK_MILLIS = 20;

    @TempDir
    Path temp;
    private volatile boolean ends;

    @Test
    void clientsAreRefusedOnceAndThenFindTheMdbox() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path directory = Files.createDirectory(temp.resolve("gate"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path settings = Files.writeString(temp.resolve("roost-gate.conf.ext"),
                Files.readString(SAMPLES.resolve("roost-gate.conf.ext")).replace("/var/lib/roost/gate", directory.toString()));
        Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-r--r--"));
        String sample = Files.readString(SAMPLES.resolve("gate-dict.conf")).replace("/etc/dovecot", temp.toString());
        try (DirectorCluster cluster = DirectorCluster.with().users("anna").gate(sample).start();
                CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"),
                        probes -> new DictGate(directory.toString(), probes, RunIdentity.current(), Clock.systemUTC()))) {
            MaildirSample.of(cluster.home("anna").resolve("Maildir"), 3, 40).write();
            cluster.own(cluster.home("anna"));
            bench.run("anna", Mode.PREPARE);
            try (LmtpClient lmtp = cluster.lmtp()) {
                lmtp.deliver("anna", "Subject: since then\n\nx\n");
            }
            List<String> before = ShownMails.of(CutoverBench.here(cluster), "anna");

            List<String> answers = Collections.synchronizedList(new ArrayList<>());
            List<String> byDirector = Collections.synchronizedList(new ArrayList<>());
            List<Thread> clients = List.of(new Thread(() -> knock(cluster, CutoverBench.here(cluster), answers)),
                    new Thread(() -> knock(cluster, cluster.director(), byDirector)));
            clients.forEach(Thread::start);
            try {
                awaitMore(answers, 3);
                awaitMore(byDirector, 3);
                // However slow all of this is: somebody has met the gate.
                bench.onReached = state -> {
                    while (state == UserState.QUIET && answers.stream().allMatch(String::isEmpty)) {
                        pause();
                    }
                };
                bench.run("anna", Mode.CUT_OVER);
                awaitMore(answers, 3);
                awaitMore(byDirector, 3);
            } finally {
                ends = true;
                for (Thread client : clients) {
                    client.join();
                }
            }

            assertEquals(List.of("in", "out", "in"), turns(answers), answers::toString);
            assertTrue(answers.stream().anyMatch(answer -> answer.contains("[UNAVAILABLE] Your mailbox is being moved")),
                    answers::toString);
            // A director tries again by itself, once a second and three times: usually all is over then.
            assertTrue(Set.of(List.of("in"), List.of("in", "out", "in")).contains(turns(byDirector)), byDirector::toString);
            assertTrue(Files.readString(cluster.usersFile()).contains("userdb_mail=" + CutoverBench.MDBOX));
            assertEquals(before, ShownMails.of(CutoverBench.here(cluster), "anna"));
            assertEquals(UserState.DONE, bench.store.user("anna").orElseThrow().state());
            assertEquals(1, bench.cutovers().size());
            try (Stream<Path> left = Files.list(directory)) {
                assertEquals(List.of(), left.filter(file -> !file.endsWith(".roost-lock")).toList());
            }
        }
    }

    /** In, out, in: those who were let in and those who were not, one after the other. */
    private static List<String> turns(List<String> answers) {
        List<String> turns = new ArrayList<>();
        for (String answer : answers) {
            String turn = answer.isEmpty() ? "in" : "out";
            if (turns.isEmpty() || !turns.get(turns.size() - 1).equals(turn)) {
                turns.add(turn);
            }
        }
        return turns;
    }

    /** Logs in again and again; an empty text for each time when that went well, else why not. */
    private void knock(DirectorCluster cluster, DovecotNode node, List<String> answers) {
        while (!ends) {
            try (ImapClient imap = cluster.imap(node, "anna")) {
                answers.add("");
            } catch (IOException e) {
                answers.add(String.valueOf(e.getMessage()));
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(KNOCK_MILLIS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitMore(List<String> answers, int more) {
        int enough = answers.size() + more;
        while (answers.size() < enough) {
            pause();
        }
    }
}
