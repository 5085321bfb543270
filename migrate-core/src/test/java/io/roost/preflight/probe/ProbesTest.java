package io.roost.preflight.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.PosixException;
import io.roost.preflight.Check;
import io.roost.preflight.Configured;
import io.roost.preflight.Mounted;
import io.roost.preflight.Severity;
import io.roost.testing.CheckSides;
import io.roost.testing.Requires.Ability;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.UnreliableFileServer.Fault;
import io.roost.testing.UnreliableFileServer;

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
