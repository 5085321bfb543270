package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.migrate.SeparateMigration.Ended;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;

/**
 * A mail of a gigabyte and a mailbox of a million mails, in as much memory as the launcher gives. Everything lies in
 * {@code /dev/shm} where there is room for it, which takes 6 GB and 1.1 million inodes.
 */
@Tag("soak")
@RequiresDovecot
class LargeMailboxesTest {
    private static final String HEAP = "320m";
    private static final long MEMORY_KIB = 512 * 1024;
    private static final long ROOM = 7L << 30;
    private static final int MILLION = 1_000_000;

    @TempDir
    Path state;
    @TempDir
    Path disk;
    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        Path memory = Path.of("/dev/shm");
        boolean fits = Files.isDirectory(memory) && Files.getFileStore(memory).getUsableSpace() > ROOM;
        home = fits ? Files.createTempDirectory(memory, "roost-") : disk.resolve("home");
        Files.createDirectories(home.resolve("Maildir/cur"));
        Files.createDirectories(home.resolve("Maildir/new"));
    }

    @AfterEach
    void removeHome() throws IOException {
        try (OpenDirectory parent = OpenDirectory.open(ByteString.ofText(home.getParent().toString()))) {
            parent.removeTree(home.getFileName().toString());
        }
    }

    private SeparateMigration migration() {
        Settings d = Settings.defaults();
        return new SeparateMigration(state, "anna", home).heap(HEAP).set("rotate", "" + d.rotateSize())
                .set("checkpoint", "" + d.checkpointBytes());
    }

    private static void assertPassed(Ended ended, long mails, long bytes) {
        assertTrue(ended.succeeded(), ended::toString);
        assertTrue(ended.line("result").contains("mails=" + mails + " bytes=" + bytes), ended::toString);
        assertEquals("equal=true mails=" + mails, ended.line("verified"), ended::toString);
        assertWithinMemory(ended);
    }

    private static void assertWithinMemory(Ended ended) {
        assertTrue(Long.parseLong(ended.line("peak")) < MEMORY_KIB, ended::toString);
    }

    /** A Dovecot whose user anna has her mail in the mdbox that was made. */
    private DovecotInstance dovecot() throws IOException {
        DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").user("anna", "mdbox:" + home + "/mdbox").start();
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        dovecot.own(home.resolve("mdbox"));
        return dovecot;
    }

    @Test
    void aMailOfAGigabyte() throws Exception {
        long lines = (1L << 30) / 64;
        try (OutputStream out = Files.newOutputStream(home.resolve("Maildir/cur/1500000000.M1P1.mail:2,S"))) {
            byte[] block = ("x".repeat(63) + "\n").repeat(16 * 1024).getBytes(StandardCharsets.US_ASCII);
            for (long i = 0; i < lines; i += 16 * 1024) {
                out.write(block);
            }
        }
        Files.writeString(home.resolve("Maildir/cur/1500000001.M1P1.mail:2,"), "Subject: small\n\n");

        assertPassed(migration().run("verify=yes"), 2, (1L << 30) + 16);

        try (DovecotInstance dovecot = dovecot()) {
            MailboxView view = MailboxView.of(dovecot, "anna");
            assertEquals(Long.toString((1L << 30) + lines), MailboxView.field(view.mails("INBOX").get(0), "size.virtual"));
            dovecot.assertLogClean();
        }
    }

    @Test
    void aMailboxOfAMillionMails() throws Exception {
        long bytes = writeMillion();
        SeparateMigration migration = migration();

        Ended killed = migration.run("halt=12");
        assertTrue(killed.wasKilled(), killed::toString);
        assertPassed(migration.run("verify=yes"), MILLION, bytes);
        removeMdbox();
        assertPassed(migration.run("verify=yes"), MILLION, bytes);

        try (DovecotInstance dovecot = dovecot()) {
            String status = dovecot.doveadm("-f", "flow", "mailbox", "status", "-u", "anna", "messages uidnext vsize", "INBOX").succeeded()
                    .text().strip();
            assertEquals("INBOX messages=" + MILLION + " uidnext=" + (MILLION + 1) + " vsize=" + (bytes + 3L * MILLION), status);
            dovecot.lmtp("anna", "Subject: one more\n\n");
            assertEquals("uid=" + (MILLION + 1) + " hdr.subject=one more", dovecot.doveadm("-f", "flow", "fetch", "-u", "anna",
                    "uid hdr.subject", "uid", MILLION + 1 + ":*").succeeded().text().strip());
            assertEquals("uid=777777 hdr.subject=777776", dovecot.doveadm("-f", "flow", "fetch", "-u", "anna", "uid hdr.subject", "uid",
                    "777777").succeeded().text().strip());
            dovecot.assertLogClean();
        }
    }

    private void removeMdbox() throws IOException {
        try (OpenDirectory directory = OpenDirectory.open(ByteString.ofText(home.toString()))) {
            directory.removeTree("mdbox");
        }
    }

    /** Names as long as those of a real server; returns how many bytes the mails have together. */
    private long writeMillion() throws IOException {
        long bytes = 0;
        ByteBuffer buffer = ByteBuffer.allocateDirect(256);
        try (OpenDirectory cur = OpenDirectory.open(ByteString.ofText(home.resolve("Maildir/cur").toString()));
                BufferedWriter uidlist = Files.newBufferedWriter(home.resolve("Maildir/dovecot-uidlist"))) {
            uidlist.write("3 V1500000000 N" + (MILLION + 1) + " G00000000000000000123456789abcdef\n");
            for (int i = 0; i < MILLION; i++) {
                String text = "Subject: " + i + "\n\n" + i + "\n";
                String base = (1_400_000_000L + i) + ".M" + i * 7919L % MILLION + "P" + (1000 + i % 30_000)
                        + ".mail-backend-07.example.org,S="
                        + text.length() + ",W=" + (text.length() + 3);
                try (OpenFile file = cur.create(base + ":2," + (i % 3 == 0 ? "" : "S"), 0600)) {
                    file.write(buffer.clear().put(text.getBytes(StandardCharsets.US_ASCII)).flip());
                }
                uidlist.write((i + 1) + " :" + base + "\n");
                bytes += text.length();
            }
        }
        return bytes;
    }
}
