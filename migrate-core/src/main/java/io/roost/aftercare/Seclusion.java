package io.roost.aftercare;

import java.io.IOException;
import java.time.Duration;

/** Sees to it that nobody is at a user's mail any more, while a gate keeps new sessions and deliveries out. */
public interface Seclusion {
    /**
     * Ends the user's sessions on every backend and waits, for a bounded time, until nobody is there.
     *
     * @param user text
     * @throws IOException if somebody still is; the message says who
     */
    void await(String user) throws IOException;

    /**
     * Makes sure that the user could not have come back since, by way of another backend for example.
     *
     * @throws IOException if they could
     */
    default void requireKept(String user) throws IOException {
    }

    /**
     * The userdb says something else now: makes every backend forget what it has cached, before the user is let in.
     *
     * @throws IOException if one that answers cannot
     */
    default void switched(String user) throws IOException {
    }

    /**
     * Makes sure that Dovecot uses the Maildir. The gate is open.
     *
     * @throws IOException if it does not, or does not say
     */
    default void requireMaildir(String user) throws IOException, InterruptedException {
    }

    /**
     * Waits until deliveries are over whose recipient was accepted before the gate closed. The gate is open.
     *
     * @param limit after which none of them can go on any more
     */
    default void awaitDeliveries(Duration limit) throws IOException, InterruptedException {
    }
}
