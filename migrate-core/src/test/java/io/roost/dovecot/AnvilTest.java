package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.Anvil.Session;
import io.roost.posix.ByteString;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.RequiresDovecot;

@Timeout(120)
class AnvilTest {
    @TempDir
    Path temp;

    static List<Session> sessions(Anvil anvil) throws IOException {
        List<Session> found = new ArrayList<>();
        anvil.sessions(found::add);
        return found;
    }

    @Test
    @RequiresDovecot
    void theSessionsThatDoveadmSees() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "anna smith", "märta")
                .config("auth_username_chars =").start()) {
            Anvil anvil = new Anvil(dovecot.baseDirectory().resolve("anvil"));
            assertEquals(List.of(), sessions(anvil));
            try (ImapClient first = dovecot.imap("anna"); ImapClient second = dovecot.imap("anna smith");
                    ImapClient third = dovecot.imap(ByteString.ofText("märta"))) {
                while (sessions(anvil).size() < 3) {
                    Thread.sleep(10);
                }
                List<String> expected = dovecot.doveadm("-f", "tab", "who", "-1").succeeded().text().lines().skip(1)
                        .map(line -> line.split("\t")).map(f -> f[1] + " " + f[0] + " " + f[2]).sorted().toList();
                assertEquals(3, expected.size());
                assertEquals(expected, sessions(anvil).stream().map(s -> s.service() + " " + ByteString.toText(s.user()) + " " + s.pid())
                        .sorted().toList());
            }
            dovecot.stop();
            assertThrows(IOException.class, () -> sessions(anvil));
        }
    }

    @Test
    void idents() throws Exception {
        assertEquals(Optional.of(new Session("imap", "anna", 12)), Anvil.parse("imap/10.0.0.1/anna\t12\t1"));
        assertEquals(Optional.of(new Session("pop3", "anna", 12)), Anvil.parse("pop3/2001:db8::1/anna\t12\t3"));
        assertEquals(Optional.of(new Session("lmtp", "anna", 12)), Anvil.parse("lmtp/anna\t12\t1"));
        assertEquals(Optional.of(new Session("imap", "anna", 12)), Anvil.parse("imap//anna\t12\t1"));
        // whoever is called so is not anna
        assertEquals(Optional.of(new Session("lmtp", "x/anna", 12)), Anvil.parse("lmtp/x/anna\t12\t1"));
        assertEquals(Optional.of(new Session("imap", "x/anna", 12)), Anvil.parse("imap/10.0.0.1/x/anna\t12\t1"));
        assertEquals(Optional.of(new Session("imap", "a\tb\nc", 12)), Anvil.parse("imap/a\1tb\1nc\t12\t1"));
        assertEquals(Optional.empty(), Anvil.parse("imap\t12\t1"));
        for (String bad : List.of("imap/anna", "imap/anna\t12", "imap/anna\t0\t1", "imap/anna\t-12\t1", "imap/anna\t12\tx",
                "imap/anna\t1234567890123456789\t1", "\t\t")) {
            assertThrows(ProtocolException.class, () -> Anvil.parse(bad), bad);
        }
    }

    @Test
    void anythingMayCome() {
        Random random = new Random(31);
        String line = "imap/10.0.0.1/anna\1t smith\t4711\t2";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder mutated = new StringBuilder(line);
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(mutated.length());
                switch (random.nextInt(3)) {
                    case 0 -> mutated.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> mutated.insert(at, "\t/\1:0".charAt(random.nextInt(5)));
                    default -> mutated.delete(at, Math.min(mutated.length(), at + 1 + random.nextInt(5)));
                }
                if (mutated.isEmpty()) {
                    break;
                }
            }
            try {
                Anvil.parse(mutated.toString()).ifPresent(session -> assertTrue(session.pid() > 0));
            } catch (ProtocolException e) {
                assertTrue(e.getMessage().chars().noneMatch(Character::isISOControl), e.getMessage());
            }
        }
    }

    /** What a server says, and whether it then ends the connection. */
    private Anvil answering(String answer, boolean ends, CountDownLatch done) throws IOException {
        return answering(answer, ends, done, Duration.ofSeconds(60));
    }

    private Anvil answering(String answer, boolean ends, CountDownLatch done, Duration limit) throws IOException {
        Path socket = temp.resolve("anvil");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread thread = new Thread(() -> {
            try (server; SocketChannel client = server.accept()) {
                client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)));
                if (!ends) {
                    done.await();
                }
            } catch (IOException | InterruptedException e) {
                // the client has enough
            }
        });
        thread.setDaemon(true);
        thread.start();
        return new Anvil(socket, limit);
    }

    @Test
    void aDroppedConnectionIsNoEmptyList() throws Exception {
        Anvil anvil = answering("imap/anna\t12\t1\nimap/be", true, new CountDownLatch(0));
        // what it had not read of the question may make that a reset
        IOException e = assertThrows(IOException.class, () -> sessions(anvil));
        assertTrue(e instanceof EOFException || e.getMessage().contains("reset") || e.getMessage().contains("Broken pipe"), e.toString());
    }

    @Test
    void aLineWithoutEnd() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        Anvil anvil = answering("x".repeat(10_000), false, done);
        assertThrows(ProtocolException.class, () -> sessions(anvil));
        done.countDown();
    }

    @Test
    void whoeverWaitsCanBeInterrupted() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        Anvil anvil = answering("imap/anna\t12\t1\n", false, done);
        CountDownLatch listed = new CountDownLatch(1);
        FutureTask<Void> asking = new FutureTask<>(() -> {
            anvil.sessions(session -> listed.countDown());
            return null;
        });
        Thread thread = new Thread(asking);
        thread.start();
        listed.await();
        thread.interrupt();
        assertTrue(assertThrows(Exception.class, asking::get).getCause() instanceof InterruptedIOException);
        done.countDown();
    }

    @Test
    void silenceEnds() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        Anvil anvil = answering("imap/anna\t12\t1\n", false, done, Duration.ofMillis(50));
        assertThrows(SocketTimeoutException.class, () -> sessions(anvil));
        done.countDown();
    }
}
