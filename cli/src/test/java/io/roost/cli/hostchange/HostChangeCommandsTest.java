package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.ExitCode;
import io.roost.cli.Roost;
import io.roost.cli.screen.CapturedScreen;
import io.roost.hostchange.UserTree;

/** The commands as they are, without Dovecot. */
class HostChangeCommandsTest {
    @TempDir
    private Path temp;
    private String location;
    private CapturedScreen captured;

    @BeforeEach
    void site() throws IOException {
        location = "mdbox:" + temp + "/nfs/%u:LISTINDEX=" + temp + "/shm/%2.256Nu/%u/dovecot.list.index";
        for (String user : List.of("anna@example.org", "bert@example.org")) {
            Files.createDirectories(temp.resolve("nfs").resolve(user));
        }
    }

    private int run(String command, String... more) {
        captured = CapturedScreen.plain();
        List<String> args = new ArrayList<>(List.of("hostchange", command));
        if (!command.equals("help")) {
            args.addAll(List.of("--location=" + location, "--host=be1"));
        }
        args.addAll(List.of(more));
        return Roost.run(captured.screen(), args.toArray(String[]::new));
    }

    private Path listIndex(String user) throws IOException {
        Path directory = Path.of(UserTree.ofLocation(location).pathOf(user).path());
        Files.createDirectories(directory);
        return Files.writeString(directory.resolve("dovecot.list.index.log"), "12345");
    }

    @Test
    void loginCheckPurge() throws IOException {
        assertEquals(ExitCode.DONE.number(), run("login", "anna@example.org"), () -> captured.err());
        assertTrue(captured.err().contains("user anna@example.org: no host is recorded; 0 files"), captured.err());
        Path anna = listIndex("anna@example.org");
        listIndex("bert@example.org");
        listIndex("nobody@example.org");
        Files.createDirectories(temp.resolve("shm/zz"));
        Files.createDirectories(temp.resolve("shm/00/anna@example.org"));
        assertEquals(ExitCode.DONE.number(), run("login", "--json", "anna@example.org"));
        assertTrue(captured.out().contains("\"type\":\"hostchange_login\"") && captured.out().contains("\"outcome\":\"fresh\""),
                captured.out());

        assertEquals(ExitCode.DONE.number(), run("check", "anna@example.org"));
        assertTrue(captured.out().contains("fresh"), captured.out());
        assertEquals(ExitCode.DONE.number(), run("check", "--all"));
        for (String state : List.of("anna@example.org", "fresh", "stale", "orphaned",
                "3 users, 1 fresh, 1 stale, 1 orphaned: 15 B")) {
            assertTrue(captured.out().contains(state), captured.out());
        }
        assertTrue(captured.err().contains("not a user's directory by LISTINDEX, left alone: " + temp
                + "/shm/00/anna@example.org"),
                captured.err());
        assertEquals(ExitCode.DONE.number(), run("check", "--all", "--json"));
        assertEquals(5, captured.outLines().size(), captured.out());
        assertTrue(captured.out().contains("\"type\":\"list_index\"") && captured.out().contains("\"reason\":\"no INDEX\""),
                captured.out());

        assertEquals(ExitCode.DONE.number(), run("purge", "--dry-run", "anna@example.org"));
        assertTrue(captured.out().contains("1 file, 5 B would be deleted"), captured.out());
        assertTrue(Files.exists(anna));
        assertEquals(ExitCode.DONE.number(), run("purge", "--json", "anna@example.org"));
        assertTrue(captured.out().contains("\"files\":1,\"bytes\":5"), captured.out());
        assertFalse(Files.exists(anna));
        assertEquals(ExitCode.DONE.number(), run("check", "anna@example.org"));
        assertTrue(captured.out().contains("none"), captured.out());
    }

    @Test
    void clean() throws IOException {
        Path anna = listIndex("anna@example.org");
        Path bert = listIndex("bert@example.org");
        FileTime old = FileTime.from(System.currentTimeMillis() / 1000 - 8 * 86_400, TimeUnit.SECONDS);
        Files.getFileAttributeView(anna, BasicFileAttributeView.class).setTimes(old, old, null);
        assertEquals(ExitCode.DONE.number(), run("clean", "--older-than", "7d", "--dry-run"));
        assertTrue(captured.out().contains("1 of 2 users would be cleaned, 5 B"), captured.out());
        assertTrue(Files.exists(anna));
        assertEquals(ExitCode.DONE.number(), run("clean", "--older-than", "7d", "--json"));
        assertTrue(captured.outLines().get(1).contains("\"deleted\":1"), captured.out());
        assertFalse(Files.exists(anna.getParent()));
        assertTrue(Files.exists(bert));
        assertEquals(ExitCode.USAGE.number(), run("clean", "--older-than", "a week"));
    }

    @Test
    void loginThatMustNotBe() throws IOException {
        Files.createDirectories(temp.resolve("nfs/anna@example.org/.lasthost/x"));
        assertEquals(ExitCode.FAILED.number(), run("login", "anna@example.org"));
        assertTrue(captured.err().contains("user anna@example.org must not be let in on be1: cannot rename"), captured.err());
        assertEquals(ExitCode.USAGE.number(), run("login", "--index", "/x", "anna@example.org"));
        assertEquals(ExitCode.USAGE.number(), run("login", "../etc"));
        location = "maildir:~/Maildir";
        assertEquals(ExitCode.USAGE.number(), run("check", "--all"));
        assertTrue(captured.err().contains("LISTINDEX"), captured.err());
    }

    /** As systemd starts and stops it: a process of its own, told by a datagram, ended by SIGTERM. */
    @Test
    void serve() throws Exception {
        Path socket = temp.resolve("s");
        Path told = temp.resolve("told");
        Path notified = temp.resolve("notified");
        Process systemd = Files.isExecutable(Path.of("/usr/bin/socat")) ? new ProcessBuilder("socat", "-u",
                "UNIX-RECV:" + notified, "CREATE:" + told).start() : null;
        Path metrics = temp.resolve("x.prom");
        ProcessBuilder builder = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"), "io.roost.cli.Roost", "hostchange", "serve", "--location=" + location,
                "--socket=" + socket, "--metrics=" + metrics).redirectError(temp.resolve("log").toFile());
        if (systemd != null) {
            waitFor(notified);
            builder.environment().putAll(Map.of("NOTIFY_SOCKET", notified.toString()));
        }
        Process daemon = builder.start();
        try {
            waitFor(metrics);
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                assertTrue(channel.isConnected());
            }
            daemon.destroy();
            assertTrue(daemon.waitFor(60, TimeUnit.SECONDS));
            assertEquals(143, daemon.exitValue());
            assertFalse(Files.exists(socket));
            String log = Files.readString(temp.resolve("log"));
            assertTrue(log.contains("listening on " + socket + "\n") && log.contains("\nstopping\n"), log);
            if (systemd != null) {
                String text = Files.readString(told);
                assertTrue(text.contains("READY=1\nSTATUS=0 users here") && text.endsWith("STOPPING=1"), text);
            }
        } finally {
            daemon.destroyForcibly();
            if (systemd != null) {
                systemd.destroyForcibly();
            }
        }
    }

    private static void waitFor(Path file) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(file) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertTrue(Files.exists(file), file.toString());
    }

    @Test
    void helpAndMistakes() {
        assertEquals(ExitCode.DONE.number(), run("login", "--help"));
        assertEquals(ExitCode.USAGE.number(), run("serve"));
        assertEquals(ExitCode.USAGE.number(), run("serve", "--listen", "127.0.0.1:9093"));
        assertTrue(captured.err().contains("--listen needs --allow"), captured.err());
        assertEquals(ExitCode.USAGE.number(), run("serve", "--socket", temp + "/s", "--director", "127.0.0.1:1"));
        assertEquals(ExitCode.USAGE.number(), run("serve", "--passed"));
        assertTrue(captured.err().contains("standard input is no socket that listens"), captured.err());
        assertEquals(ExitCode.USAGE.number(), run("check"));
        CapturedScreen screen = CapturedScreen.plain();
        assertEquals(ExitCode.USAGE.number(), Roost.run(screen.screen(), "hostchange"));
        assertTrue(screen.err().contains("login, serve, check, purge or clean"), screen.err());
    }
}
