package io.roost.cutover;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Connections of clients to LMTP processes of this machine at one moment. A recipient may have been accepted on each, and the mail
 * comes whenever it pleases, whatever the userdb says by then. Not thread-safe.
 */
public final class Deliveries {
    private final Set<String> open = new HashSet<>();

    /** Adds those that are there now. */
    public void look() throws IOException {
        open.addAll(MailProcesses.deliveries());
    }

    /** Whether all that were there are closed. */
    public boolean areOver() throws IOException {
        if (!open.isEmpty()) {
            open.retainAll(MailProcesses.deliveries());
        }
        return open.isEmpty();
    }
}
