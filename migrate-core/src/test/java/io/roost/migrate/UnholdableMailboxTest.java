package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.maildir.SourceProblem.Kind;

/** Mailboxes whose names a Maildir can hold and an mdbox cannot. */
class UnholdableMailboxTest {
    @TempDir
    Path home;
    private Migrations migrations;

    @BeforeEach
    void maildir() throws Exception {
        migrations = new Migrations(home.resolve("state"));
        for (String mailbox : new String[] {"", ".Work", ".dbox-Mails"}) {
            Path cur = Files.createDirectories(home.resolve("Maildir").resolve(mailbox).resolve("cur"));
            Files.createDirectories(cur.resolveSibling("new"));
            Files.writeString(cur.resolve("1.M1.h:2,S"), "mail in " + mailbox + "\n");
        }
    }

    @Test
    void refuseTheUserByName() {
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(Migrations.account("anna", home)));
        assertEquals(MigrationException.Kind.SOURCE, e.kind());
        assertTrue(e.getMessage().contains("dbox-Mails"), e::getMessage);
        assertTrue(Files.notExists(home.resolve("mdbox")));
    }

    @Test
    void areLeftOutAndReportedWhereAsked() throws Exception {
        migrations.settings = Settings.defaults().withSkipUnreadable(true);
        Result result = migrations.migrate(Migrations.account("anna", home));
        assertEquals(2, result.mails());
        assertEquals(2, result.mailboxes());
        assertEquals(Kind.BAD_MAILBOX_NAME, result.skipped().get(0).kind());
        assertTrue(Files.exists(home.resolve("mdbox/mailboxes/Work/dbox-Mails/dovecot.index")));
        assertTrue(Files.notExists(home.resolve("mdbox/mailboxes/dbox-Mails")));
    }
}
