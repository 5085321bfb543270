package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/**
 * The configurations in {@code samples/dovecot}, as they are but for addresses and directories, loaded into a real Dovecot
 * that runs, and looked at by {@code roost check}. Mail lies on a local disk here, so that some findings are as the machine
 * is; on NFS {@code samples/check/on-nfs.sh} looks at them.
 */
@RequiresDovecot
@Requires(Ability.ROOT)
class SampleConfigurationsTest {
    /** What depends on this machine and not on the configuration. */
    private static final Set<String> OF_THE_MACHINE = Set.of("mount-type", "time-daemon", "terminal",
            "file-descriptors", "state-room", "tmpfs-room", "purge-job", "defect-mdbox-fdatasync", "defect-dsync-percent");
    /** What a backend cannot see. */
    private static final Set<String> OF_THE_DIRECTOR = Set.of("director-monitor", "director-user-expire",
            "director-flush-socket");

    private final List<Process> running = new ArrayList<>();
    private final List<ServerSocket> listening = new ArrayList<>();
    private Path directory;
    private String network;

    @BeforeEach
    void place() throws IOException {
        directory = Files.createTempDirectory(Path.of("/tmp"), "rs-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        network = "127." + ThreadLocalRandom.current().nextInt(50, 100) + "." + ThreadLocalRandom.current().nextInt(1, 255)
                + ".";
        Files.writeString(directory.resolve("users"), user("anna", "") + user("bert",
                "userdb_mail=mdbox:~/mdbox:LISTINDEX=/dev/shm/"
                + directory.getFileName() + "/bb/bert/dovecot.list.index:VOLATILEDIR=/dev/shm/" + directory.getFileName()
                + "/bb/bert"));
        for (String name : List.of("anna", "bert")) {
            Path home = Files.createDirectories(directory.resolve("mail/" + name));
            Files.setAttribute(home, "unix:uid", 5000);
            Files.setAttribute(home, "unix:gid", 5000);
        }
        Path shm = Files.createDirectories(Path.of("/dev/shm").resolve(directory.getFileName()));
        Files.setPosixFilePermissions(shm, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path script = Files.writeString(directory.resolve("postlogin.sh"),
                "#!/bin/sh\n# in place of the one that calls roost hostchange\nexec \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String user(String name, String extra) {
        return name + ":{PLAIN}pw:5000:5000::" + directory + "/mail/" + name + "::" + extra + "\n";
    }

    @AfterEach
    void clear() throws Exception {
        for (Process process : running) {
            List<ProcessHandle> children = process.descendants().toList();
            process.destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            children.forEach(ProcessHandle::destroyForcibly);
        }
        for (ServerSocket socket : listening) {
            socket.close();
        }
        new ProcessBuilder("rm", "-rf", directory.toString(), "/dev/shm/" + directory.getFileName()).start().waitFor();
    }

    /** Starts a Dovecot with the sample, on an address of its own. */
    private Path start(String sample, String address) throws Exception {
        Path base = Files.createDirectories(directory.resolve(sample));
        String text = Files.readString(Path.of("../samples/dovecot/" + sample + ".conf")).replace("/etc/dovecot/users",
                directory + "/users")
                .replace("/srv/mail/%d", directory + "/mail").replace("/dev/shm/dovecot", "/dev/shm/" + directory.getFileName())
                .replace("/usr/local/lib/roost", directory.toString()).replace("10.0.0.", network)
                .replaceAll("port = (\\d{2,3})\n", "port = 31$1\n");
        Path config = Files.writeString(base.resolve("dovecot.conf"), text + """
                base_dir = %1$s/base
                state_dir = %1$s/state
                log_path = %1$s/log
                instance_name = roost-sample
                listen = %2$s
                service imap-login {
                  inet_listener imap {
                    port = 31143
                  }
                  inet_listener imaps {
                    port = 0
                  }
                }
                service pop3-login {
                  inet_listener pop3 {
                    port = 31110
                  }
                  inet_listener pop3s {
                    port = 0
                  }
                }
                """.formatted(base, address));
        Process master = new ProcessBuilder(program("dovecot"), "-F", "-c", config.toString()).redirectErrorStream(true)
                .redirectOutput(base.resolve("out").toFile()).start();
        running.add(master);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(base.resolve("base/master.pid")) && master.isAlive() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertTrue(Files.exists(base.resolve("base/master.pid")), () -> read(base.resolve("out")) + read(base.resolve("log")));
        return config;
    }

    private static String program(String name) {
        return List.of("/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/").stream().map(d -> d + name)
                .filter(p -> Files.isExecutable(Path.of(p))).findFirst().orElseThrow();
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** {@code id} of everything that is not ok and not the machine's doing. */
    private Set<String> check(Path config, String... more) {
        CapturedScreen captured = CapturedScreen.plain();
        List<String> args = new ArrayList<>(List.of("check", "--json", "--dovecot-config=" + config, "--state=" + directory
                + "/none"));
        args.addAll(Arrays.asList(more));
        Roost.run(captured.screen(), args.toArray(String[]::new));
        List<Map<String, Object>> findings = captured.outLines().stream().map(Json::object)
                .filter(f -> "finding".equals(f.get("type"))).toList();
        assertTrue(findings.size() > 5, captured.out() + captured.err());
        Set<String> wrong = new TreeSet<>();
        boolean director = config.toString().contains("/director/");
        findings.stream().filter(f -> !"ok".equals(f.get("severity")) && !OF_THE_MACHINE.contains(f.get("id"))
                && (director || !OF_THE_DIRECTOR.contains(f.get("id"))))
                .forEach(f -> wrong.add(f.get("severity") + " " + f.get("id") + ": " + f.get("looked_at") + ": "
                + f.get("found")));
        return wrong;
    }

    private void assertRuns(Path config, String user, String location) throws Exception {
        Process doveadm = new ProcessBuilder(program("doveadm"), "-c", config.toString(), "mailbox", "status", "-u", user,
                "messages", "INBOX").redirectErrorStream(true).start();
        String said = new String(doveadm.getInputStream().readAllBytes());
        assertEquals(0, doveadm.waitFor(), location + ": " + said);
        assertTrue(said.contains("messages="), said);
    }

    private void assertLogClean(Path config) {
        String log = read(config.resolveSibling("log"));
        assertTrue(log.lines().noneMatch(line -> line.matches(".*(Error|Fatal|Panic|Warning): .*")), log);
    }

    @Test
    void aDirectorWithABackendOfEachKind() throws Exception {
        MaildirSample.of(directory.resolve("mail/anna/Maildir"), 1, 3).write();
        // these samples load no acl
        Files.delete(directory.resolve("mail/anna/Maildir/.Drafts/dovecot-acl"));
        new ProcessBuilder("chown", "-R", "5000:5000", directory.resolve("mail").toString()).start().waitFor();
        for (int host : List.of(11, 12)) {
            ServerSocket flush = new ServerSocket();
            flush.bind(new InetSocketAddress(InetAddress.getByName(network + host), 9093));
            listening.add(flush);
        }
        Path director = start("director", network + "2");
        Path transition = start("transition", network + "11");
        Path backend = start("backend", network + "12");
        assertRuns(transition, "anna", "Maildir");
        assertRuns(transition, "bert", "mdbox");
        assertRuns(backend, "bert", "mdbox");
        String admin = "--director=" + network + "2:9091";
        String keys = ":LISTINDEX=/dev/shm/" + directory.getFileName() + "/%2.256Nu/%u/dovecot.list.index:VOLATILEDIR=/dev/shm/"
                + directory.getFileName() + "/%2.256Nu/%u";
        assertEquals(Set.of(), check(transition, admin, "--to=mdbox:~/mdbox" + keys, "anna"));
        assertEquals(Set.of(), check(transition, admin, "bert"));
        // all three are this machine: without their addresses there would be no other clock to look at
        assertEquals(Set.of(), check(backend, admin, "--clock-of=http://" + network + "11:8080/", "--clock-of=http://" + network
                + "2:8080/", "bert"));
        assertEquals(Set.of(), check(director, "--director=" + network + "2:9091"));
        for (Path config : List.of(director, transition, backend)) {
            assertLogClean(config);
        }
    }
}
