package io.roost.migrate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.roost.checkpoint.CheckpointStore;
import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;

/** Migrations as the tests of this package run them. */
final class Migrations {
    final List<Event> events = new ArrayList<>();
    private final Path state;
    Settings settings = Settings.defaults();
    /** Done when something happens, on the thread of the migration. */
    Action onEvent = event -> { };

    /** What a test does meanwhile. */
    interface Action {
        void on(Event event) throws Exception;
    }

    Migrations(Path state) {
        this.state = state;
    }

    static Account account(String user, Path home) throws Exception {
        return account(user, home, "maildir:~/Maildir", "mdbox:~/mdbox");
    }

    static Account account(String user, Path home, String from, String to) throws Exception {
        String at = ByteString.ofText(home.toString());
        return new Account(user, at, -1, -1, MailLocation.parse(from, at), MailLocation.parse(to, at));
    }

    Result migrate(Account account) throws Exception {
        try (CheckpointStore store = CheckpointStore.open(state.toString())) {
            return new UserMigration(account, settings, store, this::event).run();
        }
    }

    private void event(Event event) {
        events.add(event);
        try {
            onEvent.on(event);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    VerifyReport verify(Account account, List<FileFate> fates) throws Exception {
        return new Verification(account, settings, events::add, fates::add).run();
    }
}
