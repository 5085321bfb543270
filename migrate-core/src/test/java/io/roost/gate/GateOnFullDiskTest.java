package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.PosixException;
import io.roost.preflight.Mounted;
import io.roost.testing.DovecotInstance;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** The disk that the gate is on becomes full while users are locked out: they are let in all the same. */
@RequiresDovecot
@Requires(Requires.Ability.MOUNT)
@Timeout(180)
class GateOnFullDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String OTHERS = "# the administrator's\n";

    @TempDir
    Path temp;
    private final Instant soon = Instant.now().plusSeconds(600);
    private Path disk;

    @BeforeEach
    void readable() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        disk = temp.resolve("disk");
    }

    @Test
    void passwdFile() throws Exception {
        try (Mounted mounted = Mounted.loop(temp.resolve("image"), disk)) {
            Path file = Files.writeString(disk.resolve("gate"), OTHERS);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "b", "carl", "dora", "emil")
                    .before(PasswdFileGateTest.userdb(file)).start()) {
                AuthProbe auth = new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "imap");
                Gate gate = new PasswdFileGate(file.toString(), List.of(auth), RunIdentity.current(), Clock.systemUTC());
                gate.close("anna", "wait", soon);
                gate.close("b", "wait", Instant.now().minusSeconds(1));
                gate.close("carl", "wait", Instant.now().minusSeconds(1));
                gate.close("dora", "wait", soon);
                Path ballast = fill();
                PosixException e = assertThrows(PosixException.class, () -> gate.close("emil", "wait", soon));
                assertTrue(e.isNoSpace(), e.getMessage());

                gate.open("anna");
                assertTrue(gate.awaitOpen("anna", PATIENCE));
                dovecot.imap("anna").close();
                assertEquals(List.of("b", "carl"), gate.liftAbandoned(Instant.now()).stream().map(GateEntry::user).toList());
                assertTrue(gate.awaitOpen("b", PATIENCE) && gate.awaitOpen("carl", PATIENCE));
                // twice is as good as once
                gate.open("anna");
                assertEquals(List.of(), gate.liftAbandoned(Instant.now()));
                assertEquals(List.of("dora"), gate.entries().stream().map(GateEntry::user).toList());
                assertEquals(List.of(), gate.damage());
                assertEquals(AuthAnswer.tempfail("wait"), auth.ask("dora"));
                assertEquals("dora", gate.lift("dora").orElseThrow().user());
                assertTrue(gate.awaitOpen("dora", PATIENCE));
                assertEquals(1 + 4, Files.readAllLines(file).size());

                Files.delete(ballast);
                gate.close("emil", "wait", soon);
                assertEquals(2, Files.readAllLines(file).size(), Files.readString(file));
                gate.open("emil");
                assertEquals(OTHERS, Files.readString(file));
            }
        }
    }

    /** The timer, where there is no Roost. */
    @Test
    void withoutRoost() throws Exception {
        try (Mounted mounted = Mounted.loop(temp.resolve("image"), disk)) {
            Path file = Files.writeString(disk.resolve("gate"), OTHERS);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert")
                    .before(PasswdFileGateTest.userdb(file)).start()) {
                AuthProbe auth = new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "imap");
                Gate gate = new PasswdFileGate(file.toString(), List.of(auth), RunIdentity.current(), Clock.systemUTC());
                gate.close("anna", "wait", Instant.now().minusSeconds(1));
                gate.close("bert", "wait", soon);
                Path ballast = fill();
                CutoverSamplesTest.lift("passwd-file:" + file);
                assertTrue(gate.awaitOpen("anna", PATIENCE));
                assertEquals(AuthAnswer.tempfail("wait"), auth.ask("bert"));
                assertEquals(List.of("bert"), gate.entries().stream().map(GateEntry::user).toList());
                Files.delete(ballast);
                CutoverSamplesTest.lift("passwd-file:" + file);
                assertEquals(OTHERS + GateFileFormat.line(gate.entries().get(0)).bytes() + "\n", Files.readString(file));
            }
        }
    }

    @Test
    void dict() throws Exception {
        try (Mounted mounted = Mounted.loop(temp.resolve("image"), disk)) {
            Files.writeString(temp.resolve("roost-gate.conf.ext"), DictGateTest.sample("roost-gate.conf.ext", temp)
                    .replace(temp + "/var/gate", disk.toString()));
            try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert")
                    .before(DictGateTest.sample("gate-dict.conf", temp)).start()) {
                AuthProbe auth = new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "imap");
                Gate gate = new DictGate(disk.toString(), List.of(auth), RunIdentity.current(), Clock.systemUTC());
                gate.close("anna", "wait", soon);
                gate.close("bert", "wait", Instant.now().minusSeconds(1));
                fill();
                assertTrue(assertThrows(PosixException.class, () -> gate.extend("anna", soon)).isNoSpace());
                assertTrue(gate.isHeld("anna"));
                gate.open("anna");
                assertEquals("bert", gate.liftAbandoned(Instant.now()).get(0).user());
                assertTrue(gate.awaitOpen("anna", PATIENCE) && gate.awaitOpen("bert", PATIENCE));
                assertFalse(gate.isHeld("anna"));
            }
        }
    }

    /** Also the last block that a name in the directory could need. */
    private Path fill() throws IOException {
        Path ballast = disk.resolve("ballast");
        assertThrows(IOException.class, () -> {
            try (OutputStream out = Files.newOutputStream(ballast)) {
                while (true) {
                    out.write(new byte[1024]);
                }
            }
        });
        assertThrows(IOException.class, () -> Files.writeString(disk.resolve("more"), "x"));
        Files.delete(disk.resolve("more"));
        return ballast;
    }
}
