package io.roost.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

@RequiresDovecot
class DovecotInstanceTest {
    private static final String MESSAGE = "From: a@example.org\nSubject: dots\n\n.one\n..two\nend\n";

    @Test
    void servesAMailThroughEveryProtocol() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("anna").start()) {
            assertTrue(dovecot.lmtp("anna", MESSAGE).startsWith("250 "));
            try (ImapClient imap = dovecot.imap("anna")) {
                assertTrue(imap.command("SELECT INBOX").contains("* 1 EXISTS"));
                imap.append("INBOX", "(\\Seen) \"01-Jan-2020 00:00:00 +0000\"", "Subject: literal\r\n\r\nbody {3}\r\n");
                List<String> fetched = imap.command("FETCH 2 (FLAGS BODY.PEEK[])");
                assertTrue(fetched.contains("* 2 FETCH (FLAGS (\\Seen \\Recent) BODY[] {30}\r\nSubject: literal\r\n\r\nbody {3}\r\n)"),
                        fetched::toString);
            }
            try (Pop3Client pop3 = dovecot.pop3("anna")) {
                assertEquals(2, pop3.uidl().size());
                assertEquals("2 30", pop3.list().get(1));
                assertTrue(pop3.retrieve(1).endsWith("\r\n\r\n.one\r\n..two\r\nend"));
            }
            assertEquals(dovecot.mailUid(), Files.getAttribute(dovecot.home("anna").resolve("mdbox/storage/m.1"), "unix:uid"));
            dovecot.assertLogClean();
        }
    }

    @Test
    void aDamagedIndexShowsInTheLog() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("anna").start()) {
            dovecot.lmtp("anna", MESSAGE);
            Files.write(dovecot.home("anna").resolve("mdbox/storage/m.1"), new byte[10]);
            assertThrows(IOException.class, () -> {
                try (ImapClient imap = dovecot.imap("anna")) {
                    imap.command("SELECT INBOX");
                    imap.command("FETCH 1 BODY[]");
                }
            });
            assertTrue(dovecot.logLines().stream().anyMatch(l -> l.contains("m.1")), "the log names the file");
            assertThrows(AssertionError.class, dovecot::assertLogClean);
            dovecot.forgetLog();
            dovecot.assertLogClean();
            dovecot.doveadm("fetch", "-u", "nobody", "text", "ALL");
            assertThrows(AssertionError.class, dovecot::assertLogClean, "what doveadm says counts too");
        }
    }

    @Test
    void aUserCanBeGivenAnotherLocation() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert").start()) {
            dovecot.setMail("anna", "mdbox:~/mdbox");
            dovecot.lmtp("anna", MESSAGE);
            dovecot.lmtp("bert", MESSAGE);
            assertTrue(Files.exists(dovecot.home("anna").resolve("mdbox/storage/m.1")));
            assertTrue(Files.exists(dovecot.home("bert").resolve("Maildir/cur")));
        }
    }

    @Test
    void nothingIsLeftAfterwards() throws IOException {
        Path directory;
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("anna").start()) {
            directory = dovecot.config().getParent();
            dovecot.stop();
            dovecot.assertLogClean();
            dovecot.start();
            dovecot.imap("anna").close();
            dovecot.assertLogClean();
        }
        assertFalse(Files.exists(directory));
    }

    @Test
    void aBrokenConfigurationIsReported() {
        IOException e = assertThrows(IOException.class, () -> DovecotInstance.with("mdbox:~/mdbox").config("nonsense = 1").start());
        assertTrue(e.getMessage().contains("nonsense"), e::getMessage);
    }
}
