package io.roost.maildir;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.RequiresDovecot;

/** Lists and scans Maildirs beside a real Dovecot. */
@RequiresDovecot
class MaildirDovecotTest {

    @Test
    void readsTheSampleAsDovecotShowsIt() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            Path root = dovecot.home("anna").resolve("Maildir");
            MaildirSample.of(root, 7, 30).write();
            dovecot.own(dovecot.home("anna"));
            new DovecotsView(dovecot, "anna", "maildir:~/Maildir").assertSame(1);
        }
    }
}
