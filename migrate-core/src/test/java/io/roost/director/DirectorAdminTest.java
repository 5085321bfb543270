package io.roost.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.roost.director.DirectorAdmin.Limits;
import io.roost.director.DirectorException.Kind;

/** Against directors that misbehave; a real one is asked in {@link RealDirectorTest}. */
@Timeout(60)
class DirectorAdminTest {
    private static final Limits SHORT = new Limits(Duration.ofSeconds(2), Duration.ofMillis(300), Duration.ofMillis(400));
    private static final Limits LONG = Limits.defaults();

    private static DirectorAdmin admin(Limits limits, DirectorAddress... addresses) throws IOException {
        return new DirectorAdmin(List.of(addresses), new UserHash(UserHash.DEFAULT_FORMAT), limits);
    }

    private static DirectorException failure(Kind kind, Limits limits, FakeDirector fake) throws IOException {
        try (DirectorAdmin admin = admin(limits, fake.address())) {
            DirectorException e = assertThrows(DirectorException.class, () -> admin.lookup("anna"));
            assertEquals(kind, e.kind(), e::getMessage);
            return e;
        }
    }

    @Test
    void asksAgainAfterTryAgain() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.answering("TRYAGAIN\n", "TRYAGAIN\n", "OK\n"));
                DirectorAdmin admin = admin(LONG, fake.address())) {
            admin.move("anna", "10.0.0.1");
            assertEquals(List.of("VERSION\tdirector-doveadm\t1\t0", "USER-MOVE\tanna\t10.0.0.1", "USER-MOVE\tanna\t10.0.0.1",
                    "USER-MOVE\tanna\t10.0.0.1"), fake.received);
        }
    }

    @Test
    void patienceEnds() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.answering(Collections.nCopies(50, "TRYAGAIN\n").toArray(String[]::new)))) {
            failure(Kind.BUSY, SHORT, fake);
        }
    }

    @Test
    void reconnectsAndSendsAgain() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.answering("OK\n"), FakeDirector.dropping(), FakeDirector.answering("OK\n"));
                DirectorAdmin admin = admin(LONG, fake.address())) {
            admin.kick("anna");
            // the first connection ends here, the second drops the command
            admin.kick("bert");
            assertEquals("USER-KICK\tbert\tnowait", fake.received.get(fake.received.size() - 1));
            assertEquals(3, fake.received.stream().filter(l -> l.startsWith("VERSION")).count(), fake.received::toString);
        }
    }

    @Test
    void triesAddressesInTurnAndStaysWithTheOneThatAnswers() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        try (FakeDirector web = new FakeDirector(FakeDirector.sending("HTTP/1.1 400 Bad Request\r\n"));
                FakeDirector good = new FakeDirector(FakeDirector.answering("\t0\t10.0.0.1\t10.0.0.2\n", "10.0.0.3\t99\t10.0.0.1\t\n"));
                DirectorAdmin admin = admin(LONG, new DirectorAddress("/nonexistent/director-admin", "", 0),
                        new DirectorAddress("", "127.0.0.1", closed), web.address(), good.address())) {
            Mapping first = admin.lookup("anna");
            assertEquals("10.0.0.1", first.host().orElseThrow());
            assertEquals("10.0.0.2", first.configured().orElseThrow());
            Mapping second = admin.lookup("anna");
            assertEquals("10.0.0.3", second.host().orElseThrow());
            assertTrue(second.configured().isEmpty());
            assertEquals(3, good.received.size());
        }
    }

    @Test
    void saysWhatEachAddressSaid() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.sending("* OK Dovecot ready.\r\n"));
                DirectorAdmin admin = admin(SHORT, fake.address(), new DirectorAddress("/nonexistent/director-admin", "", 0))) {
            DirectorException e = assertThrows(DirectorException.class, () -> admin.lookup("anna"));
            assertEquals(Kind.UNREACHABLE, e.kind());
            assertTrue(e.getMessage().contains("* OK Dovecot ready.") && e.getMessage().contains("/nonexistent/director-admin: "),
                    e::getMessage);
        }
    }

    @Test
    void aDirectorThatHangsUpAtACommandIsNotAskedForEver() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.dropping())) {
            String message = failure(Kind.UNREACHABLE, LONG, fake).getMessage();
            assertTrue(message.contains("USER-LOOKUP") && message.contains("the connection was closed"), message);
        }
    }

    @Test
    void silenceEnds() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.sending(FakeDirector.GREETING))) {
            failure(Kind.UNREACHABLE, SHORT, fake);
        }
        try (FakeDirector fake = new FakeDirector(FakeDirector.sending(""))) {
            failure(Kind.UNREACHABLE, SHORT, fake);
        }
    }

    @Test
    void anInterruptedThreadDoesNotWait() throws Exception {
        try (FakeDirector fake = new FakeDirector(FakeDirector.sending(FakeDirector.GREETING));
                DirectorAdmin admin = admin(LONG, fake.address())) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedIOException.class, () -> admin.lookup("anna"));
            assertTrue(Thread.interrupted());
            List<Throwable> failures = new ArrayList<>();
            Thread thread = new Thread(() -> failures.add(assertThrows(InterruptedIOException.class, () -> admin.lookup("anna"))));
            thread.start();
            while (fake.received.stream().noneMatch(l -> l.startsWith("USER-LOOKUP"))) {
                Thread.sleep(1);
            }
            thread.interrupt();
            thread.join();
            assertEquals(1, failures.size());
        }
    }

    @Test
    void longLinesAndListsAreRefused() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.answering("x".repeat(5000) + "\n"))) {
            failure(Kind.PROTOCOL, LONG, fake);
        }
        try (FakeDirector fake = new FakeDirector(FakeDirector.answering("10.0.0.1\t100\t0\t\tU\t0\n".repeat(10_001)));
                DirectorAdmin admin = admin(LONG, fake.address())) {
            assertEquals(Kind.PROTOCOL, assertThrows(DirectorException.class, admin::hosts).kind());
        }
    }

    @Test
    void aListOfUsersThatBreaksOffIsNoList() throws IOException {
        try (FakeDirector fake = new FakeDirector((in, socket) -> {
            socket.getOutputStream().write((FakeDirector.GREETING + "1\t2\t10.0.0.1\n3\t4\t10.").getBytes(StandardCharsets.ISO_8859_1));
            in.readLine();
            in.readLine();
        }); DirectorAdmin admin = admin(LONG, fake.address())) {
            List<UserEntry> seen = new ArrayList<>();
            DirectorException e = assertThrows(DirectorException.class, () -> admin.users("", seen::add));
            assertEquals(1, seen.size());
            assertTrue(e.getMessage().contains("broke off after 1 users"), e::getMessage);
        }
    }

    /** Rows are handed on as they come: of a million nothing is kept. */
    @Test
    void aMillionUsersAreStreamed() throws IOException {
        try (FakeDirector fake = new FakeDirector((in, socket) -> {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            out.write(FakeDirector.GREETING.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            in.readLine();
            in.readLine();
            for (int i = 0; i < 1_000_000; i++) {
                out.write((Integer.toUnsignedString(i * 4001) + "\t1795447859\t10.0.0.1\n").getBytes(StandardCharsets.ISO_8859_1));
            }
            out.write('\n');
            out.flush();
            in.readLine();
        }); DirectorAdmin admin = admin(LONG, fake.address())) {
            int[] seen = new int[2];
            admin.users("", user -> {
                seen[0]++;
                seen[1] += user.hash();
            });
            assertEquals(1_000_000, seen[0]);
            assertEquals((int) (4001L * 999_999 * 500_000), seen[1]);
        }
    }

    @Test
    void namesAndHostsThatCannotBeAskedForAreRefused() throws IOException {
        try (FakeDirector fake = new FakeDirector(FakeDirector.dropping()); DirectorAdmin admin = admin(LONG, fake.address())) {
            for (String name : List.of("", "a\0b", "x".repeat(1100))) {
                assertEquals(Kind.REFUSED, assertThrows(DirectorException.class, () -> admin.lookup(name)).kind());
            }
            for (String name : List.of("*", "an?a", "a*")) {
                assertEquals(Kind.REFUSED, assertThrows(DirectorException.class, () -> admin.kick(name)).kind());
            }
            for (String host : List.of("", "b1", "10.0.0.256", "10.0.0.1.", "10.0.0.1\tx", "10.0.0.1\n", ":1")) {
                assertEquals(Kind.REFUSED, assertThrows(DirectorException.class, () -> admin.move("anna", host)).kind());
            }
            assertEquals(List.of(), fake.received);
        }
    }

    /** Whatever an answer says, it gives a mapping or a {@link DirectorException}. */
    @Test
    void mutatedAnswersGiveTypedErrors() throws IOException {
        Random random = new Random(11);
        String valid = "10.0.0.3\t1795447859\t10.0.0.1\t10.0.0.2\n";
        String[] answers = new String[300];
        for (int i = 0; i < answers.length; i++) {
            StringBuilder answer = new StringBuilder(valid);
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                int at = random.nextInt(answer.length() - 1);
                switch (random.nextInt(3)) {
                    case 0 -> answer.setCharAt(at, (char) (random.nextBoolean() ? '\t' : 128 + random.nextInt(100)));
                    case 1 -> answer.deleteCharAt(at);
                    default -> answer.insert(at, (char) random.nextInt(2));
                }
            }
            answers[i] = answer.toString();
        }
        int[] next = new int[1];
        FakeDirector.Script one = (in, socket) -> FakeDirector.answering(Arrays.copyOfRange(answers, next[0], answers.length))
                .play(in, socket);
        try (FakeDirector fake = new FakeDirector(one); DirectorAdmin admin = admin(LONG, fake.address())) {
            int refused = 0;
            for (next[0] = 0; next[0] < answers.length; next[0]++) {
                try {
                    admin.lookup("anna");
                } catch (DirectorException e) {
                    assertEquals(Kind.PROTOCOL, e.kind(), e::getMessage);
                    refused++;
                }
            }
            assertTrue(refused > 20 && refused < 290, "refused " + refused);
        }
    }
}
