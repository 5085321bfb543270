package io.roost.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** Another backend's doveadm port. */
@Timeout(120)
class DoveadmServerTest {
    private static final String READY = "+\n";

    /** Is ready, answers each command with one of these, and closes. */
    private static FakeDirector.Script answering(String... answers) {
        return (in, socket) -> {
            in.readLine();
            socket.getOutputStream().write(READY.getBytes(StandardCharsets.ISO_8859_1));
            for (String answer : answers) {
                if (in.readLine() == null) {
                    return;
                }
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
        };
    }

    @Test
    @RequiresDovecot
    @Requires(Requires.Ability.ROOT)
    void aRealOneIsAskedAgainAndAgain() throws Exception {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna").start()) {
            DovecotNode node = cluster.backends().get(0);
            DoveadmServer server = new DoveadmServer(new DirectorAddress("", node.ip(), DirectorCluster.DOVEADM_PORT),
                    DirectorCluster.DOVEADM_PASSWORD);
            assertEquals(List.of(), server.run("", "who", "-1", "anna"));
            assertEquals("NOTFOUND", assertThrows(DoveadmServer.Refused.class, () -> server.run("", "kick", "anna")).code());
            try (ImapClient imap = cluster.imap(node, "anna")) {
                List<String> columns;
                do {
                    columns = server.run("", "who", "-1", "anna");
                } while (columns.isEmpty());
                assertEquals(List.of("anna", "imap"), columns.subList(0, 2));
            }
            assertEquals("NOUSER", assertThrows(DoveadmServer.Refused.class, () -> server.run("", "user", "nobody")).code());
            assertEquals(List.of("0"), server.run("", "auth cache flush", "anna"));
            assertTrue(server.run("anna", "mailbox list").contains("INBOX"));
            assertEquals(List.of("0"), server.run("", "auth cache flush", "anna"));
            node.stop();
            assertThrows(DirectorException.class, () -> server.run("", "who", "-1", "anna"));
            node.start();
            assertEquals("NOUSER", assertThrows(DoveadmServer.Refused.class, () -> server.run("", "user", "nobody")).code());
        }
    }

    @Test
    void oneThatIsDroppedHasNoAnswer() throws Exception {
        for (String half : List.of("", "anna", "anna\t\n", "anna\t\n+")) {
            try (FakeDirector fake = new FakeDirector(answering(half))) {
                assertThrows(IOException.class, () -> new DoveadmServer(fake.address(), "").run("", "who"), half);
            }
        }
        try (FakeDirector fake = new FakeDirector((in, socket) -> in.readLine())) {
            assertThrows(IOException.class, () -> new DoveadmServer(fake.address(), "").run("", "who"));
        }
    }

    @Test
    void anyAnswer() throws Exception {
        Random random = new Random(7);
        List<FakeDirector.Script> scripts = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            StringBuilder answer = new StringBuilder("anna\timap\t12\t10.0.0.1\t\n+\n");
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(answer.length());
                switch (random.nextInt(3)) {
                    case 0 -> answer.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> answer.insert(at, "\t\n\1+-".charAt(random.nextInt(5)));
                    default -> answer.deleteCharAt(at);
                }
            }
            scripts.add(answering(answer.toString()));
        }
        try (FakeDirector fake = new FakeDirector(scripts.toArray(FakeDirector.Script[]::new))) {
            DoveadmServer server = new DoveadmServer(fake.address(), "");
            for (int i = 0; i < scripts.size(); i++) {
                try {
                    server.run("", "who");
                } catch (IOException e) {
                    assertTrue(e.getMessage() == null || e.getMessage().chars().noneMatch(Character::isISOControl), e.toString());
                }
            }
        }
    }
}
