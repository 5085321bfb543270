package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

/** A service with a userdb of its own goes past a gate, unless that is in there too. */
@RequiresDovecot
@Timeout(180)
class GateOfServicesTest {
    private static final List<String> SERVICES = List.of("imap", "pop3", "lmtp");

    @TempDir
    Path temp;

    private static String inLmtp(String... userdbs) {
        return "protocol lmtp {\n" + Stream.of(userdbs).collect(Collectors.joining("\n")) + "\n}";
    }

    @Test
    void aUserdbInsideOfAProtocol() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = Files.writeString(temp.resolve("gate"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        String gateBlock = PasswdFileGateTest.userdb(file);
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").before(gateBlock).start()) {
            String general = Files.readString(dovecot.config());
            String users = PasswdFileGateTest.userdb(dovecot.config().resolveSibling("users"));
            AuthProbe auth = new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), SERVICES);
            Gate gate = new PasswdFileGate(file.toString(), List.of(auth), RunIdentity.current(), Clock.systemUTC());
            Instant soon = Instant.now().plusSeconds(600);

            reconfigure(dovecot, general + inLmtp(users));
            GateException e = assertThrows(GateException.class, () -> gate.close("anna", "wait", soon));
            assertTrue(e.isLasting());
            assertTrue(e.getMessage().contains("does not for lmtp: user anna is not locked out there"), e.getMessage());
            assertEquals("", Files.readString(file));
            assertTrue(gate.awaitOpen("anna", Duration.ofSeconds(60)));

            // as the message says
            reconfigure(dovecot, general + inLmtp(gateBlock, users));
            gate.close("anna", "wait", soon);
            assertEquals(SERVICES, auth.askForEach("anna").stream().map(AuthProbe.ServiceAnswer::service).toList());
            assertTrue(PasswdFileGateTest.refusal(() -> dovecot.lmtp("anna", "Subject: x\n\nx\n")).startsWith("451 4.3.0 "));
            gate.open("anna");
            assertTrue(gate.awaitOpen("anna", Duration.ofSeconds(60)));
            dovecot.lmtp("anna", "Subject: x\n\nx\n");
            assertFalse(gate.isHeld("anna"));
            dovecot.forgetLog();
        }
    }

    private static void reconfigure(DovecotInstance dovecot, String text) throws IOException {
        dovecot.stop();
        Files.writeString(dovecot.config(), text);
        dovecot.start();
    }
}
