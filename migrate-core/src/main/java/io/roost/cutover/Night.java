package io.roost.cutover;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.function.BiConsumer;

import io.roost.checkpoint.CheckpointStore;
import io.roost.director.DirectorException;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.UserNames;
import io.roost.gate.AuthProbe;
import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.migrate.Result;
import io.roost.migrate.Settings;
import io.roost.migrate.UserMigration;

/**
 * Takes users through their night, one per call: pinned to this backend, copied, and cut over if that is wanted. Thread-safe: many
 * users may be under way, each with a thread of its own.
 */
public final class Night {
    private final CutoverMeans means;
    private final Pins pins;
    private final CutoverSettings cutover;
    private final CutoverHold hold;
    private final StartOfLockOut timing = new StartOfLockOut();
    private final CheckpointStore store;
    private final BiConsumer<String, List<String>> complaints;

    /**
     * @param complaints told, with the user's name, what an administrator should look at though it stopped nothing
     */
    public Night(CutoverMeans means, Pins pins, CutoverSettings cutover, CheckpointStore store,
            BiConsumer<String, List<String>> complaints) {
        this.means = means;
        this.pins = pins;
        this.cutover = cutover;
        hold = new CutoverHold(cutover.postponeFile());
        this.store = store;
        this.complaints = complaints;
    }

    /** What keeps users from being locked out, for operators. */
    public CutoverHold hold() {
        return hold;
    }

    /** What clients of users who are locked out are told. */
    public String reason() {
        return cutover.reason();
    }

    /** How far users are taken. */
    public CutoverSettings.Mode mode() {
        return cutover.mode();
    }

    /** Whether users are taken all the way. */
    public boolean cutsOver() {
        return cutover.mode() == CutoverSettings.Mode.CUT_OVER;
    }

    /**
     * Takes one user as far as the settings say, or goes on where an earlier run stopped. Interrupting the thread ends it at the next
     * safe point, with the user let in.
     *
     * @param events told what happens, on this thread
     * @throws MigrationException if there is no result; whatever the userdb says is in force then, and complete
     */
    public Result run(Account account, Settings settings, Event.Sink events) throws MigrationException {
        UserCutover steps = null;
        try {
            UserNames.check(account.user());
        } catch (InvalidSettingException e) {
            throw failure(e);
        }
        try (Pin pin = pins.pin(account.user())) {
            try {
                if (pin.hasMoved()) {
                    // Of a stay here long ago: who logs in now would see it.
                    tell(account.user(), means.purgeListIndexes(account.user()));
                }
                steps = new UserCutover(account, means, cutover, hold, pin, timing, store, events);
                Result result = new UserMigration(account, settings, store, events, steps).run();
                if (steps.cutsOver() && !result.alreadyDone()) {
                    countQuota(account.user(), pin);
                }
                return result;
            } catch (MigrationException e) {
                pin.settle();
                if (pin.lost().isEmpty()) {
                    throw e.getCause() instanceof IOException cause && e.kind() == Kind.IO ? failure(cause) : e;
                }
                // The interrupt was the pin's.
                Thread.interrupted();
                throw e.kind() == Kind.ELSEWHERE ? e : new MigrationException(Kind.ELSEWHERE, pin.lost(), e);
            } finally {
                tell(account.user(), steps == null ? List.of() : steps.complaints());
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void tell(String user, List<String> what) {
        if (!what.isEmpty()) {
            complaints.accept(user, what);
        }
    }

    /** The user is let in, and still pinned here unless somebody moved them: doveadm can work for them. */
    private void countQuota(String user, Pin pin) {
        if (means.quota().isPresent() && means.quota().get().isNeeded()) {
            try {
                if (!pin.isHere()) {
                    throw new IOException("somebody moved them to another backend");
                }
                means.quota().get().run(user);
            } catch (IOException e) {
                complaints.accept(user, List.of("the mail is moved, and its quota could not be counted anew: " + e.getMessage()
                        + "; do it with doveadm quota recalc"));
            }
        }
    }

    /** A director or backend that does not answer may do so later. */
    private static MigrationException failure(IOException e) {
        if (e instanceof InterruptedIOException && Thread.currentThread().isInterrupted()) {
            return new MigrationException(Kind.INTERRUPTED, "stopped; the next run goes on from here", e);
        }
        boolean later = e instanceof Backend.Unreachable || e instanceof AuthProbe.Unreachable || e instanceof DirectorException d
                && (d.kind() == DirectorException.Kind.UNREACHABLE || d.kind() == DirectorException.Kind.BUSY);
        return new MigrationException(later ? Kind.BUSY : Kind.IO, e.getMessage(), e);
    }
}
