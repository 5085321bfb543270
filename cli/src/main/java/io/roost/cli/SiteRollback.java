package io.roost.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.roost.aftercare.Retirement;
import io.roost.aftercare.Rollback;
import io.roost.aftercare.Seclusion;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.CutoverRecord;
import io.roost.checkpoint.UserLock;
import io.roost.checkpoint.UserRecord;
import io.roost.cutover.Backend;
import io.roost.cutover.Deliveries;
import io.roost.cutover.MailInForce;
import io.roost.cutover.Pin;
import io.roost.cutover.Pins;
import io.roost.cutover.Quiet;
import io.roost.director.Director;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailUser;
import io.roost.gate.Gate;
import io.roost.gate.GateException;
import io.roost.gate.MailChange;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Account;
import io.roost.migrate.MigrationException;
import io.roost.posix.ByteString;

/**
 * Brings users of a site back to the Maildir: the one of {@code roost rollback}, or any of a run that cuts users over. Thread-safe as
 * far as the users are different ones.
 */
final class SiteRollback {
    private static final long LOOK_MILLIS = 200;
    /** What a hook has written may have to reach the replica that auth reads. */
    private static final Duration SWITCH_LIMIT = Duration.ofSeconds(5);
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(30);

    private final Site site;
    private final LocationOptions location;
    private final CheckpointStore store;
    private final Means means;

    /**
     * What it is done with.
     *
     * @param reason   what clients are told meanwhile
     * @param pins     keep the user on this backend
     * @param backends this one first, then the others that can be asked
     * @param doveadm  of this machine
     */
    record Means(Gate gate, String reason, UserdbSwitch userdb, Director director, Pins pins, List<Backend> backends,
            DovecotProgram doveadm) {
    }

    SiteRollback(Site site, LocationOptions location, CheckpointStore store, Means means) {
        this.site = site;
        this.location = location;
        this.store = store;
        this.means = means;
    }

    /** How it ended, for people. */
    static String said(Rollback.Outcome outcome) {
        return "back on the Maildir" + (outcome.aside().isEmpty() ? "" : "; the mdbox is now at "
                + ByteString.toText(outcome.aside().get(outcome.aside().size() - 1)));
    }

    /**
     * Brings one user back, or goes on where that was killed.
     *
     * @param steps told of each step, a few words
     */
    Rollback.Outcome run(String user, Consumer<String> steps) throws Exception {
        MailUser found = site.user(user);
        UserRecord record = store.user(found.name()).orElseThrow(() -> new CommandException(ExitCode.NOTHING_TO_DO,
                "the checkpoint store in " + store.path() + " knows no user " + found.name()));
        try (UserLock lock = UserLock.tryAcquire(store, record).orElseThrow(() -> new CommandException(ExitCode.FAILED,
                "another process is at work on " + found.name() + " with the state directory " + store.path()));
                Pin pin = means.pins().pin(found.name())) {
            return roll(found, record, pin, steps);
        }
    }

    private Rollback.Outcome roll(MailUser found, UserRecord record, Pin pin, Consumer<String> steps) throws Exception {
        char escape = site.dovecot().storageEscapeChar();
        MailLocation source = (location.from == null ? MailLocation.parse(record.source(), found.home())
                : found.location(location.from)).withEscapeChar(escape);
        MailLocation target = (location.to == null ? MailLocation.parse(record.target(), found.home())
                : found.location(location.to)).withEscapeChar(escape);
        MailLocation current = site.current(found);
        boolean inForce = current.isMdbox() && current.root().equals(target.root());
        if (!inForce && !(current.isMaildir() && current.root().equals(source.root()))) {
            throw CommandException.usage("the mail of " + found.name() + " is " + current.driver() + " at " + current.root()
                    + ", which is neither the Maildir nor the mdbox of the migration");
        }
        Account account = new Account(found.name(), found.home(), found.uid(), found.gid(), source, target);
        MailChange change = new MailChange(found.name(), found.home(), source.toString(), target.toString());
        Rollback.Tools tools = new Rollback.Tools(means.gate(), means.reason(),
                seclusion(account, pin, text -> steps.accept("note: " + text)),
                means.userdb(), means.doveadm(), Clock.systemUTC(), steps);
        Optional<String> before = fieldBefore(found, record, source);
        Rollback.Outcome outcome;
        try {
            outcome = new Rollback(account, change, site.settings(), Retirement.surelySeen(record), tools).run(inForce, before);
        } catch (InterruptedException | IOException e) {
            pin.settle();
            if (pin.lost().isEmpty()) {
                throw e;
            }
            // the interrupt was the pin's
            Thread.interrupted();
            throw new GateException(pin.lost(), e);
        }
        long now = System.currentTimeMillis();
        store.forget(record.restarted(now).failed("rolled back to the Maildir", now), false);
        return outcome;
    }

    /** What the cutover recorded; without one, the userdb's field is only needed if the configuration says something else. */
    private Optional<String> fieldBefore(MailUser found, UserRecord record, MailLocation source) throws IOException {
        Optional<String> recorded = store.cutover(record.number()).flatMap(CutoverRecord::fieldBefore);
        if (recorded.isPresent()) {
            return recorded;
        }
        // There was no field, and mail_location led to the Maildir; perhaps somebody has made it mdbox since.
        String general = site.dovecot().mailLocation();
        boolean same = !general.isEmpty() && found.location(general).isMaildir() && found.location(general).root().equals(source.root());
        return same ? Optional.empty() : Optional.of(source.toString().replace("%", "%%"));
    }

    /** The user's sessions are at the mdbox now. */
    private Seclusion seclusion(Account account, Pin pin, Consumer<String> note) throws IOException {
        Account atMdbox = new Account(account.user(), account.home(), account.uid(), account.gid(), account.target(),
                account.source());
        Quiet quiet = new Quiet(means.director(), means.backends(), QUIET_LIMIT);
        MailInForce mail = new MailInForce(means.doveadm());
        Deliveries deliveries = new Deliveries();
        // Of a run that was killed behind the switch.
        deliveries.look();
        return new Seclusion() {
            @Override
            public void await(String user) throws IOException {
                deliveries.look();
                try {
                    quiet.await(atMdbox).forEach(note);
                } catch (MigrationException e) {
                    throw new GateException(e.getMessage(), e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while sessions of " + user + " end");
                }
            }

            @Override
            public void switched(String user) throws IOException {
                for (Backend backend : means.backends()) {
                    try {
                        backend.flushAuthCache(user);
                    } catch (Backend.Unreachable e) {
                        note.accept(e.getMessage());
                    }
                }
            }

            @Override
            public void requireMaildir(String user) throws IOException, InterruptedException {
                long until = System.nanoTime() + SWITCH_LIMIT.toNanos();
                try {
                    while (mail.isTarget(account)) {
                        if (System.nanoTime() > until) {
                            throw new GateException("the userdb was told that the mail of " + user + " is the Maildir again, and Dovecot "
                                    + "still uses the mdbox, which stays where it is: look at userdb and mail_location, and run again");
                        }
                        Thread.sleep(LOOK_MILLIS);
                    }
                } catch (MigrationException e) {
                    throw new GateException(e.getMessage(), e);
                }
            }

            @Override
            public void awaitDeliveries(Duration limit) throws IOException, InterruptedException {
                long until = System.nanoTime() + limit.toNanos();
                boolean told = false;
                while (!deliveries.areOver() && System.nanoTime() < until) {
                    if (!told) {
                        note.accept("the user is let in, and deliveries that began before are awaited, for " + limit.toMinutes()
                                + " minutes at the most");
                        told = true;
                    }
                    Thread.sleep(LOOK_MILLIS);
                }
            }

            @Override
            public void requireKept(String user) throws IOException {
                try {
                    pin.requireOurs();
                } catch (MigrationException e) {
                    throw new GateException(e.getMessage(), e);
                }
            }
        };
    }
}
