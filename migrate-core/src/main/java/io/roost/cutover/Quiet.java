package io.roost.cutover;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.roost.director.Director;
import io.roost.gate.SideBySide;
import io.roost.migrate.Account;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;

/**
 * Makes a user's mail quiet, behind a closed gate: kicks through the director and on every backend, again and again, until no
 * backend lists a session and no process of this machine has a file of the mail open, or is about to. One kick is not enough:
 * one that comes while a session begins is lost. Immutable and thread-safe.
 */
public final class Quiet {
    /** Processes that are told to end do so in some milliseconds; looking again costs each backend something. */
    private static final long FIRST_LOOK_MILLIS = 5;
    private static final long MAX_LOOK_MILLIS = 50;
    private static final long KICK_MILLIS = 500;
    /** Of sessions that were told to end. */
    private static final Duration SESSIONS_END = Duration.ofSeconds(5);

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
        Set<String> unreachable = Collections.synchronizedSet(new TreeSet<>());
        for (long pause = FIRST_LOOK_MILLIS;; pause = Math.min(2 * pause, MAX_LOOK_MILLIS)) {
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
                pause = FIRST_LOOK_MILLIS;
            }
            Thread.sleep(pause);
        }
    }

    /**
     * The same, if this backend lists a session that was not there before: one whose login was let in just before the gate closed, and
     * that took its time to begin.
     */
    void awaitAgain(Account account) throws IOException, MigrationException, InterruptedException {
        // To ask others takes longer, and who comes past the director is rare enough.
        if (!sessions(account, backends.subList(0, 1), new HashSet<>()).isEmpty()
                || !MailProcesses.loggingIn(account.user()).isEmpty()) {
            await(account);
        }
    }

    /**
     * Ends sessions at the Maildir of a user who uses the mdbox: of a login that was let in before the gate closed, and that nobody has
     * seen until now. What one has written there came late.
     *
     * @return what an administrator should know
     */
    List<String> endLateSessions(Account account) throws IOException, InterruptedException {
        List<String> complaints = new ArrayList<>();
        long until = System.nanoTime() + SESSIONS_END.toNanos();
        List<String> ended;
        while (!(ended = MailProcesses.endSessions(account.source())).isEmpty() && System.nanoTime() < until) {
            complaints.add(String.join(", ", ended) + " still used the Maildir of " + account.user() + " after the switch, and was told to "
                    + "end: mails that it left there are brought over, changes of flags are not");
            Thread.sleep(MAX_LOOK_MILLIS);
        }
        return complaints;
    }

    private List<String> active(Account account, Set<String> unreachable) throws IOException {
        List<String> active = new ArrayList<>(MailProcesses.using(account.source()));
        active.addAll(MailProcesses.loggingIn(account.user()));
        active.addAll(sessions(account, backends, unreachable));
        return active;
    }

    private static List<String> sessions(Account account, List<Backend> asked, Set<String> unreachable) throws IOException {
        return SideBySide.<Backend, List<String>>ask(asked, backend -> {
            try {
                return backend.sessions(account.user()).stream().map(session -> session + " on " + backend.name()).toList();
            } catch (Backend.Unreachable e) {
                unreachable.add(e.getMessage());
                return List.of();
            }
        }).stream().flatMap(List::stream).toList();
    }

    private void kick(String user, Set<String> unreachable) throws IOException {
        MailProcesses.endLogins(user);
        director.kick(user);
        SideBySide.<Backend, Boolean>ask(backends, backend -> {
            try {
                backend.kick(user);
                return true;
            } catch (Backend.Unreachable e) {
                return unreachable.add(e.getMessage());
            }
        });
    }
}
