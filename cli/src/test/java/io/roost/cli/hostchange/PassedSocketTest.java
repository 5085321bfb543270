package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.hostchange.UserTree;

/** A socket that outlives the daemon, as systemd keeps it. */
class PassedSocketTest {
    private static final String USER = "user1@example.com";
    /** What a director sends for that user. */
    private static final String FLUSH = String.join("\r\n", "VERSION\tscript\t4\t0", "-", "FLUSH", "287140048", "127.0.0.2",
            "127.0.0.3", "up", "100", "", ".", "");

    @TempDir
    private Path temp;

    /** Listens, tells the port, and runs a program again and again with the socket as its standard input. */
    private static final String KEEPER = "$| = 1; my $s = IO::Socket::INET->new(Listen => 50, LocalAddr => '127.0.0.1') or die;"
            + " print $s->sockport, \"\\n\"; open STDIN, '<&', $s or die; while (1) { system @ARGV; }";

    @Test
    void noFlushIsLostWhileTheDaemonIsStartedAgain() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl")), "perl stands for systemd");
        String template = temp + "/shm/%2.256Nu/%u/dovecot.list.index";
        Path directory = Files.createDirectories(Path.of(UserTree.of(template).pathOf(USER).path()));
        List<String> command = new ArrayList<>(List.of("perl", "-MIO::Socket::INET", "-e", KEEPER));
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), "io.roost.cli.Roost", "hostchange", "serve", "--passed",
                "--allow=127.0.0.1", "--location=mdbox:~/mdbox:LISTINDEX=" + template));
        Process keeper = new ProcessBuilder(command).redirectError(temp.resolve("log").toFile()).start();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(keeper.getInputStream(), StandardCharsets.UTF_8))) {
            int port = Integer.parseInt(out.readLine());
            for (int i = 0; i < 2; i++) {
                Files.writeString(directory.resolve("dovecot.list.index.log"), "stale");
                assertEquals(".\r\n+\n", flush(port), "asked before the daemon could listen");
                assertFalse(Files.exists(directory.resolve("dovecot.list.index.log")));
                keeper.children().forEach(ProcessHandle::destroyForcibly);
            }
            String log = Files.readString(temp.resolve("log"));
            assertTrue(log.contains("listening on the socket that was passed, 127.0.0.1:" + port + "\n"), log);
        } finally {
            keeper.destroyForcibly();
            keeper.waitFor();
            keeper.descendants().forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static String flush(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            socket.getOutputStream().write(FLUSH.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
