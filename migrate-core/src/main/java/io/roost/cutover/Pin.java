package io.roost.cutover;

import java.io.Closeable;
import java.io.IOException;

import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;

/**
 * A user being kept on this backend. If the director has the user elsewhere, the thread that pinned is interrupted at once, until
 * {@link #settle}. Made by {@link Pins}; thread-safe.
 */
public final class Pin implements Closeable {
    private final Pins pins;
    private final String user;
    private final Thread owner = Thread.currentThread();
    /** Seconds that the mapping lasts after a refresh, by the clocks of director and this machine. */
    private final long lasts;
    private final long since = System.currentTimeMillis();
    private String lost = "";
    private boolean settled;
    private long knownUntil;

    Pin(Pins pins, String user, long expires) {
        this.pins = pins;
        this.user = user;
        this.lasts = expires - now();
        this.knownUntil = expires;
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    String user() {
        return user;
    }

    synchronized Pins.Kept kept() {
        return new Pins.Kept(user, since, knownUntil);
    }

    /** Why the user is not ours any more; empty as long as they are. */
    public synchronized String lost() {
        return lost;
    }

    /**
     * Asks the director now.
     *
     * @throws MigrationException if the user is elsewhere
     */
    public void requireOurs() throws IOException, MigrationException {
        pins.look(this);
        String why = lost();
        if (!why.isEmpty()) {
            throw new MigrationException(Kind.ELSEWHERE, why);
        }
    }

    /** From now on nobody is interrupted: the user is switched, and wherever they are they find the mdbox. */
    public synchronized void settle() {
        settled = true;
    }

    synchronized void lose(String why) {
        if (lost.isEmpty() && !settled) {
            lost = why;
            owner.interrupt();
        }
    }

    /** Whether the mapping has less than two thirds of its time left. */
    synchronized boolean isDue(long expires) {
        return expires - now() < lasts * 2 / 3;
    }

    synchronized void refreshed(long expires) {
        knownUntil = expires;
    }

    /** The director does not answer: as long as the mapping must still be there, that is no loss. */
    synchronized boolean mayHaveExpired() {
        return now() > knownUntil - Math.min(30, lasts / 4);
    }

    /** Lets the mapping expire. */
    @Override
    public void close() {
        settle();
        pins.remove(this);
    }
}
