package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

/** The samples of a cutover do what they say. */
class CutoverSamplesTest {
    private static final Path SAMPLES = Path.of("../samples/cutover");

    @TempDir
    Path temp;
    private RunIdentity self;

    @BeforeEach
    void readable() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        self = RunIdentity.current();
    }

    static int lift(String gate) throws Exception {
        Process process = new ProcessBuilder(SAMPLES.resolve("roost-gate-lift").toString(), gate).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        int exit = process.waitFor();
        assertTrue(exit == 2 || said.isEmpty(), said);
        return exit;
    }

    private GateEntry entry(String user, Instant expires) {
        return new GateEntry(user, "your mail moves 100%", self, Instant.ofEpochSecond(1_700_000_000), expires);
    }

    @Test
    @RequiresDovecot
    void passwdFile() throws Exception {
        Path file = Files.writeString(temp.resolve("roost-gate"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        String sample = Files.readString(SAMPLES.resolve("gate-passwd-file.conf")).replace("/etc/dovecot", temp.toString());
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert").before(sample).start()) {
            AuthProbe auth = new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "imap");
            Gate gate = new PasswdFileGate(file.toString(), List.of(auth), self, Clock.systemUTC());
            gate.close("anna", "moved", Instant.now().minusSeconds(1));
            gate.close("bert", "moved", Instant.now().plusSeconds(3600));
            long before = Files.getLastModifiedTime(file).to(TimeUnit.SECONDS);
            assertEquals(0, lift("passwd-file:" + file));
            assertEquals(List.of("bert"), gate.entries().stream().map(GateEntry::user).toList());
            assertTrue(Files.getLastModifiedTime(file).to(TimeUnit.SECONDS) > before);
            assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertTrue(gate.awaitOpen("anna", Duration.ofSeconds(60)));
            assertFalse(gate.awaitOpen("bert", Duration.ZERO));
            byte[] left = Files.readAllBytes(file);
            assertEquals(0, lift("passwd-file:" + file));
            assertEquals(new String(left), Files.readString(file));
        }
    }

    @Test
    void otherLinesStay() throws Exception {
        String others = "# roost_expires=1\n\nadmin:::::::userdb_tempfail\nx:y:1:2:::: roost_expires=1x\n";
        Path file = Files.writeString(temp.resolve("gate"), others + GateFileFormat.line(entry("o'brien", Instant.EPOCH)).bytes() + "\n");
        assertEquals(0, lift("passwd-file:" + file));
        assertEquals(others, Files.readString(file));
        assertEquals(2, lift("passwd-file:gate"));
        assertEquals(2, lift("gate"));
    }

    @Test
    void dict() throws Exception {
        Path expired = Files.write(temp.resolve(DictGateFormat.fileName("a")), DictGateFormat.write(entry("a", Instant.EPOCH)));
        Path valid = Files.write(temp.resolve(DictGateFormat.fileName("b")),
                DictGateFormat.write(entry("b", Instant.now().plusSeconds(3600))));
        Path mine = Files.writeString(temp.resolve(DictGateFormat.fileName("c")), "{\"tempfail\":\"yes\"}\n");
        Path other = Files.writeString(temp.resolve("README"), "\"roost_expires\":\"1\"}\n");
        assertEquals(0, lift("dict:" + temp));
        assertFalse(Files.exists(expired));
        assertTrue(Files.exists(valid) && Files.exists(mine) && Files.exists(other));
    }

    @Test
    void sqlHook() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/sqlite3")), "sqlite3 is not installed");
        Path database = temp.resolve("users.sqlite");
        assertEquals("", sqlite(database, "CREATE TABLE users (userid, mail); INSERT INTO users VALUES ('o''brien', 'maildir:~/Maildir');"
                + " INSERT INTO users VALUES ('anna', 'maildir:~/Maildir')"));
        Path hook = Files.writeString(temp.resolve("hook"), "#!/bin/sh\nROOST_DATABASE=" + database + " exec "
                + SAMPLES.toAbsolutePath().normalize().resolve("switch-hook-sql") + "\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
        UserdbSwitch userdb = new HookSwitch(hook.toString(), Duration.ofSeconds(60), Clock.systemUTC());
        MailChange change = new MailChange("o'brien", "/home/o", "maildir:~/Maildir", "mdbox:~/mdbox'); DROP TABLE users; --");
        userdb.apply(change);
        userdb.apply(change);
        assertEquals("anna|maildir:~/Maildir\no'brien|" + change.to(), sqlite(database, "SELECT * FROM users ORDER BY userid"));
        userdb.revert(change, Optional.empty());
        assertEquals("maildir:~/Maildir", sqlite(database, "SELECT DISTINCT mail FROM users"));
        GateException e = assertThrows(GateException.class,
                () -> userdb.apply(new MailChange("nobody", "/home/n", "maildir:~/Maildir", "mdbox:~/mdbox")));
        assertTrue(e.getMessage().contains("0 rows of user nobody"), e.getMessage());
    }

    private static String sqlite(Path database, String query) throws Exception {
        Process process = new ProcessBuilder("sqlite3", database.toString(), query).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes()).strip();
        assertEquals(0, process.waitFor(), said);
        return said;
    }
}
