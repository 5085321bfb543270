package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.migrate.Event;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** Sessions that knew where the mail is before the gate closed, and come to it when the user has moved. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(180)
class SlowLoginTest {
    @TempDir
    Path temp;

    private static DirectorCluster.Builder cluster() {
        return DirectorCluster.with().users("anna").directorConfig("director_user_kick_delay = 1s");
    }

    private static void sample(DirectorCluster cluster) throws IOException {
        MaildirSample.of(cluster.home("anna").resolve("Maildir"), 3, 3).write();
        cluster.own(cluster.home("anna"));
    }

    /** Dovecot runs a program of the site between authentication and session, and that takes its time. */
    @Test
    void aProgramAfterTheLogin() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path go = temp.resolve("go");
        Path held = temp.resolve("held");
        Path script = Files.writeString(temp.resolve("script"), "#!/bin/sh\n[ $USER = anna ] && : >" + held + "\nwhile [ ! -e " + go
                + " ]; do sleep 0.1; done\nexec \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (DirectorCluster cluster = cluster().backendConfig("service imap {\n  executable = imap post-login\n}\n"
                + "service post-login {\n  executable = script-login " + script + "\n  user = root\n  unix_listener post-login {\n  }\n}")
                .start()) {
            sample(cluster);
            DovecotNode b1 = CutoverBench.here(cluster);
            List<String> before = ShownMails.of(b1, "anna");
            CompletableFuture<Boolean> isAccepted = CompletableFuture.supplyAsync(() -> {
                try (ImapClient imap = cluster.imap(b1, "anna")) {
                    imap.append("INBOX", "", "Subject: late\r\n\r\nx\r\n");
                    return true;
                } catch (IOException e) {
                    return false;
                }
            });
            while (!Files.exists(held)) {
                assertTrue(!isAccepted.isDone(), "it was not held up");
                Thread.sleep(20);
            }
            try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
                bench.run("anna", Mode.CUT_OVER);
                Files.createFile(go);
                int late = isAccepted.get() ? 1 : 0;
                List<String> now = ShownMails.of(b1, "anna");
                assertEquals(late, now.stream().filter(line -> line.endsWith("\tlate")).count(), "accepted, and shown");
                assertEquals(before, now.stream().filter(line -> !line.endsWith("\tlate")).toList());
                assertEquals(List.of(), bench.complaints);
            }
        }
    }

    /** Whatever held it up: nobody stays at the Maildir. */
    @Test
    @Tag("soak")
    void aSessionAtTheMaildirBehindTheSwitch() throws Exception {
        try (DirectorCluster cluster = cluster().start(); CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            sample(cluster);
            DovecotNode b1 = CutoverBench.here(cluster);
            Process[] session = new Process[1];
            bench.onReached = state -> {
                if (state == UserState.RELEASED) {
                    try {
                        session[0] = imap(cluster, b1);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };
            try {
                bench.run("anna", Mode.CUT_OVER);
                assertTrue(session[0].waitFor(60, TimeUnit.SECONDS), "it stays");
            } finally {
                session[0].destroyForcibly();
            }
            assertEquals(1, ShownMails.withSubject(b1, "anna", "late").size());
            assertTrue(bench.events.stream().anyMatch(Event.BroughtOver.class::isInstance));
            assertTrue(bench.complaints.toString().contains("still used the Maildir of anna after the switch"), bench.complaints::toString);
        }
    }

    /** An imap process at the old location that has taken a mail, and stays in the mailbox. */
    private static Process imap(DirectorCluster cluster, DovecotNode node) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/usr/lib/dovecot/imap", "-c", node.config().toString(), "-o",
                "mail=maildir:" + cluster.home("anna").resolve("Maildir"), "-u", "anna").redirectErrorStream(true);
        Process process = builder.start();
        OutputStream out = process.getOutputStream();
        out.write("a SELECT INBOX\r\nb APPEND INBOX {18+}\r\nSubject: late\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        StringBuilder said = new StringBuilder();
        for (int c; !said.toString().contains("\nb ") && (c = process.getInputStream().read()) >= 0;) {
            said.append((char) c);
        }
        assertTrue(said.toString().contains("\nb "), said::toString);
        return process;
    }
}
