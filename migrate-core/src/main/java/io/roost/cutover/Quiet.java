package io.roost.cutover;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.Set;

import io.roost.director.Director;
import io.roost.migrate.Account;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;

/**
 * Makes a user's mail quiet, behind a closed gate: kicks through the director and on every backend, again and again, until no
 * backend lists a session and no process of this machine has a file of the mail open. One kick is not enough: one that comes while
 * a session begins is lost. Immutable and thread-safe.
 */
public final class Quiet {
    private static final long LOOK_MILLIS = 50;
    private static final long KICK_MILLIS = 500;

    private final Director director;
    private final List<Backend> backends;
    private final Duration limit;

    /**
     * @param backends this one first, then the others that can be asked
     * @param limit    how long a user may be locked out for this
     */
    public Quiet(Director director, List<Backend> backends, Duration limit) {
        this.director = director;
        this.backends = List.copyOf(backends);
        this.limit = limit;
    }

    /**
     * Returns when nobody uses the mail.
     *
     * @return backends that could not be asked, one sentence each
     * @throws MigrationException if somebody still does after the limit
     */
    public Set<String> await(Account account) throws IOException, MigrationException, InterruptedException {
        String user = account.user();
        long deadline = System.nanoTime() + limit.toNanos();
        long nextKick = System.nanoTime();
        Set<String> unreachable = new TreeSet<>();
        while (true) {
            List<String> active = active(account, unreachable);
            if (active.isEmpty()) {
                return unreachable;
            }
            long now = System.nanoTime();
            if (now > deadline) {
                throw new MigrationException(Kind.ACTIVE, user + " was kicked for " + limit.toSeconds() + " seconds and is still "
                        + "active: " + String.join(", ", active) + "; the gate is opened, the Maildir stays in force");
            }
            if (now >= nextKick) {
                kick(user, unreachable);
                nextKick = now + KICK_MILLIS * 1_000_000;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private List<String> active(Account account, Set<String> unreachable) throws IOException {
        List<String> active = new ArrayList<>(MailProcesses.using(account.source()));
        for (Backend backend : backends) {
            try {
                backend.sessions(account.user()).forEach(session -> active.add(session + " on " + backend.name()));
            } catch (Backend.Unreachable e) {
                unreachable.add(e.getMessage());
            }
        }
        return active;
    }

    private void kick(String user, Set<String> unreachable) throws IOException {
        director.kick(user);
        for (Backend backend : backends) {
            try {
                backend.kick(user);
            } catch (Backend.Unreachable e) {
                unreachable.add(e.getMessage());
            }
        }
    }
}
