package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.RequiresDovecot;

/** The commands with a real Dovecot to ask, which then serves the result. */
@RequiresDovecot
class DovecotIntegrationTest {
    @TempDir
    private Path temp;
    private final CapturedScreen captured = CapturedScreen.plain();

    private int run(DovecotInstance dovecot, String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command, "--dovecot-config=" + dovecot.config()));
        if (command.equals("migrate")) {
            args.add("--state=" + temp.resolve("state"));
            args.add("--single-backend");
        }
        args.addAll(List.of(more));
        return Roost.run(captured.screen(), args.toArray(String[]::new));
    }

    @Test
    void whatDovecotShowsIsTheSameBeforeAndAfter() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "copy").start()) {
            Path maildir = MaildirSample.of(dovecot.home("anna").resolve("Maildir"), 3, 20).write();
            MaildirBuilder.copy(maildir, dovecot.home("copy").resolve("Maildir"));
            dovecot.own(dovecot.home("anna"));
            dovecot.own(dovecot.home("copy"));
            List<String> untouched = MaildirBuilder.fingerprint(maildir);

            assertEquals(0, run(dovecot, "plan", "anna"), captured::err);
            assertEquals(0, run(dovecot, "migrate", "anna"), captured::err);
            assertEquals(0, run(dovecot, "verify", "anna"), captured::err);
            assertEquals(untouched, MaildirBuilder.fingerprint(maildir));
            assertEquals(dovecot.mailUid(), Files.getAttribute(dovecot.home("anna").resolve("mdbox/storage/m.1"), "unix:uid"));

            // Without an index, a Maildir's saved date is the change time, which a copied file has of its own, and its modseq
            // what Dovecot counts while it opens the mailbox for the first time.
            Ignoring[] ignoring = {Ignoring.SAVED_DATE, Ignoring.HIGHEST_MODSEQ};
            MailboxView before = MailboxView.of(dovecot, "copy", ignoring);
            dovecot.setMail("anna", "mdbox:~/mdbox");
            MailboxView after = MailboxView.of(dovecot, "anna", ignoring);
            MailboxView.assertSame(before, after);
            dovecot.assertLogClean();
        }
    }

    @Test
    void aUserUnknownToDovecotIsSaidToBe() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            assertEquals(1, run(dovecot, "plan", "nobody"));
            assertEquals(1, captured.errLines().size(), captured.err());
            assertTrue(captured.err().contains("nobody does not exist"), captured.err());
            assertEquals(1, run(dovecot, "migrate", "--json", "nobody"));
            assertEquals("unknown_user", Json.lines(captured.out()).get(0).get("kind"));
        }
    }

    @Test
    void aUserWhoIsOnMdboxIsNotPlannedAgain() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").start()) {
            dovecot.setMail("anna", "mdbox:~/mdbox");
            assertEquals(2, run(dovecot, "plan", "anna"));
            assertTrue(captured.err().contains("mdbox in Dovecot already"), captured.err());
        }
    }

    @Test
    void settingsOfTheSiteAreLookedAt() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").config("pop3_uidl_format = %f\n")
                .config("mdbox_rotate_size = 100k\n").start()) {
            dovecot.own(MaildirSample.of(dovecot.home("anna").resolve("Maildir"), 3, 20).write());
            assertEquals(0, run(dovecot, "plan", "anna"), captured::err);
            assertTrue(captured.out().contains("UNSAFE pop3-uidl-format"), captured.out());
            assertFalse(captured.out().contains("Writes  1 m.* file,"), captured.out());
        }
    }
}
