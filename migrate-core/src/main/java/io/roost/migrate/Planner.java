package io.roost.migrate;

import java.io.IOException;

/** Makes a {@link Plan}: the single-user dry run. Writes nothing, anywhere. */
public final class Planner {
    private final Account account;
    private final Settings settings;

    public Planner(Account account, Settings settings) {
        this.account = account;
        this.settings = settings;
    }

    /**
     * Looks at everything: opens each mail to see that it can be read, and reads a few to measure.
     *
     * @throws IOException if the Maildir as a whole cannot be read
     */
    public Plan plan() throws IOException {
        throw new UnsupportedOperationException("contract");
    }
}
