package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.Anvil;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.InvalidSettingException;
import io.roost.gate.AuthSocket;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.RequiresDovecot;

/** Sessions are seen and ended without doveadm, and with it where there is no other way. */
@RequiresDovecot
@Timeout(120)
class LocalBackendTest {
    private static final List<String> IMAP = List.of("imap");

    @TempDir
    Path temp;

    private static LocalBackend backend(Path sockets, DovecotProgram doveadm) {
        return new LocalBackend(new Anvil(sockets.resolve("anvil")), new AuthSocket(sockets.resolve("auth-master"), "imap"), doveadm);
    }

    private static DovecotProgram doveadm(DovecotInstance dovecot) throws IOException {
        return DovecotProgram.doveadm(Optional.of(dovecot.config().toString()));
    }

    /** One whose doveadm cannot do anything, as it reads no configuration. */
    private LocalBackend withoutDoveadm(DovecotInstance dovecot) throws IOException {
        return backend(dovecot.baseDirectory(), DovecotProgram.doveadm(Optional.of(temp.resolve("none").toString())));
    }

    private static void awaitSome(Backend backend, String user) throws Exception {
        while (backend.sessions(user).isEmpty()) {
            Thread.sleep(10);
        }
    }

    private static void awaitNone(Backend backend, String user) throws Exception {
        while (!backend.sessions(user).isEmpty()) {
            Thread.sleep(10);
        }
    }

    @Test
    void withoutAnyProcess() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "anna smith", "10.0.0.1")
                .config("auth_username_chars =\nauth_cache_size = 1M").start()) {
            seenAndEnded(withoutDoveadm(dovecot), dovecot);
        }
    }

    @Test
    void withDoveadmWhereTheSocketsAreNot() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "anna smith")
                .config("auth_username_chars =").start()) {
            seenAndEnded(backend(temp, doveadm(dovecot)), dovecot);
            dovecot.stop();
            for (LocalBackend backend : List.of(backend(temp, doveadm(dovecot)), withoutDoveadm(dovecot))) {
                assertThrows(Backend.Unreachable.class, () -> backend.sessions("anna"));
                assertThrows(Backend.Unreachable.class, () -> backend.kick("anna"));
                assertThrows(Backend.Unreachable.class, () -> backend.flushAuthCache("anna"));
            }
        }
    }

    private static void seenAndEnded(LocalBackend backend, DovecotInstance dovecot) throws Exception {
        backend.kick("anna");
        try (ImapClient other = dovecot.imap("anna smith")) {
            ImapClient imap = dovecot.imap("anna");
            imap.command("SELECT INBOX");
            // anvil is told over a pipe
            awaitSome(backend, "anna");
            awaitSome(backend, "anna smith");
            assertEquals(IMAP, backend.sessions("anna"));
            assertEquals(IMAP, backend.sessions("anna smith"));
            assertEquals(List.of(), backend.sessions("nobody"));
            backend.kick("anna");
            awaitNone(backend, "anna");
            assertThrows(IOException.class, () -> imap.command("NOOP"));
            imap.drop();
            other.command("NOOP");
            assertEquals(IMAP, backend.sessions("anna smith"));
        }
        backend.flushAuthCache("anna");
        for (String bad : List.of("", "a\tb", "a\nb", "*", "a/b")) {
            assertThrows(InvalidSettingException.class, () -> backend.sessions(bad));
            assertThrows(InvalidSettingException.class, () -> backend.kick(bad));
            assertThrows(InvalidSettingException.class, () -> backend.flushAuthCache(bad));
        }
    }

    @Test
    void aUserCalledAsAnAddressTakesNobodyAlong() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "127.0.0.1").start()) {
            LocalBackend backend = withoutDoveadm(dovecot);
            try (ImapClient anna = dovecot.imap("anna")) {
                awaitSome(backend, "anna");
                // for doveadm that would be everybody from there
                backend.kick("127.0.0.1");
                anna.command("NOOP");
            }
        }
    }

    @Test
    void aProcessThatServesOthersTooIsLeftAlone() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert")
                .config("service imap {\n service_count = 0\n client_limit = 10\n process_limit = 1\n}").start()) {
            LocalBackend backend = withoutDoveadm(dovecot);
            try (ImapClient anna = dovecot.imap("anna"); ImapClient bert = dovecot.imap("bert")) {
                awaitSome(backend, "anna");
                awaitSome(backend, "bert");
                backend.kick("anna");
                assertEquals(IMAP, backend.sessions("anna"));
                anna.command("NOOP");
                bert.command("NOOP");
            }
        }
    }

    @Test
    void whatAuthHasCachedIsForgotten() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").before("userdb {\n  driver = passwd\n}")
                .config("auth_cache_size = 1M").start()) {
            LocalBackend backend = withoutDoveadm(dovecot);
            String[] flush = {"auth", "cache", "flush", "daemon"};
            // a passwd-file would not be cached
            dovecot.doveadm("user", "-u", "daemon").succeeded();
            assertEquals("1", dovecot.doveadm(flush).succeeded().text().split(" ")[0]);
            dovecot.doveadm("user", "-u", "daemon").succeeded();
            backend.flushAuthCache("daemon");
            assertEquals("0", dovecot.doveadm(flush).succeeded().text().split(" ")[0]);
        }
    }
}
