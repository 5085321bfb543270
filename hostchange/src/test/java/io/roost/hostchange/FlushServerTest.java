package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.UserHash;
import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;

/** The daemon, asked as a director asks. What a real director makes of it is tested in io.roost.cli.hostchange. */
class FlushServerTest {
    /** What a running Dovecot 2.3.19.1 sent over a unix socket. */
    private static final String SENT = "VERSION\tscript\t4\t0\n-\nFLUSH\n287140048\n127.0.0.2\n127.0.0.3\nup\n100\n\n";
    /** The same over TCP. */
    private static final String SENT_TCP = SENT.replace("\n", "\r\n") + ".\r\n";
    private static final String USER = "user1@example.com";

    @TempDir
    private Path temp;

    private HostChangeService service(Notes notes, Optional<Path> metrics, Optional<String> notifySocket) throws IOException {
        UserTree tree = UserTree.of(temp + "/shm/%2.256Nu/%u/dovecot.list.index");
        return new HostChangeService(new HostChangeService.Config(tree, new UserHash("%Lu"), List.of(temp.resolve("s")), 0660,
                Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                AddressList.of(List.of("127.0.0.1", "10.0.0.0/8")), "", Duration.ofHours(1), Duration.ZERO,
                Duration.ofHours(1), metrics,
                notifySocket), Optional.empty(), notes);
    }

    private Path directoryOf(String user) throws IOException {
        return Path.of(UserTree.of(temp + "/shm/%2.256Nu/%u/dovecot.list.index").pathOf(user).path());
    }

    private String ask(SocketAddress address, String request) throws IOException {
        try {
            // a director never asks so soon after the user came
            Thread.sleep(PresentUsers.GOOD_FOR.toMillis() + 1);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        try (SocketChannel channel = SocketChannel.open(address)) {
            channel.write(ByteBuffer.wrap(ByteString.toBytes(request)));
            channel.shutdownOutput();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (channel.read(buffer.clear()) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
            }
            return answer.toString();
        }
    }

    private SocketAddress unix() {
        return UnixDomainSocketAddress.of(temp.resolve("s"));
    }

    @Test
    void flushesOverBothKindsOfSocket() throws IOException {
        TestSite notes = new TestSite(temp.resolve("notes"));
        try (HostChangeService service = service(notes, Optional.empty(), Optional.empty())) {
            service.start();
            assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("s"))));
            notes.listIndex(directoryOf(USER), "stale");
            assertEquals("+\n", ask(unix(), SENT));
            assertEquals(List.of(".lasthost"), TestSite.names(directoryOf(USER)),
                    "a user who came after the start is found too");
            notes.listIndex(directoryOf(USER), "stale");
            notes.listIndex(directoryOf("other@example.com"), "fresh");
            SocketAddress tcp = new InetSocketAddress(InetAddress.getLoopbackAddress(), service.tcpPort());
            assertEquals(".\r\n+\n", ask(tcp, SENT_TCP));
            assertEquals(List.of(".lasthost"), TestSite.names(directoryOf(USER)));
            assertEquals(3, TestSite.names(directoryOf("other@example.com")).size());
            assertEquals("+\n", ask(unix(), SENT.replace("287140048", "1")), "nobody of that hash is here");
            assertEquals("", ask(unix(), SENT.replace("\n-\n", "\nnoreply\n")));
            assertEquals("+\n", ask(unix(), SENT.replace("\n-\n", "\nalarm=5\nenv_A=b\n-\n")));
            assertEquals("+\n", ask(unix(), SENT + "whatever follows\n"));
        }
        assertFalse(Files.exists(temp.resolve("s")));
        assertEquals(List.of(), notes.warnings);
    }

    @Test
    void saysWhatWentWrong() throws IOException {
        TestSite notes = new TestSite(temp.resolve("notes"));
        try (HostChangeService service = service(notes, Optional.empty(), Optional.empty())) {
            service.start();
            Files.createDirectories(directoryOf(USER).resolve(".lasthost/full"));
            String answer = ask(unix(), SENT);
            assertTrue(answer.startsWith("cannot ") && answer.endsWith("Is a directory\n-\n"), answer);
            assertTrue(ask(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.tcpPort()), SENT_TCP)
                    .endsWith("Is a directory\r\n.\r\n-\n"));
            assertTrue(ask(unix(), SENT.replace("FLUSH", "DELETE")).endsWith("expected FLUSH with hash, old host and new "
                    + "host\n-\n"));
        }
    }

    @Test
    void strangersGetNoFurther() throws IOException {
        TestSite notes = new TestSite(temp.resolve("notes"));
        try (HostChangeService service = service(notes, Optional.empty(), Optional.empty())) {
            service.start();
            notes.listIndex(directoryOf(USER), "stale");
            SocketAddress tcp = new InetSocketAddress(InetAddress.getLoopbackAddress(), service.tcpPort());
            try (SocketChannel channel = SocketChannel.open()) {
                channel.bind(new InetSocketAddress("127.0.0.9", 0));
                channel.connect(tcp);
                channel.write(ByteBuffer.wrap(SENT_TCP.getBytes()));
                assertThrowsOrEnds(channel);
            }
            assertEquals(3, TestSite.names(directoryOf(USER)).size());
            for (String bad : List.of("", "\n", "GET / HTTP/1.0\r\n\r\n", SENT.replace("287140048", "-1"),
                    SENT.replace("287140048", "4294967296"),
                    SENT.replace("287140048", "../../etc"), SENT.replace("127.0.0.2", "a\u0001b"),
                    SENT.substring(0, SENT.length() - 1),
                    "VERSION\tscript\t4\t0\n" + "env_x=y\n".repeat(500), "x".repeat(100_000),
                    SENT.replace("script", "other"))) {
                String answer;
                try {
                    answer = ask(unix(), bad);
                } catch (IOException e) {
                    // closed before all of it was sent
                    answer = "-\n";
                }
                assertTrue(answer.endsWith("-\n"), bad);
            }
            assertEquals(3, TestSite.names(directoryOf(USER)).size());
            // one that says nothing does not keep others from being answered
            try (SocketChannel silent = SocketChannel.open(unix())) {
                assertEquals("+\n", ask(unix(), SENT));
                assertTrue(silent.isConnected());
            }
        }
        assertTrue(notes.warnings.stream().anyMatch(line -> line.startsWith("flush from 127.0.0.9: ")),
                notes.warnings::toString);
    }

    private static void assertThrowsOrEnds(SocketChannel channel) {
        try {
            assertEquals(-1, channel.read(ByteBuffer.allocate(10)));
        } catch (IOException e) {
            // reset, as something was left unread
        }
    }

    @Test
    void survivesMutations() {
        Random random = new Random(11);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            String bytes = LastHostTest.mutate(random, SENT);
            try {
                FlushRequest request = FlushRequest.read(bytes);
                assertEquals(request, FlushRequest.read(request.write()));
                read++;
            } catch (ProtocolException e) {
                assertTrue(e.getMessage().length() < 500);
            } catch (IOException e) {
                throw new AssertionError(bytes, e);
            }
        }
        assertTrue(read > 500, "some are read: " + read);
    }

    @Test
    void aHundredAtOnce() throws Exception {
        TestSite notes = new TestSite(temp.resolve("notes"));
        try (HostChangeService service = service(notes, Optional.empty(), Optional.empty())) {
            service.start();
            UserHash hash = new UserHash("%Lu");
            ExecutorService directors = Executors.newFixedThreadPool(100);
            try {
                List<Future<String>> answers = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    String user = "u" + i + "@example.org";
                    notes.listIndex(directoryOf(user), "stale");
                    String request = new FlushRequest(hash.of(user), "10.0.0.1", "10.0.0.2", true).write();
                    answers.add(directors.submit(() -> ask(unix(), request)));
                }
                for (Future<String> answer : answers) {
                    assertEquals("+\n", answer.get());
                }
            } finally {
                directors.shutdownNow();
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(List.of(".lasthost"), TestSite.names(directoryOf("u" + i + "@example.org")));
            }
            long threads = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("flush")).count();
            assertTrue(threads <= FlushServer.WORKERS + 3, "bounded: " + threads);
        }
    }

    @Test
    void tellsTheServiceManagerAndPrometheus() throws IOException {
        TestSite notes = new TestSite(temp.resolve("notes"));
        Path metrics = temp.resolve("roost.prom");
        try (HostChangeService service = service(notes, Optional.of(metrics), Optional.of(temp.resolve("nobody").toString()))) {
            service.start();
            assertTrue(notes.warnings.get(0).startsWith("the service manager cannot be told: cannot send to "),
                    notes.warnings::toString);
            notes.listIndex(directoryOf(USER), "12345");
            ask(unix(), SENT);
        }
        String text = Files.readString(metrics);
        assertTrue(text.contains("\nroost_hostchange_flushes_total{result=\"ok\"} 1\n"), text);
        assertTrue(text.contains("\nroost_hostchange_bytes_freed_total 15\n"), text);
        assertTrue(text.contains("\nroost_hostchange_flush_seconds_bucket{le=\"+Inf\"} 1\n"), text);
        assertTrue(text.lines().allMatch(line -> line.matches("# (HELP|TYPE) roost_hostchange_\\w+ .*"
                + "|roost_hostchange_\\w+(\\{\\w+=\"[^\"]+\"})? [0-9.]+")), text);
    }

    @Test
    void oldSocketsAreReplacedAndNothingElse() throws IOException {
        TestSite notes = new TestSite(temp.resolve("notes"));
        Files.writeString(temp.resolve("s"), "precious");
        try (HostChangeService service = service(notes, Optional.empty(), Optional.empty())) {
            assertThrows(IOException.class, service::start);
        }
        assertEquals("precious", Files.readString(temp.resolve("s")));
        Files.delete(temp.resolve("s"));
        try (HostChangeService service = service(notes, Optional.empty(), Optional.empty())) {
            service.start();
            try (HostChangeService second = service(notes, Optional.empty(), Optional.empty())) {
                IOException e = assertThrows(IOException.class, second::start);
                assertTrue(e.getMessage().contains("somebody answers"), e.getMessage());
            }
            assertEquals("+\n", ask(unix(), SENT), "the first one goes on");
        }
        // as a process leaves it that was killed
        try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(unix());
        }
        try (HostChangeService service = service(notes, Optional.empty(), Optional.empty())) {
            service.start();
            assertEquals("+\n", ask(unix(), SENT));
        }
    }

    @Test
    void directoriesThatDoNotTellTheHashAreRefused() throws IOException {
        UserTree tree = UserTree.of("/x/%1.16Nn/%n/dovecot.list.index");
        HostChangeService.Config config = new HostChangeService.Config(tree, new UserHash("%Lu"), List.of(), 0600,
                Optional.empty(),
                AddressList.of(List.of()), "", Duration.ZERO, Duration.ZERO, Duration.ZERO, Optional.empty(), Optional.empty());
        assertThrows(InvalidSettingException.class, () -> new HostChangeService(config, Optional.empty(), Notes.NONE));
    }

    @Test
    void addresses() throws IOException {
        AddressList list = AddressList.of(List.of("10.1.2.3", "10.2.0.0/15", "2001:db8::/33"));
        for (String in : List.of("10.1.2.3", "10.3.255.1", "2001:db8:7fff::1")) {
            assertTrue(list.contains(InetAddress.getByName(in)), in);
        }
        for (String out : List.of("10.1.2.4", "10.4.0.0", "2001:db8:8000::1", "::1")) {
            assertFalse(list.contains(InetAddress.getByName(out)), out);
        }
        for (String bad : List.of("", "example.org", "10.1.2", "10.1.2.3/33", "10.1.2.3/", "1.2.3.400", "::/129", "a:b:c")) {
            assertThrows(InvalidSettingException.class, () -> AddressList.of(List.of(bad)), bad);
        }
    }
}
