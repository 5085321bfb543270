package io.roost.aftercare;

import java.util.ArrayList;
import java.util.List;

/** What an mdbox needs now and then, as a command of doveadm for one user. */
public enum MaintenanceTask {
    /** Frees the space of expunged mails, which stay in their file until then. */
    PURGE("purge"),
    /** Moves mails to the storage of ALT: those that the query finds. */
    ALTMOVE("altmove"),
    /** Reads mails into the indexes and their caches, so that clients need not. */
    INDEX("index"),
    /** Counts the user's quota anew. */
    QUOTA("quota", "recalc");

    private final List<String> command;

    MaintenanceTask(String... command) {
        this.command = List.of(command);
    }

    /** Whether it takes search keys, such as {@code savedbefore 30d}. */
    public boolean takesQuery() {
        return this == ALTMOVE;
    }

    /**
     * Arguments of doveadm.
     *
     * @param server {@code host:port} of a doveadm-server that has it done where the user is, such as a director's; empty for here
     * @param query  search keys, text; of {@link #ALTMOVE} alone
     */
    List<String> arguments(String user, String server, List<String> query) {
        List<String> all = new ArrayList<>(command);
        if (!server.isEmpty()) {
            all.addAll(List.of("-S", server));
        }
        all.addAll(List.of("-u", user));
        if (this == INDEX) {
            all.add("*");
        }
        if (takesQuery()) {
            all.addAll(query);
        }
        return all;
    }
}
