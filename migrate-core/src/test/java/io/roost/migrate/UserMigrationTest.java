package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.RequiresDovecot;

/** The whole way of one user, looked at by a real Dovecot before and after. */
@RequiresDovecot
class UserMigrationTest {
    @TempDir
    Path temp;
    private Migrations migrations;

    @BeforeEach
    void prepare() {
        migrations = new Migrations(temp.resolve("state"));
    }

    @Test
    void realDovecotShowsTheSameBeforeAndAfter() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").start()) {
            dovecot.addUser("anna");
            Path home = dovecot.home("anna");
            MaildirSample.of(home.resolve("Maildir"), 42, 30).write();
            dovecot.own(home);
            MaildirBuilder.copy(home.resolve("Maildir"), home.resolve("Seen"));
            List<String> source = MaildirBuilder.fingerprint(home.resolve("Maildir"));

            Result result = migrations.migrate(Migrations.account("anna", home));

            assertEquals(source, MaildirBuilder.fingerprint(home.resolve("Maildir")));
            // A Maildir without indexes gets modseqs when Dovecot first looks, and those say nothing.
            MailboxView before = MailboxView.at(dovecot, "anna", "maildir:~/Seen", Ignoring.HIGHEST_MODSEQ);
            MailboxView after = MailboxView.at(dovecot, "anna", "mdbox:~/mdbox", Ignoring.HIGHEST_MODSEQ);
            MailboxView.assertSame(before, after);
            assertEquals(before.mailCount(), result.mails());
            dovecot.assertLogClean();

            List<FileFate> fates = new ArrayList<>();
            VerifyReport report = migrations.verify(Migrations.account("anna", home), fates);
            assertTrue(report.isEqual(), () -> report.mismatches().toString());
        }
    }
}
