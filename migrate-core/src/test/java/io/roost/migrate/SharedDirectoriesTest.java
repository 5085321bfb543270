package io.roost.migrate;

import static io.roost.migrate.MigratedUser.AS_USED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;

/** Directories that the locations of Maildir and mdbox have in common, as those on a local disk or in memory often are. */
@RequiresDovecot
class SharedDirectoriesTest {
    private static final String LIST = "LISTINDEX=~/list/names";
    private static final String INDEX = "INDEX=~/shared";

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("mdbox:~/mdbox").user("list", "mdbox:~/mdbox:" + LIST).user("index", "mdbox:~/mdbox:" + INDEX)
                .users("control").start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    /** Dovecot asks whether the list index knows of the mailbox's latest changes in a way that differs from format to format. */
    @ParameterizedTest
    @ValueSource(strings = {LIST, INDEX})
    void theMaildirsListIndexMisleadsNobody(String key) throws Exception {
        String user = key.equals(LIST) ? "list" : "index";
        Path home = dovecot.home(user);
        dovecot.own(MaildirSample.of(home.resolve("Maildir"), 12, 2).write());
        MailboxView before = MailboxView.at(dovecot, user, "maildir:~/Maildir:" + key);
        Path list = home.resolve(key.equals(LIST) ? "list/names.log" : "shared/dovecot.list.index.log");
        assertTrue(Files.size(list) > 1000, "filled by looking");
        // Others than those in the list index.
        Files.delete(Files.list(home.resolve("Maildir/.Sent/cur")).findFirst().orElseThrow());
        Account account = Migrations.account(user, home, "maildir:~/Maildir:" + key, "mdbox:~/mdbox:" + key);

        new Migrations(state).migrate(account);

        try (ImapClient imap = dovecot.imap(user)) {
            String answers = String.join("\n", imap.command("LIST \"\" * RETURN (STATUS (MESSAGES UIDNEXT UIDVALIDITY))"));
            for (String mailbox : List.of("Work", "Archive")) {
                String status = "* STATUS " + mailbox + " (MESSAGES " + MigratedUser.status(before, mailbox, "messages") + " UIDNEXT "
                        + MigratedUser.status(before, mailbox, "uidnext") + " UIDVALIDITY "
                        + MigratedUser.status(before, mailbox, "uidvalidity") + ")";
                assertTrue(answers.contains(status), () -> status + " in " + answers);
            }
            assertTrue(answers.contains("* STATUS Sent (MESSAGES 1 "), answers);
        }
        MailboxView after = MailboxView.of(dovecot, user, AS_USED);
        MailboxView.assertSame(MailboxView.at(dovecot, user, "maildir:~/Maildir:" + key, AS_USED), after);
        MailboxView.assertSame(after, MailboxView.of(dovecot, user, AS_USED));
    }

    private static List<String> without(List<String> lines, String start) {
        return lines.stream().filter(l -> !l.startsWith(start)).toList();
    }

    @Test
    void aControlDirectoryThatHoldsFilesOfThoseNamesIsRefused() throws Exception {
        Path home = dovecot.home("control");
        dovecot.own(MaildirSample.of(home.resolve("Maildir"), 12, 2).write());
        String from = "maildir:~/Maildir:CONTROL=~/shared";
        MailboxView.at(dovecot, "control", from);
        List<String> before = MaildirBuilder.fingerprint(home);
        Account account = Migrations.account("control", home, from, "mdbox:~/mdbox:CONTROL=~/shared");

        MigrationException e = assertThrows(MigrationException.class, () -> new Migrations(state).migrate(account));

        assertEquals(MigrationException.Kind.TARGET, e.kind());
        assertTrue(e.getMessage().contains(home + "/shared already holds "), e::getMessage);
        assertEquals(without(before, " "), without(MaildirBuilder.fingerprint(home), " "));
    }
}
