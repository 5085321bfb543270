package io.roost.migrate;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * Compares a published mdbox with the Maildir it was made of, mail by mail, with Roost's own readers. Reads only.
 */
public final class Verification {
    private final Account account;
    private final Settings settings;
    private final Event.Sink events;
    private final Consumer<FileFate> fates;

    /**
     * @param events gets {@link Event.Verifying} and {@link Event.Problem}
     * @param fates  told of each file of {@code cur/} and {@code new/}
     */
    public Verification(Account account, Settings settings, Event.Sink events, Consumer<FileFate> fates) {
        this.account = account;
        this.settings = settings;
        this.events = events;
        this.fates = fates;
    }

    /**
     * @throws MigrationException if there is no mdbox, or the Maildir is not there
     * @throws IOException        if either cannot be read; a damaged mdbox is a mismatch, not an exception
     */
    public VerifyReport run() throws IOException, MigrationException {
        throw new UnsupportedOperationException("contract");
    }
}
