package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** One user's night with a real director and two real backends. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(180)
class NightTest {
    private static DirectorCluster cluster;
    private static DovecotNode b1;

    @TempDir
    Path temp;

    @BeforeAll
    static void start() throws IOException {
        cluster = DirectorCluster.with().users("anna", "bert", "carl", "dora", "emil", "fred", "gina", "hans", "ida")
                .directorConfig("director_user_kick_delay = 1s").start();
        b1 = CutoverBench.here(cluster);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    private static void sample(String user, int mails) throws IOException {
        MaildirSample.of(cluster.home(user).resolve("Maildir"), 3, mails).write();
        cluster.own(cluster.home(user));
    }

    private static String usersLine(String user) throws IOException {
        return Files.readAllLines(cluster.usersFile()).stream().filter(l -> l.startsWith(user + ":")).findFirst().orElseThrow();
    }

    @Test
    void aUserWhoIsOnlineMovesOver() throws Exception {
        sample("anna", 10);
        List<String> before = ShownMails.of(b1, "anna");
        ImapClient online = cluster.imap("anna");
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            online.command("SELECT INBOX");
            bench.run("anna", Mode.CUT_OVER);
            assertThrows(IOException.class, () -> online.command("NOOP"));
            assertTrue(usersLine("anna").endsWith("userdb_mail=" + CutoverBench.MDBOX), () -> "switched");
            assertEquals("", Files.readString(cluster.gateFile()));
            assertEquals(before, ShownMails.of(b1, "anna"));
            assertEquals(UserState.DONE, bench.store.user("anna").orElseThrow().state());
            assertEquals(1, bench.cutovers().size());
            try (ImapClient again = cluster.imap("anna"); LmtpClient lmtp = cluster.lmtp()) {
                lmtp.deliver("anna", "Subject: after\n\nx\n");
                assertTrue(again.command("SELECT INBOX").stream().anyMatch(l -> l.endsWith(" EXISTS")));
            }
            assertEquals(before.size() + 1, ShownMails.of(b1, "anna").size());
        } finally {
            online.drop();
        }
    }
}
