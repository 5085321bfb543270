package io.roost.preflight.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.DirectorAddress;
import io.roost.dovecot.DovecotSettings;
import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.MountTable;
import io.roost.preflight.Preflight;
import io.roost.preflight.Recorded;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.preflight.WithoutDirector;
import io.roost.testing.CheckSides;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** Against a real director with two backends, all of them addresses of this machine. */
@RequiresDovecot
@CheckSides.Shown
class DirectorChecksTest {
    private static Configured users(String... names) throws IOException {
        Configured backend = Configured.by("");
        for (String name : names) {
            backend.user(name, "/no-such-home/" + name, 5000, "maildir:~/Maildir", "mdbox:~/mdbox");
        }
        return backend;
    }

    private static DirectorState state(String address, Optional<DovecotSettings> settings) throws IOException {
        return new DirectorState(new DirectorSide(List.of(DirectorAddress.parse(address)), settings));
    }

    @Test
    @Requires(Ability.ROOT)
    void aRealDirector() throws Exception {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna", "bert").start()) {
            String admin = cluster.adminAddress();
            assertEquals(List.of("OK director-reachable", "OK director-backend", "OK director-ring", "OK director-hash"),
                    users("anna", "bert").look(state(admin, Optional.empty())));
            assertEquals(Severity.UNKNOWN, users().severity(state(admin, Optional.empty()), "director-hash"));
            // six users whose domains differ: by chance all would agree once in sixty-four times, and names are fixed
            Optional<DovecotSettings> byDomain = Optional.of(DovecotSettings.parse("director_username_hash = %Ld\n"));
            assertEquals(Severity.UNSAFE, users("a@a.org", "b@b.org", "c@c.org", "d@d.org", "e@e.org", "f@f.org")
                    .severity(state(admin, byDomain), "director-hash"));
            for (DovecotNode backend : cluster.backends()) {
                cluster.director().doveadm("director", "down", backend.ip()).succeeded();
            }
            mended(cluster, "director up");
            for (DovecotNode backend : cluster.backends()) {
                cluster.director().doveadm("director", "update", backend.ip(), "0").succeeded();
            }
            mended(cluster, "director update");
            cluster.director().doveadm("director", "add", "192.0.2.1").succeeded();
            for (DovecotNode backend : cluster.backends()) {
                cluster.director().doveadm("director", "remove", backend.ip()).succeeded();
            }
            Finding elsewhere = users("anna").finding(state(admin, Optional.empty()), "director-backend");
            assertEquals(Severity.UNSAFE, elsewhere.severity());
            assertTrue(elsewhere.found().contains("192.0.2.1"), elsewhere.found());
        }
    }

    /** The backend takes no users, until the command is run that the check says. */
    private static void mended(DirectorCluster cluster, String command) throws Exception {
        Finding finding = users("anna").finding(state(cluster.adminAddress(), Optional.empty()), "director-backend");
        assertEquals(Severity.ADVICE, finding.severity());
        String remedy = finding.remedy().substring(finding.remedy().indexOf("doveadm ") + "doveadm ".length());
        assertTrue(remedy.startsWith(command), remedy);
        cluster.director().doveadm(remedy.split(" ")).succeeded();
        assertEquals(Severity.OK, users("anna").severity(state(cluster.adminAddress(), Optional.empty()), "director-backend"));
    }

    private static void inRingWith(String other, DovecotNode director) throws IOException {
        director.stop();
        Files.writeString(director.config(), "director_servers = " + director.ip() + ":31091 " + other + ":31091\n",
                StandardOpenOption.APPEND);
    }

    @Test
    @Requires(Ability.ROOT)
    void aRingWithADirectorThatIsDown() throws Exception {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna").start()) {
            DovecotNode director = cluster.director();
            inRingWith(director.ip().replaceFirst("1$", "2"), director);
            director.start();
            Finding ring = users("anna").finding(state(cluster.adminAddress(), Optional.empty()), "director-ring");
            assertEquals(Severity.UNSAFE, ring.severity(), ring::toString);
            assertEquals("ring handshaking, 2 directors", ring.found());
        }
    }

    /** Directors look for each other twice in a minute. */
    @Test
    @Tag("soak")
    @Requires(Ability.ROOT)
    void aRingOfTwoThatBecomesOneOfOne() throws Exception {
        try (DirectorCluster cluster = DirectorCluster.with().users("anna").start();
                DirectorCluster another = DirectorCluster.with().users("anna").start()) {
            DirectorState check = state(cluster.adminAddress(), Optional.empty());
            DovecotNode director = cluster.director();
            DovecotNode second = another.director();
            inRingWith(second.ip(), director);
            inRingWith(director.ip(), second);
            director.start();
            second.start();
            assertEquals("ring synced, 2 directors", awaitRing(check, Severity.OK).found());
            second.stop();
            Finding alone = awaitRing(check, Severity.UNKNOWN);
            assertTrue(alone.found().startsWith("it is alone, without " + second.ip()), alone::toString);
        }
    }

    private static Finding awaitRing(DirectorState check, Severity severity) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (true) {
            Finding ring = users("anna").finding(check, "director-ring");
            if (ring.severity() == severity || System.nanoTime() > deadline) {
                assertEquals(severity, ring.severity(), ring::toString);
                return ring;
            }
            Thread.sleep(50);
        }
    }

    @Test
    void aDirectorThatDoesNotAnswerOrWasNotNamed() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertEquals(List.of("UNSAFE director-reachable"), users("anna").look(state("127.0.0.1:" + port, Optional.empty())));
        assertEquals(List.of("UNKNOWN director-reachable"), users("anna").look(new DirectorState(DirectorSide.UNKNOWN)));
        assertEquals(List.of(), users("anna").topology(Topology.SINGLE_BACKEND).look(new DirectorState(DirectorSide.UNKNOWN)));
    }

    private static DirectorSettings settings(String text) throws IOException {
        return settings(text, List.of());
    }

    private static DirectorSettings settings(String text, List<String> everybody) throws IOException {
        return new DirectorSettings(new DirectorSide(List.of(), Optional.of(Configured.by(text).backend().settings())), everybody);
    }

    @Test
    void userExpiry() throws Exception {
        String id = "director-user-expire";
        assertEquals(Severity.UNKNOWN, users("anna").severity(new DirectorSettings(DirectorSide.UNKNOWN, List.of()), id));
        assertEquals(Severity.OK, users("anna").severity(settings(""), id), "15 minutes by default");
        assertEquals(Severity.UNSAFE, users("anna").severity(settings("director_user_expire = 60 s\n"), id));
        MountTable longer = Recorded.overRoot("nfs", "rw", "rw,vers=3,acregmin=1200,acregmax=1200,acdirmin=60,hard");
        assertEquals(Severity.UNSAFE, users("anna").mounts(longer).severity(settings(""), id));
        assertEquals(Severity.OK, users("anna").mounts(longer).severity(settings("director_user_expire = 1 hours\n"), id));
        assertEquals(Severity.OK, Configured.by("director_servers = 127.0.0.1\n")
                .severity(new DirectorSettings(DirectorSide.UNKNOWN, List.of()), id),
                "this machine is the director");
    }

    @Test
    void flushSocket() throws Exception {
        String id = "director-flush-socket";
        assertEquals(Severity.UNKNOWN, users("anna").severity(new DirectorSettings(DirectorSide.UNKNOWN, List.of()), id));
        assertEquals(Severity.OK, users("anna").severity(settings(""), id), "no LISTINDEX");
        Configured memory = Configured.by("").user("anna", "/home", 1, "maildir:~/M:LISTINDEX=/dev/shm/x/l", "");
        assertEquals(Severity.ADVICE, memory.severity(settings(""), id));
        assertEquals(Severity.UNSAFE, users("anna").severity(settings("director_flush_socket = flush\n"), id), "a bare path");
        assertEquals(Severity.UNKNOWN, users("anna").severity(settings("director_flush_socket = unix:flush\n"), id),
                "on the director");
        assertEquals(Severity.UNKNOWN, users("anna").severity(settings("director_flush_socket = exec:/bin/true\n"), id));
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
            assertEquals(Severity.OK, users("anna").severity(settings("director_flush_socket = tcp:%i:" + port + "\n"), id));
        }
        assertEquals(Severity.UNSAFE, users("anna").severity(settings("director_flush_socket = tcp:%i:" + port + "\n"), id));
        assertEquals(Severity.UNSAFE, users("anna").severity(settings("director_flush_socket = tcp:%i:99999\n"), id));
    }

    @Test
    void usersWhoAreOneToTheDirector() throws Exception {
        String id = "director-hash-collisions";
        assertEquals(Severity.OK, users("anna@a.org", "bert@a.org").severity(settings(""), id));
        Finding finding = users("anna@a.org", "bert@a.org").finding(settings("director_username_hash = %Ld\n"), id);
        assertEquals(Severity.ADVICE, finding.severity());
        assertEquals("anna@a.org and bert@a.org", finding.found());
        assertEquals(Severity.UNKNOWN, users().severity(settings(""), id));
        List<String> everybody = IntStream.range(26_000, 86_000).mapToObj(i -> "user" + i + "@example.org").toList();
        Finding large = users("anna@a.org").finding(settings("", everybody), id);
        assertEquals(Severity.ADVICE, large.severity());
        assertEquals("user26658@example.org and user85795@example.org", large.found());
        assertEquals(Severity.OK, users("anna@a.org").severity(settings("", everybody.subList(0, 9_000)), id));
    }

    @Test
    void programsThatMoveUsers(@TempDir Path temp) throws Exception {
        String id = "director-monitor";
        Configured director = Configured.by("director_servers = 127.0.0.1\n");
        Path process = Files.createDirectories(temp.resolve("proc/7"));
        Files.writeString(process.resolve("comm"), "tail");
        Files.writeString(process.resolve("cmdline"), "tail\0-f\0/var/log/poolmon\0");
        assertEquals(Severity.UNKNOWN, users().root(temp).severity(settings(""), id), "it may run on the director");
        assertEquals(Severity.UNKNOWN, director.root(temp).severity(settings(""), id), "processes of others are hidden");
        Files.createDirectory(temp.resolve("proc/1"));
        assertEquals(Severity.OK, director.root(temp).severity(settings(""), id));
        Files.writeString(process.resolve("comm"), "python3");
        Files.writeString(process.resolve("cmdline"), "/usr/bin/python3\0-u\0/usr/bin/dovemon.py\0-c\0/etc/dovemon.yml\0");
        Finding dovemon = director.root(temp).finding(settings(""), id);
        assertEquals(Severity.ADVICE, dovemon.severity());
        assertEquals("dovemon runs here", dovemon.found());
        for (String[] start : List.of(new String[] {}, new String[] {"/bin/sh", "-u"})) {
            assertEquals(Severity.ADVICE, withPoolmon(temp, start).severity());
        }
    }

    /** A script, as it is, which runs as what its first line says, or as it is started. */
    private static Finding withPoolmon(Path temp, String... start) throws Exception {
        Path script = Files.writeString(temp.resolve("poolmon"), "#!/bin/sh\necho up\nread line\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        Process running = new ProcessBuilder(Stream.concat(Stream.of(start), Stream.of(script.toString(), "-f")).toList()).start();
        try {
            assertEquals("up", running.inputReader().readLine());
            return users().finding(settings(""), "director-monitor");
        } finally {
            running.destroyForcibly().waitFor();
        }
    }

    @Test
    void withoutADirector() throws Exception {
        WithoutDirector check = new WithoutDirector();
        assertEquals(List.of("UNSAFE no-director", "UNKNOWN source-ip-stickiness", "UNKNOWN maildir-kept"),
                users().topology(Topology.NO_DIRECTOR).look(check));
        assertEquals(Severity.OK, users("anna").topology(Topology.NO_DIRECTOR).severity(check, "maildir-kept"));
        Configured mdbox = users("anna").user("bert", "/no-such-home/bert", 5000, "mdbox:~/mdbox", "").topology(Topology.NO_DIRECTOR);
        assertEquals("bert has mdbox", mdbox.finding(check, "maildir-kept").found());
        assertEquals(Severity.UNSAFE, mdbox.severity(check, "maildir-kept"));
        assertEquals(Severity.UNSAFE, Configured.by("mail_location = mdbox:~/mdbox\n").topology(Topology.NO_DIRECTOR)
                .severity(check, "maildir-kept"));
        assertEquals(List.of("UNKNOWN no-director"), users().topology(Topology.UNKNOWN).look(check));
        assertEquals(List.of("OK no-director"), users().topology(Topology.SINGLE_BACKEND).look(check));
        assertEquals(List.of("OK no-director"), users().look(check));
    }

    @Test
    void beforeAMigrationOnlyWhatIsUnsafeIsTold() throws Exception {
        assertEquals(Set.of("no-director"), ids(Configured.by("").topology(Topology.NO_DIRECTOR)
                .user("anna", "/no-such-home", 5000, "maildir:~/M", "mdbox:~/m")), "mail is on a local disk");
        Configured nfs = Configured.by("").mounts(Recorded.overRoot("nfs", "rw", "rw,vers=3,soft,nolock,local_lock=all"))
                .user("anna", "/no-such-home", 5000, "maildir:~/M", "mdbox:~/m");
        assertEquals(Set.of("mmap-disable", "mail-fsync", "nfs-hard", "nfs-locks"), ids(nfs));
        assertEquals(Set.of(), ids(Configured.by("mmap_disable = yes\nmail_fsync = always\n")
                .mounts(Recorded.overRoot("nfs", "rw", "rw,vers=3,hard,local_lock=none"))
                .user("anna", "/no-such-home", 5000, "maildir:~/M", "mdbox:~/m")));
        assertEquals(Set.of(), ids(users("anna").topology(Topology.SINGLE_BACKEND)));
        assertEquals(List.of("mail-fsync", "nfs-locks", "nfs-hard"), Preflight.beforeMigration(nfs.backend(),
                Set.of("mmap-disable")).stream().map(Finding::id).toList());
    }

    private static Set<String> ids(Configured backend) throws Exception {
        return Preflight.beforeMigration(backend.backend(), List.of()).stream().map(Finding::id).collect(Collectors.toSet());
    }
}
