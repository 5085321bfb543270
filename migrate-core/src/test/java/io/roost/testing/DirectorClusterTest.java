package io.roost.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(120)
class DirectorClusterTest {
    @Test
    void mailComesAndGoesThroughTheDirector() throws IOException {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna", "bert").start()) {
            DovecotNode before = cluster.backendOf("anna");
            try (LmtpClient lmtp = cluster.lmtp()) {
                lmtp.deliver("anna", "Subject: one\n\nhello\n");
            }
            try (ImapClient imap = cluster.imap("anna"); Pop3Client pop3 = cluster.pop3("anna")) {
                assertTrue(imap.command("SELECT INBOX").contains("* 1 EXISTS"));
                assertEquals(1, pop3.uidl().size());
                List<String> who = before.doveadm("who", "-1").succeeded().lines();
                assertEquals(3, who.size(), who::toString);
                assertEquals(1, cluster.otherThan(before).doveadm("who", "-1").succeeded().lines().size());
            }
            DovecotNode other = cluster.otherThan(before);
            cluster.director().doveadm("director", "move", "anna", other.ip()).succeeded();
            assertEquals(other, cluster.backendOf("anna"));
            try (ImapClient imap = cluster.imap("anna")) {
                assertTrue(imap.command("SELECT INBOX").contains("* 1 EXISTS"));
                assertEquals(2, other.doveadm("who", "-1").succeeded().lines().size());
            }
            assertTrue(Files.isDirectory(cluster.home("anna").resolve("Maildir/cur")));
            cluster.assertLogsClean();
        }
    }
}
