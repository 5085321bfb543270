package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;

/** Mailbox names that only the plugin listescape can put on disk. */
@RequiresDovecot
class EscapedNamesTest {
    /** With {@code |} as the separator. */
    private static final List<String> NAMES = List.of("dot.ted|a.b", "sl/ash|x", "sl|ash", "sl/ash", "~tilde", "dbox-Mails|x",
            "back\\slash", "a^b", "a%b", "..|.", "plain");

    @TempDir
    Path state;

    @ParameterizedTest
    @CsvSource({
        "maildir:~/Maildir, mdbox:~/mdbox, \\",
        "maildir:~/Maildir:LAYOUT=fs, mdbox:~/mdbox:INDEX=~/index:CONTROL=~/control, \\",
        "maildir:~/Maildir:UTF-8, mdbox:~/mdbox:UTF-8, ^",
        "maildir:~/Maildir:CONTROL=~/control, mdbox:~/mdbox:MAILBOXDIR=boxes, %"})
    void areTheSameInMdbox(String from, String to, char escape) throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").user("anna", from).separator("|")
                .config("mail_plugins = listescape\nplugin {\n listescape_char = \"" + (escape == '\\' ? "\\\\" : escape == '%'
                ? "%%" : escape)
                        + "\"\n}")
                .start()) {
            make(dovecot);
            MailboxView before = MailboxView.of(dovecot, "anna");
            assertEquals(NAMES.size() + 1, before.mailCount(), before::toString);
            Account plain = Migrations.account("anna", dovecot.home("anna"), from, to);
            Account account = new Account(plain.user(), plain.home(), plain.uid(), plain.gid(),
                    plain.source().withEscapeChar(escape), plain.target().withEscapeChar(escape));
            Migrations migrations = new Migrations(state);
            migrations.migrate(account);
            assertTrue(migrations.verify(account, new ArrayList<>()).isEqual());
            dovecot.setMail("anna", to);
            MailboxView.assertSame(before, MailboxView.of(dovecot, "anna"));
            try (ImapClient imap = dovecot.imap("anna")) {
                imap.command("RENAME " + ImapClient.quote("sl/ash|x") + " " + ImapClient.quote("other.|x/y"));
                imap.append("~tilde", "", "Subject: x\r\n\r\n");
            }
            assertEquals(before.mailCount() + 1, MailboxView.of(dovecot, "anna").mailCount());
            dovecot.assertLogClean();
        }
    }

    private static void make(DovecotInstance dovecot) throws Exception {
        try (ImapClient imap = dovecot.imap("anna")) {
            imap.append("INBOX", "", "Subject: inbox\r\n\r\n");
            for (String name : NAMES) {
                imap.command("CREATE " + ImapClient.quote(name));
                imap.append(name, "(\\Seen)", "Subject: in " + name + "\r\n\r\n");
                imap.command("SUBSCRIBE " + ImapClient.quote(name));
            }
        }
    }

    /** As Dovecot itself shows them: the escape is part of the name. */
    @Test
    void withoutThePluginNothingIsAnEscape() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            for (String sub : List.of("cur", "new", "tmp")) {
                Files.createDirectories(dovecot.home("anna").resolve("Maildir/.dot\\2eted").resolve(sub));
            }
            dovecot.own(dovecot.home("anna"));
            dovecot.lmtp("anna", "Subject: x\n\n");
            MailboxView before = MailboxView.of(dovecot, "anna");
            assertTrue(before.lines().contains("mailbox dot\\2eted"), before::toString);
            new Migrations(state).migrate(Migrations.account("anna", dovecot.home("anna")));
            MailboxView.assertSame(before, MailboxView.at(dovecot, "anna", "mdbox:~/mdbox"));
            dovecot.assertLogClean();
        }
    }
}
