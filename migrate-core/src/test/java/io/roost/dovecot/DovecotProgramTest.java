package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.roost.testing.DovecotInstance;

/** Runs sh in place of Dovecot's programs. */
class DovecotProgramTest {
    private static DovecotProgram sh(Duration limit) throws IOException {
        return DovecotProgram.installed("sh", Optional.empty(), limit);
    }

    @Test
    void outputErrorsAndExitCode() throws Exception {
        DovecotProgram.Result result = sh(Duration.ofMinutes(1)).run("-c", "echo out; echo bad >&2; echo; exit 67");
        assertEquals(new DovecotProgram.Result("sh", 67, "out\n\n", "bad\n"), result);
        assertEquals("sh failed with exit code 67: bad", assertThrows(IOException.class, result::requireSuccess).getMessage());
        assertEquals("sh failed with exit code 3: it said nothing",
                assertThrows(IOException.class, () -> sh(Duration.ofMinutes(1)).run("-c", "exit 3").requireSuccess())
                        .getMessage());
    }

    @Test
    void firstErrorsOnly() throws Exception {
        String errors = sh(Duration.ofMinutes(1)).run("-c", "printf 'a\\033[1m\\n\\nb\\nc\\nd\\n' >&2").firstErrors();
        assertEquals("a\\x1b[1m / b / c", errors);
    }

    @Test
    void argumentsGoThroughNoShell() throws Exception {
        String tricky = "a b;$(echo x)`echo y`*'\"\\\n";
        assertEquals(tricky, sh(Duration.ofMinutes(1)).run("-c", "printf %s \"$1\"", "sh", tricky).output());
        assertEquals("ü", sh(Duration.ofMinutes(1)).run("-c", "printf '\\303\\274'").outputText());
        assertEquals("", sh(Duration.ofMinutes(1)).run("-c", "cat").output());
    }

    @Test
    void argumentsThatTheLocaleCannotHold() throws Exception {
        DovecotProgram.checkArgument("doveadm", "jürgen", StandardCharsets.UTF_8);
        DovecotProgram.checkArgument("doveadm", "juergen", StandardCharsets.US_ASCII);
        for (Charset charset : List.of(StandardCharsets.US_ASCII, StandardCharsets.ISO_8859_1)) {
            String message = assertThrows(InvalidSettingException.class,
                    () -> DovecotProgram.checkArgument("doveadm", "jürgen", charset)).getMessage();
            assertTrue(message.contains("LC_ALL"), message);
        }
        assertThrows(InvalidSettingException.class, 
                () -> DovecotProgram.checkArgument("doveadm", "a\0b", StandardCharsets.UTF_8));
    }

    @Test
    void configurationComesFirst() throws Exception {
        // sh -c script name: the "configuration" is the script
        DovecotProgram program = DovecotProgram.installed("sh", Optional.of("echo $0"), Duration.ofMinutes(1));
        assertEquals("user\n", program.run("user").output());
    }

    @Test
    void tooLongIsKilledWithItsChildren() throws Exception {
        IOException e = assertThrows(IOException.class,
                () -> sh(Duration.ofSeconds(1)).run("-c", "echo why >&2; sleep 4242 & sleep 4243; true"));
        assertEquals("sh was stopped after 1 seconds without an end: why", e.getMessage());
        for (int i = 0; i < 200 && anySleeping(); i++) {
            Thread.sleep(20);
        }
        assertFalse(anySleeping());
    }

    private static boolean anySleeping() {
        return ProcessHandle.current().descendants()
                .anyMatch(p -> p.info().arguments().map(a -> a.length > 0 && a[a.length - 1].startsWith("424")).orElse(false));
    }

    @Test
    void tooMuchIsKilled() {
        IOException e = assertThrows(IOException.class, () -> sh(Duration.ofMinutes(1)).run("-c", "yes"));
        assertTrue(e.getMessage().contains("printed more than"), e.getMessage());
    }

    @Test
    void manyErrorsDoNotBlockIt() throws Exception {
        DovecotProgram.Result result = sh(Duration.ofMinutes(1)).run("-c",
                "i=0; while [ $i -lt 20000 ]; do echo 0123456789 >&2; i=$((i+1)); done");
        assertEquals(0, result.exitCode());
        assertEquals(64 << 10, result.errors().length());
    }

    @Test
    void interruption() throws Exception {
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, () -> sh(Duration.ofMinutes(1)).run("-c", "sleep 4244"));
        assertTrue(Thread.interrupted());
    }

    @Test
    void notInstalled() {
        IOException e = assertThrows(IOException.class, 
                () -> DovecotProgram.installed("no-such-doveadm", Optional.empty(), Duration.ZERO));
        assertTrue(e.getMessage().startsWith("no-such-doveadm is not installed here"), e.getMessage());
        assertFalse(DovecotProgram.isInstalled("no-such-doveadm"));
    }

    /** The doveadm of a Dovecot of the test's own. */
    static DovecotProgram doveadm(DovecotInstance dovecot) throws IOException {
        return DovecotProgram.doveadm(Optional.of(dovecot.config().toString()));
    }
}
