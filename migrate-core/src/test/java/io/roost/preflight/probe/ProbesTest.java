package io.roost.preflight.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.DirectorAddress;
import io.roost.posix.KernelClock;
import io.roost.posix.PosixException;
import io.roost.preflight.Check;
import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.Mounted;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.preflight.director.DirectorSide;
import io.roost.testing.CheckSides;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotInstance;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.UnreliableFileServer;
import io.roost.testing.UnreliableFileServer.Fault;

/**
 * What has to be tried, on real disks, processes and a real Dovecot. What needs a file server is in
 * samples/check/on-nfs.sh.
 */
@RequiresDovecot
@CheckSides.Shown
class ProbesTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path temp;

    private Configured backend() throws IOException {
        return Configured.by("").userAt(temp);
    }

    private ProbePlace here() {
        return new ProbePlace(Optional.of(temp.toString()), true);
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> entries = Files.list(temp)) {
            assertEquals(List.of(), entries.filter(p -> p.getFileName().toString().startsWith(".roost-probe")).toList());
        }
    }

    @Test
    void locksBetweenProcesses() throws Exception {
        assertEquals(List.of("OK locks-fcntl", "OK locks-dotlock"), backend().look(new Locks(ProbePlace.BESIDE_TARGETS,
                Optional.empty())));
        assertEquals(List.of("OK locks-fcntl", "OK locks-dotlock"), backend().look(new Locks(here(), Optional.empty())));
        assertNothingLeft();
    }

    /** Which of the probes are not in order beside a user's mail on a file server with this fault. */
    private List<String> wrongOn(Fault fault) throws Exception {
        return wrongOn(fault, LockAttempt.PATIENCE);
    }

    private List<String> wrongOn(Fault fault, Duration patience) throws Exception {
        try (UnreliableFileServer server = UnreliableFileServer.at(temp.resolve("mail"), fault)) {
            Configured backend = Configured.by("").userAt(server.point());
            List<String> wrong = new ArrayList<>();
            for (Check check : List.of(new Locks(ProbePlace.BESIDE_TARGETS, Optional.empty(), patience),
                    new ServerClock(ProbePlace.BESIDE_TARGETS, CLOCK), new RootSquash(ProbePlace.BESIDE_TARGETS))) {
                wrong.addAll(backend.look(check).stream().filter(f -> !f.startsWith("OK ")).toList());
            }
            return wrong;
        }
    }

    @Test
    @Requires({Ability.ROOT, Ability.FUSE})
    void fileServersThatDoNotKeepWhatTheyPromise() throws Exception {
        assertEquals(List.of(), wrongOn(Fault.NONE));
        assertEquals(List.of("UNSAFE locks-fcntl"), wrongOn(Fault.NO_LOCKS));
        assertEquals(List.of("UNSAFE locks-fcntl"), wrongOn(Fault.LOCKS_FOR_ALL));
        assertEquals(List.of("UNSAFE locks-fcntl"), wrongOn(Fault.SILENT_LOCKS, Duration.ofSeconds(1)));
        assertEquals(List.of("UNKNOWN locks-fcntl", "UNSAFE locks-dotlock"), wrongOn(Fault.NO_EXCLUSIVE));
        assertEquals(List.of("UNSAFE clock-server"), wrongOn(Fault.CLOCK_AHEAD));
        assertEquals(List.of("UNSAFE root-squash"), wrongOn(Fault.ROOT_IS_NOBODY));
    }

    @Test
    void theOtherProcessTellsTheTruth() throws Exception {
        Path file = Files.createFile(temp.resolve("lock"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
            assertEquals(LockAttempt.REFUSED, LockAttempt.byAnotherProcess(file, LockAttempt.PATIENCE));
        }
        assertEquals(LockAttempt.GOT, LockAttempt.byAnotherProcess(file, LockAttempt.PATIENCE));
        assertEquals(LockAttempt.FAILED, LockAttempt.byAnotherProcess(temp.resolve("not-there"), LockAttempt.PATIENCE));
    }

    @Test
    @Requires(Ability.MOUNT)
    void whatCannotBeTriedIsUnknown() throws Exception {
        List<Check> checks = List.of(new Locks(ProbePlace.NOWHERE, Optional.empty()), new ServerClock(ProbePlace.NOWHERE,
                CLOCK), new RootSquash(ProbePlace.NOWHERE));
        for (Check check : checks) {
            assertTrue(backend().look(check).stream().allMatch(f -> f.startsWith("UNKNOWN ")), check.toString());
        }
        try (Mounted readOnly = Mounted.tmpfs(temp.resolve("mail"), "ro,size=1m")) {
            Configured backend = Configured.by("").userAt(readOnly.point());
            ProbePlace place = ProbePlace.BESIDE_TARGETS;
            assertEquals(List.of("UNKNOWN locks-fcntl", "UNKNOWN locks-dotlock"), backend.look(new Locks(place,
                    Optional.empty())));
            assertEquals(List.of("UNKNOWN clock-server"), backend.look(new ServerClock(place, CLOCK)));
            assertEquals(List.of("UNKNOWN root-squash"), backend.look(new RootSquash(place)));
        }
        assertEquals(List.of("UNKNOWN clock-server"), Configured.by("").look(new ServerClock(ProbePlace.BESIDE_TARGETS,
                CLOCK)));
    }

    @Test
    void aLockThatAnotherHostShouldHold() throws Exception {
        Path file = Files.createFile(temp.resolve("lock"));
        Locks check = new Locks(ProbePlace.NOWHERE, Optional.of(file));
        assertEquals(Severity.UNSAFE, backend().severity(check, "locks-hosts"));
        Process holder = java(Holder.class, file.toString());
        try {
            assertEquals("held", holder.inputReader().readLine());
            assertEquals(Severity.OK, backend().severity(check, "locks-hosts"));
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertEquals(Severity.UNKNOWN, backend().severity(new Locks(ProbePlace.NOWHERE, Optional.of(temp.resolve("none"))),
                "locks-hosts"));
    }

    @Test
    @Requires(Ability.ROOT)
    void rootOfALocalDiskIsNotSquashed() throws Exception {
        assertEquals(Severity.OK, backend().severity(new RootSquash(ProbePlace.BESIDE_TARGETS), "root-squash"));
        assertNothingLeft();
    }

    @Test
    void theServersClock() throws Exception {
        Clock ahead = Clock.offset(CLOCK, Duration.ofSeconds(-5));
        Clock behind = Clock.offset(CLOCK, Duration.ofSeconds(5));
        assertEquals(Severity.OK, backend().severity(new ServerClock(here(), CLOCK), "clock-server"));
        Finding finding = backend().finding(new ServerClock(here(), ahead), "clock-server");
        assertEquals(Severity.UNSAFE, finding.severity());
        assertTrue(finding.found().startsWith("+4.9") || finding.found().startsWith("+5.0"), finding.found());
        assertEquals(Severity.UNSAFE, backend().severity(new ServerClock(here(), behind), "clock-server"));
        assertNothingLeft();
    }

    @Test
    void boundsOfAClock() {
        Instant t = Instant.ofEpochSecond(1_000);
        ClockSkew same = ClockSkew.of(t, t.plusMillis(100), t.plusMillis(50), 0);
        assertTrue(same.isSmall() && !same.isTooLarge());
        assertEquals("-0.050 s to +0.050 s", same.toString());
        ClockSkew slow = ClockSkew.of(t, t.plusSeconds(3), t, 0);
        assertTrue(!slow.isSmall() && !slow.isTooLarge(), "an answer that took three seconds says nothing");
        assertTrue(ClockSkew.of(t, t.plusMillis(1), t.minusSeconds(2), 0).isTooLarge());
        assertEquals(Optional.of(same), new ClockSkew(-1_000_000_000, 50_000_000).and(same));
        assertEquals(Optional.empty(), same.and(ClockSkew.of(t, t, t.plusSeconds(9), 0)));
    }

    @Test
    void otherClocksByTheDateOfDovecotsHttp() throws Exception {
        int port = freePort();
        String listener = "service doveadm {\n  inet_listener http {\n    address = 127.0.0.1\n    port = " + port
                + "\n  }\n}\ndoveadm_api_key = secret\n";
        List<URI> url = List.of(URI.create("http://127.0.0.1:" + port + "/"));
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").config(listener).start()) {
            Finding fine = backend().finding(clocks(url, CLOCK), "clock-others");
            assertEquals(Severity.OK, fine.severity(), fine::toString);
            Clock behind = Clock.offset(CLOCK, Duration.ofSeconds(-4));
            Finding ahead = backend().finding(clocks(url, behind), "clock-others");
            assertEquals(Severity.UNSAFE, ahead.severity(), ahead::toString);
        }
        assertEquals(Severity.UNKNOWN, backend().severity(clocks(url, CLOCK), "clock-others"));
        assertEquals(Severity.UNKNOWN, backend().severity(clocks(List.of(), CLOCK), "clock-others"));
        assertEquals(Severity.OK, backend().topology(Topology.SINGLE_BACKEND).severity(clocks(List.of(), CLOCK), "clock-others"));
    }

    private static OtherClocks clocks(List<URI> urls, Clock clock) {
        return new OtherClocks(urls, DirectorSide.UNKNOWN, clock, ip -> false);
    }

    /** The addresses of this machine stand for others: {@code ours} says which is not. Part "clock" of on-nfs.sh has real ones. */
    @Test
    @Requires(Ability.ROOT)
    void otherClocksOfThoseWhomTheDirectorNames() throws Exception {
        String http = "service doveadm {\n  inet_listener http {\n    port = " + DirectorCluster.DOVEADM_HTTP_PORT + "\n  }\n}\n";
        try (DirectorCluster cluster = DirectorCluster.with().directorConfig(http).start()) {
            DirectorSide side = new DirectorSide(List.of(DirectorAddress.parse(cluster.adminAddress())), Optional.empty());
            String self = cluster.backends().get(0).ip();
            String other = cluster.backends().get(1).ip();
            String director = cluster.director().ip();
            Check check = new OtherClocks(List.of(), side, CLOCK, self::equals);
            Configured backend = Configured.of(cluster.backends().get(0).config());
            assertEquals(List.of("OK clock of " + other + ":31080", "OK clock of " + director + ":31080"), seen(backend, check));

            List<Finding> without = check.look(Configured.by("").backend());
            assertEquals(List.of("UNKNOWN clock of backends " + other, "UNKNOWN clock of directors " + director),
                    seen(Configured.by(""), check));
            assertTrue(backend.backend().settings().mailLocation().startsWith("maildir:"));
            assertEquals(List.of("OK clock of " + other + ":31080", "OK clock of " + director + ":31080"),
                    seen(Configured.by(without.get(0).hint().orElseThrow().text().replace("8080", "31080")), check));

            Check behind = new OtherClocks(List.of(), side, Clock.offset(CLOCK, Duration.ofSeconds(-4)), self::equals);
            assertEquals(List.of("UNSAFE clock of " + other + ":31080", "UNSAFE clock of " + director + ":31080"), seen(backend, behind));
            Check named = new OtherClocks(List.of(URI.create("http://" + other + ":31080/")), side, CLOCK, self::equals);
            assertEquals(2, seen(backend, named).size(), "each once");
            Check alone = new OtherClocks(List.of(), side, CLOCK, ip -> true);
            assertEquals(List.of("OK clock of other backends and the director"), seen(backend, alone));

            cluster.backends().get(1).stop();
            assertEquals(List.of("UNKNOWN clock of " + other + ":31080", "OK clock of " + director + ":31080"), seen(backend, check));
            cluster.director().stop();
            assertEquals(List.of("UNKNOWN clock of other backends and the director"), seen(backend, check));
        }
    }

    private static List<String> seen(Configured backend, Check check) throws Exception {
        backend.look(check);
        return check.look(backend.backend()).stream().map(f -> f.severity() + " " + f.lookedAt()).toList();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** A real kernel in both states: part "time" of samples/check/on-nfs.sh. */
    @Test
    void aTimeDaemon() throws Exception {
        TimeDaemon kept = new TimeDaemon(() -> new KernelClock(true, 12_000));
        TimeDaemon free = new TimeDaemon(() -> new KernelClock(false, 16_000_000));
        Path nothing = Files.createDirectories(temp.resolve("root/proc")).getParent();
        Finding container = backend().root(nothing).finding(kept, "time-daemon");
        assertEquals(Severity.OK, container.severity());
        assertEquals("no time daemon; the kernel's clock is synchronised, to 0.012 s: it is kept from outside, as a container's is",
                container.found());
        Finding none = backend().root(nothing).finding(free, "time-daemon");
        assertEquals(Severity.ADVICE, none.severity());
        assertEquals("no time daemon; the kernel's clock is not synchronised", none.found());
        assertEquals(Severity.ADVICE, backend().root(nothing).severity(new TimeDaemon(() -> new KernelClock(true, 1_000_001)),
                "time-daemon"), "a daemon whose servers have not answered for long");
        boolean now = KernelClock.now().synchronised() && KernelClock.now().maxErrorMicros() < 500_000;
        assertEquals(now ? Severity.OK : Severity.ADVICE, backend().severity(new TimeDaemon(), "time-daemon"), "as it is here");
        Path program = Files.copy(Path.of("/bin/sleep"), temp.resolve("chronyd"));
        Process daemon = new ProcessBuilder(program.toString(), "600").start();
        try {
            Finding with = backend().finding(kept, "time-daemon");
            assertEquals(Severity.OK, with.severity());
            assertEquals("chronyd; the kernel's clock is synchronised, to 0.012 s", with.found());
            Finding idle = backend().finding(free, "time-daemon");
            assertEquals(Severity.ADVICE, idle.severity());
            assertTrue(idle.remedy().contains("chronyc tracking"), idle.remedy());
        } finally {
            daemon.destroyForcibly().waitFor();
        }
    }

    @Test
    void aProbeIsRemovedWhenTheProcessIsTerminated() throws Exception {
        Process process = java(Waiting.class, temp.toString());
        try {
            String name = process.inputReader().readLine();
            assertTrue(Files.exists(temp.resolve(name)), name);
            process.destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertNothingLeft();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process java(Class<?> main, String argument) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), main.getName(), argument).redirectErrorStream(true).start();
    }

    /** Another host, as far as locks go: another process. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]),
                    StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
                System.out.println("held");
                Thread.sleep(120_000);
            }
        }
    }

    /** Holds a probe file until it is told to end. */
    static final class Waiting {
        public static void main(String[] args) throws Exception {
            try (ProbeFile probe = ProbeFile.in(args[0])) {
                System.out.println(probe.name());
                Thread.sleep(120_000);
            }
        }
    }

    @Test
    void aProbeIsClosedOnce() throws Exception {
        ProbeFile probe = ProbeFile.in(temp.toString());
        assertEquals(0600, probe.file().status().mode());
        probe.close();
        probe.close();
        assertNothingLeft();
        assertThrows(PosixException.class, () -> ProbeFile.in(temp.resolve("none").toString()));
    }
}
