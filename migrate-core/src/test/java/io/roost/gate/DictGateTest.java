package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.InvalidSettingException;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

/** The gate that acts at once, with the configuration of the samples. */
@RequiresDovecot
class DictGateTest {
    private static final String REASON = "Your \"mailbox\" is being moved \\ 100% of %u; try again in 2 minutes";
    /** As a passwd-file spells them. */
    private static final List<String> ODD = List.of("o\\'brien", "say \\\"hi\\\"", "anna smith", "jürgen", "back\\\\slash", "#a");

    @TempDir
    static Path temp;
    private static Path gates;
    private static DovecotInstance dovecot;

    private final Instant soon = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.SECONDS);

    @BeforeAll
    static void start() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        gates = Files.createDirectories(temp.resolve("var/gate"));
        Files.writeString(temp.resolve("roost-gate.conf.ext"), sample("roost-gate.conf.ext"));
        dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert").users(ODD.toArray(String[]::new))
                .before(sample("gate-dict.conf"))
                .config("auth_username_chars =\nauth_cache_size = 1M\nauth_cache_ttl = 1 hour").start();
    }

    private static String sample(String name) throws IOException {
        return sample(name, temp);
    }

    static String sample(String name, Path temp) throws IOException {
        return Files.readString(Path.of("../samples/cutover").resolve(name)).replace("/etc/dovecot", temp.toString())
                .replace("/var/lib/roost", temp + "/var");
    }

    @AfterAll
    static void stop() throws IOException {
        dovecot.close();
    }

    @AfterEach
    void everybodyIsIn() throws IOException {
        try (Stream<Path> all = Files.list(gates)) {
            assertEquals(List.of(".roost-lock"), all.map(p -> p.getFileName().toString()).toList());
        }
    }

    private static AuthProbe probe() {
        return new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "imap");
    }

    private static Gate gate() throws IOException {
        return gate(RunIdentity.current());
    }

    private static Gate gate(RunIdentity owner) {
        return new DictGate(gates.toString(), List.of(probe()), owner, Clock.systemUTC());
    }

    @Test
    void actsAtOnce() throws IOException {
        Gate gate = gate();
        for (int i = 0; i < 20; i++) {
            gate.close("anna", REASON, soon);
            assertEquals(AuthAnswer.tempfail(REASON), probe().ask("anna"));
            gate.open("anna");
            assertEquals(AuthAnswer.Kind.ADMITTED, probe().ask("anna").kind());
        }
        assertTrue(gate.awaitOpen("anna", Duration.ZERO));
    }

    @Test
    void whatClientsSee() throws IOException {
        Gate gate = gate();
        gate.close("anna", REASON, soon);
        assertTrue(gate.isHeld("anna"));
        assertEquals("NO [UNAVAILABLE] " + REASON, PasswdFileGateTest.refusal(() -> dovecot.imap("anna")));
        assertEquals("-ERR [SYS/TEMP] " + REASON, PasswdFileGateTest.refusal(() -> dovecot.pop3("anna")));
        assertTrue(PasswdFileGateTest.refusal(() -> dovecot.lmtp("anna", "Subject: x\n\nx\n")).startsWith("451 4.3.0 "));
        dovecot.imap("bert").close();
        dovecot.lmtp("bert", "Subject: x\n\nx\n");
        gate.open("anna");
        dovecot.imap("anna").close();
        dovecot.lmtp("anna", "Subject: x\n\nx\n");
        // the users behind it are still listed
        assertTrue(dovecot.doveadm("user", "*").succeeded().lines().stream().anyMatch("bert"::equals));
    }

    @Test
    void oddNames() throws IOException {
        Gate gate = gate();
        for (String user : List.of("o'brien", "say \"hi\"", "anna smith", "jürgen", "back\\slash")) {
            assertEquals(AuthAnswer.Kind.ADMITTED, probe().ask(user).kind(), user);
            gate.close(user, "wait", soon);
            assertEquals(AuthAnswer.tempfail("wait"), probe().ask(user));
            assertEquals(user, gate.entries().get(0).user());
            gate.open(user);
        }
        for (String user : List.of("a:b", "a\tb", "../anna", "a\nb", "")) {
            assertThrows(InvalidSettingException.class, () -> gate.check(user, "wait"));
            assertThrows(InvalidSettingException.class, () -> gate.close(user, "wait", soon));
        }
    }

    @Test
    void manyAtOnce() throws Exception {
        Gate gate = gate();
        List<String> users = List.of("anna", "bert", "o'brien", "anna smith", "jürgen");
        ExecutorService threads = Executors.newFixedThreadPool(users.size());
        try {
            List<Future<Gate.Closed>> all = new ArrayList<>();
            for (String user : users) {
                all.add(threads.submit(() -> gate.close(user, REASON, soon)));
            }
            for (Future<Gate.Closed> each : all) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
        assertEquals(users.size(), gate.entries().size());
        for (String user : users) {
            gate.open(user);
        }
    }

    @Test
    void owners() throws IOException {
        RunIdentity self = RunIdentity.current();
        Gate other = gate(new RunIdentity("elsewhere", 7, self.run()));
        other.close("anna", "wait", soon);
        GateException e = assertThrows(GateException.class, () -> gate().close("anna", "wait", soon));
        assertTrue(e.getMessage().contains("by Roost on elsewhere, process 7"), e.getMessage());
        gate().open("anna");
        assertThrows(GateException.class, () -> gate().extend("anna", soon));
        assertFalse(gate().isHeld("anna"));
        other.extend("anna", soon.plusSeconds(60));
        assertEquals(List.of(), gate().liftAbandoned(soon.plusSeconds(30)));
        assertEquals("anna", gate().liftAbandoned(soon.plusSeconds(61)).get(0).user());
        gate(new RunIdentity(self.host(), self.pid(), self.run().replaceAll("[0-9]+$", "1"))).close("bert", "wait", soon);
        assertEquals("bert", gate().liftAbandoned(Instant.now()).get(0).user());
        gate().close("bert", "wait", soon);
        assertEquals("bert", other.lift("bert").orElseThrow().user());
        assertEquals(Optional.empty(), other.lift("bert"));
        // by hand
        Path mine = Files.writeString(gates.resolve(DictGateFormat.fileName("bert")), "{\"tempfail\":\"yes\"}");
        assertEquals(1, gate().damage().size());
        assertEquals(List.of(), gate().entries());
        e = assertThrows(GateException.class, () -> gate().close("bert", "wait", soon));
        assertTrue(e.getMessage().contains("not Roost's"), e.getMessage());
        assertTrue(Files.exists(mine));
        gate().lift("bert");
    }

    @Test
    void anyBytesCanBeRead() throws Exception {
        GateEntry entry = new GateEntry("o'brien \"x\" \\ ü", REASON, RunIdentity.current(), soon, soon);
        byte[] valid = DictGateFormat.write(entry);
        assertEquals(entry, DictGateFormat.read(valid).orElseThrow());
        Random random = new Random(5);
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = valid.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            DictGateFormat.read(bytes).ifPresent(read -> assertEquals(read, DictGateFormat.read(DictGateFormat.write(read))
                    .orElseThrow()));
        }
        assertEquals(Optional.empty(), DictGateFormat.read("{}".getBytes(StandardCharsets.UTF_8)));
        assertTrue(gate().entries().isEmpty());
        gate().open("anna");
    }
}
