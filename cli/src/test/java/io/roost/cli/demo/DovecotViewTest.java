package io.roost.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.MaildirBuilder;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

@RequiresDovecot
class DovecotViewTest {
    @TempDir
    private Path temp;

    private int owner = -1;

    private Path maildir(String name, String text) throws IOException {
        MaildirBuilder maildir = MaildirBuilder.in(temp.resolve(name));
        maildir.mailbox("INBOX").add(SampleMail.of("Subject: a\n\n" + text + "\n").flags("S"))
                .add(SampleMail.of("Subject: b\n\nb\n").received(1_600_000_000L));
        maildir.mailbox("日本/東京");
        return maildir.write();
    }

    private void give() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        if ((Integer) Files.getAttribute(temp, "unix:uid") == 0) {
            owner = 5000;
            try (Stream<Path> all = Files.walk(temp)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(path, "unix:gid", owner, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    @Test
    void seesMailboxesAndTellsWhatDiffers() throws IOException {
        Path one = maildir("one", "same");
        Path same = maildir("same", "same");
        Path other = maildir("other", "diff");
        Files.createDirectory(temp.resolve("dovecot"));
        give();
        DovecotView view = new DovecotView(temp.resolve("dovecot"), owner);
        Map<String, DovecotView.Mailbox> seen = view.look("maildir:" + one);
        assertEquals(Set.of("INBOX", "日本/東京"), seen.keySet());
        assertEquals(2, seen.get("INBOX").messages());
        assertEquals(1, seen.get("INBOX").unseen());
        assertEquals("", seen.get("INBOX").difference(view.look("maildir:" + same).get("INBOX")));
        assertEquals("mails", seen.get("INBOX").difference(view.look("maildir:" + other).get("INBOX")));
        assertTrue(view.version().startsWith("2."), view.version());
        assertTrue(view.logLines().isEmpty(), () -> "complaints");
    }

    @Test
    void complaintsAreKept() throws IOException {
        Path broken = maildir("broken", "x");
        Files.writeString(broken.resolve("dovecot-uidlist"), "3 V1500000000 N3 G00112233445566778899aabbccddeeff\n2 :x\n1 "
                + ":y\n");
        Files.createDirectory(temp.resolve("dovecot"));
        give();
        DovecotView view = new DovecotView(temp.resolve("dovecot"), owner);
        view.look("maildir:" + broken);
        assertFalse(view.logLines().isEmpty());
    }
}
