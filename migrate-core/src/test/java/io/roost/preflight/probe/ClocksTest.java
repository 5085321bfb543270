package io.roost.preflight.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.DirectorAddress;
import io.roost.posix.KernelClock;
import io.roost.preflight.Check;
import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.preflight.director.DirectorSide;
import io.roost.testing.CheckSides;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotInstance;
import io.roost.testing.Requires.Ability;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** Clocks: of a file server, of other machines by a real Dovecot, and of this kernel. What needs NFS is in samples/check/on-nfs.sh. */
@RequiresDovecot
@CheckSides.Shown
class ClocksTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path temp;

    private Configured backend() throws IOException {
        return Configured.by("").userAt(temp);
    }

    private ProbePlace here() {
        return new ProbePlace(Optional.of(temp.toString()), true);
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
        try (Stream<Path> entries = Files.list(temp)) {
            assertEquals(List.of(), entries.toList(), "no probe is left");
        }
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
}
