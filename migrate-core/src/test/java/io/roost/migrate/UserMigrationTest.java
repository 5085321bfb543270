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
    void realDovecotShowsTheSameOfAMaildirThatItHasUsed() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").start()) {
            Path home = sample(dovecot);
            MailboxView before = MailboxView.of(dovecot, "anna");
            List<String> source = MaildirBuilder.fingerprint(home.resolve("Maildir"));

            Result result = migrations.migrate(Migrations.account("anna", home));

            assertEquals(source, MaildirBuilder.fingerprint(home.resolve("Maildir")));
            assertEquals(before.mailCount(), result.mails());
            MailboxView.assertSame(before, MailboxView.at(dovecot, "anna", "mdbox:~/mdbox"));
            dovecot.assertLogClean();
        }
    }

    @Test
    void realDovecotShowsTheSameOfAMaildirThatItHasNeverSeen() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").start()) {
            Path home = sample(dovecot);

            migrations.migrate(Migrations.account("anna", home));

            // Without indexes modseqs begin when Dovecot first looks, and looking moves mails out of new/.
            Ignoring[] ignoring = {Ignoring.HIGHEST_MODSEQ, Ignoring.SAVED_DATE};
            MailboxView after = MailboxView.at(dovecot, "anna", "mdbox:~/mdbox", ignoring);
            MailboxView.assertSame(MailboxView.of(dovecot, "anna", ignoring), after);
            dovecot.assertLogClean();
        }
    }

    @Test
    void verifyFindsAPublishedMdboxEqual() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").start()) {
            Path home = sample(dovecot);
            Result result = migrations.migrate(Migrations.account("anna", home));

            List<FileFate> fates = new ArrayList<>();
            VerifyReport report = migrations.verify(Migrations.account("anna", home), fates);

            assertTrue(report.isEqual(), () -> report.mismatches().toString());
            assertEquals(result.mails(), report.mails());
            assertTrue(fates.stream().allMatch(f -> f.fate() == FileFate.Fate.MIGRATED));
        }
    }

    private static Path sample(DovecotInstance dovecot) throws Exception {
        dovecot.addUser("anna");
        Path home = dovecot.home("anna");
        MaildirSample.of(home.resolve("Maildir"), 42, 30).write();
        dovecot.own(home);
        return home;
    }
}
