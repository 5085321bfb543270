package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Real messages that others have found odd, a file each in the directory that {@code ROOST_REAL_MAILS} names. */
@RequiresDovecot
@EnabledIfEnvironmentVariable(named = "ROOST_REAL_MAILS", matches = ".+",
        disabledReason = "ROOST_REAL_MAILS names no directory of real mails")
class RealMailsTest {
    private static final List<String> ITEMS = List.of("UID FLAGS INTERNALDATE RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]",
            "BODY.PEEK[HEADER] BODY.PEEK[TEXT]", "BODY.PEEK[1.MIME] BODY.PEEK[1] BODY.PEEK[2]<10.100>", "BODY PREVIEW");

    @TempDir
    Path state;

    @Test
    void imapShowsTheSame() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").user("before", "maildir:~/Maildir").users("after").start()) {
            MaildirBuilder maildir = MaildirBuilder.in(dovecot.home("after").resolve("Maildir"));
            List<byte[]> mails = mails();
            assertFalse(mails.isEmpty(), "mails in ROOST_REAL_MAILS");
            for (byte[] mail : mails) {
                maildir.mailbox("INBOX").add(SampleMail.of(mail).flags("S"));
                maildir.mailbox("Without sizes").add(SampleMail.of(mail).withoutSizes());
            }
            maildir.write();
            MaildirBuilder.copy(dovecot.home("after").resolve("Maildir"), dovecot.home("before").resolve("Maildir"));
            dovecot.own(dovecot.home("before"));
            MigratedUser after = MigratedUser.of(dovecot, "after", new Migrations(state), "mdbox:~/mdbox");
            assertEquals(2 * mails.size(), after.result().mails());
            try (ImapClient maildirClient = dovecot.imap("before"); ImapClient mdboxClient = dovecot.imap("after")) {
                for (String mailbox : List.of("INBOX", "\"Without sizes\"")) {
                    maildirClient.command("SELECT " + mailbox);
                    mdboxClient.command("SELECT " + mailbox);
                    for (String items : ITEMS) {
                        for (int number = 1; number <= mails.size(); number++) {
                            String command = "FETCH " + number + " (" + items + ")";
                            assertEquals(answers(maildirClient, command), answers(mdboxClient, command), command);
                        }
                    }
                }
            }
            dovecot.assertLogClean();
        }
    }

    private static List<String> answers(ImapClient client, String command) throws IOException {
        return client.attempt(command).stream().map(l -> l.replaceFirst("\\([\\d.]+ \\+ .* secs\\)", "")).toList();
    }

    private static List<byte[]> mails() throws IOException {
        List<byte[]> mails = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(System.getenv("ROOST_REAL_MAILS")))) {
            for (Path file : (Iterable<Path>) files.filter(f -> !f.endsWith("SOURCES.txt")).sorted()::iterator) {
                mails.add(Files.readAllBytes(file));
            }
        }
        return mails;
    }
}
