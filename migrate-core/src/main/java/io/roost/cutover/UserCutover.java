package io.roost.cutover;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.CutoverRecord;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.dovecot.Variables;
import io.roost.gate.AuthAnswer;
import io.roost.gate.Gate;
import io.roost.gate.GateException;
import io.roost.gate.MailChange;
import io.roost.gate.SideBySide;
import io.roost.gate.UserdbSwitch;
import io.roost.mdbox.MailsSince;
import io.roost.migrate.Account;
import io.roost.migrate.CutoverSteps;
import io.roost.migrate.Event;
import io.roost.migrate.LateMail;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;

/** One user's cutover with a gate and a userdb that Roost changes. One object for one attempt, used by its thread. */
final class UserCutover implements CutoverSteps {
    private static final long LOOK_MILLIS = 100;
    /** Between two looks into the Maildir while old deliveries go on. */
    private static final Duration LOOK_AFTER_DELIVERIES = Duration.ofSeconds(2);
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);
    /** What a hook has written may have to reach the replica that auth reads. */
    private static final Duration APPLY_LIMIT = Duration.ofSeconds(5);

    private final Account account;
    private final CutoverMeans means;
    private final CutoverSettings settings;
    private final CutoverHold hold;
    private final Pin pin;
    private final StartOfLockOut timing;
    private final CheckpointStore store;
    private final Event.Sink events;
    private final Gate gate;
    private final UserdbSwitch userdb;
    private final MailChange change;
    private final List<String> complaints = new ArrayList<>();
    private final Set<String> deliveries = new HashSet<>();
    private boolean isClosed;
    private boolean isApplied;
    private long closing;
    private long closed;
    private Instant openNotBefore = Instant.MIN;
    private long lateDeadline;

    /** @throws MigrationException if the user cannot be cut over with these means */
    UserCutover(Account account, CutoverMeans means, CutoverSettings settings, CutoverHold hold, Pin pin, StartOfLockOut timing,
            CheckpointStore store, Event.Sink events) throws IOException, MigrationException {
        this.account = account;
        this.means = means;
        this.settings = settings;
        this.hold = hold;
        this.pin = pin;
        this.timing = timing;
        this.store = store;
        this.events = events;
        if (settings.mode() != Mode.CUT_OVER) {
            gate = null;
            userdb = null;
            change = null;
            return;
        }
        gate = means.gate().orElseThrow(() -> new IllegalArgumentException("no gate"));
        userdb = means.userdb().orElseThrow(() -> new IllegalArgumentException("no userdb"));
        String to = Variables.ofUser(account.user()).with('h', "home", account.home()).expand(settings.targetSetting());
        change = new MailChange(account.user(), account.home(), account.source().toString(), to);
        gate.check(account.user(), settings.reason());
        userdb.check(change);
    }

    @Override
    public boolean cutsOver() {
        return settings.mode() == Mode.CUT_OVER;
    }

    @Override
    public boolean isPinned() {
        return !means.director().isSingleBackend();
    }

    @Override
    public boolean preparesOnly() {
        return settings.mode() == Mode.PREPARE;
    }

    @Override
    public boolean isSwitched() throws IOException, MigrationException, InterruptedException {
        if (!cutsOver()) {
            return true;
        }
        long until = System.nanoTime() + APPLY_LIMIT.toNanos();
        while (!leadsToMdbox()) {
            if (!isApplied || System.nanoTime() > until) {
                return false;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return true;
    }

    private boolean leadsToMdbox() throws IOException, MigrationException {
        // The file itself is ahead of an auth that has not noticed; a hook's database is known by auth alone.
        if (userdb.field(account.user()).filter(this::isTarget).isPresent()) {
            return true;
        }
        flushAuthCache();
        AuthAnswer answer = means.auth().ask(account.user());
        if (answer.kind() != AuthAnswer.Kind.ADMITTED) {
            throw new MigrationException(Kind.BUSY, "an earlier cutover of " + account.user() + " has to be gone on with, and "
                    + means.auth().name() + " does not say where the user's mail is (" + answer.kind() + " "
                    + ByteString.toText(answer.reason()) + "): when the gate is open, run again");
        }
        return Optional.ofNullable(answer.fields().get("mail")).filter(this::isTarget).isPresent()
                || new MailInForce(means.doveadm()).isTarget(account);
    }

    private boolean isTarget(String mail) {
        return mail.equals(change.to()) || MailInForce.isTarget(account, mail);
    }

    @Override
    public boolean awaitTime() throws IOException, MigrationException, InterruptedException {
        return hold.await(account.user());
    }

    @Override
    public void closeGate() throws IOException, MigrationException, InterruptedException {
        if (isClosed) {
            gate.extend(account.user(), Instant.now().plus(settings.gateExpiry()));
            return;
        }
        if (gate.actsAtOnce() && userdb.isLookedAtOnceASecond()) {
            Thread.sleep(timing.millisToWait(System.currentTimeMillis()));
        }
        pin.requireOurs();
        // Before it is: whatever happens in between, abandon opens it.
        isClosed = true;
        try {
            Gate.Closed done = gate.close(account.user(), settings.reason(), Instant.now().plus(settings.gateExpiry()));
            complaints.addAll(done.notAsked());
            closing = done.since();
        } catch (GateException e) {
            throw new MigrationException(e.isLasting() ? Kind.TARGET : Kind.BUSY, e.getMessage(), e);
        }
        closed = System.nanoTime();
        deliveries.addAll(MailProcesses.deliveries());
    }

    @Override
    public void awaitQuiet() throws IOException, MigrationException, InterruptedException {
        complaints.addAll(quiet().await(account));
        pin.requireOurs();
    }

    private Quiet quiet() {
        return new Quiet(means.director(), means.backends(), settings.quietLimit());
    }

    @Override
    public void requireKept() throws IOException, MigrationException, InterruptedException {
        quiet().awaitAgain(account);
        pin.requireOurs();
        if (!gate.isHeld(account.user())) {
            throw new MigrationException(Kind.ACTIVE, "somebody opened the gate of " + account.user()
                    + " before the mdbox was in force: the Maildir stays in force");
        }
    }

    @Override
    public void switchOver() throws IOException, MigrationException, InterruptedException {
        int number = store.user(account.user()).orElseThrow().number();
        Optional<String> before = userdb.field(account.user()).filter(field -> !isTarget(field));
        store.putCutover(number, new CutoverRecord(System.currentTimeMillis(), 0, 0, 0, before));
        openNotBefore = userdb.apply(change);
        isApplied = true;
        pin.settle();
        flushAuthCache();
        complaints.addAll(means.purgeListIndexes(account.user()));
    }

    @Override
    public void switchBack() throws IOException, MigrationException, InterruptedException {
        int number = store.user(account.user()).orElseThrow().number();
        Optional<String> before = store.cutover(number).flatMap(CutoverRecord::fieldBefore);
        isApplied = false;
        openNotBefore = userdb.revert(change, before);
        flushAuthCache();
        complaints.addAll(means.purgeListIndexes(account.user()));
    }

    /** Values that auth has cached would send a session to the old place. */
    private void flushAuthCache() throws IOException {
        SideBySide.<Backend, Optional<String>>ask(means.backends(), backend -> {
            try {
                backend.flushAuthCache(account.user());
                return Optional.empty();
            } catch (Backend.Unreachable e) {
                return Optional.of(e.getMessage());
            }
        }).stream().flatMap(Optional::stream).forEach(complaints::add);
    }

    @Override
    public void openGate() throws IOException, MigrationException, InterruptedException {
        pin.settle();
        if (!isClosed) {
            // Of a run that was killed: its gate is lifted already.
            return;
        }
        int work = (int) ((System.nanoTime() - closed) / 1_000_000);
        timing.worked(work);
        if (Instant.now().isBefore(openNotBefore) && !gate.opensBehindUserdb(account.user(), settings.reason())) {
            // Auth may still answer with the old location.
            Thread.sleep(Duration.between(Instant.now(), openNotBefore).toMillis() + 1);
        }
        gate.open(account.user());
        isClosed = false;
        if (!gate.awaitOpen(account.user(), OPEN_LIMIT)) {
            complaints.add("auth does not let " + account.user() + " in " + OPEN_LIMIT.toSeconds() + " seconds after the gate was opened");
        }
        int lockOut = (int) ((System.nanoTime() - closing) / 1_000_000);
        int number = store.user(account.user()).orElseThrow().number();
        store.cutover(number).ifPresent(record -> store.putCutover(number, record.released(System.currentTimeMillis(), work, lockOut)));
        events.event(new Event.CutOver(account.user(), lockOut, work));
        lateDeadline = System.nanoTime() + settings.lateLimit().toNanos();
    }

    @Override
    public boolean awaitLateDeliveries() throws IOException, MigrationException, InterruptedException {
        long until = System.nanoTime() + LOOK_AFTER_DELIVERIES.toNanos();
        complaints.addAll(quiet().endLateSessions(account));
        while (!deliveries.isEmpty()) {
            deliveries.retainAll(MailProcesses.deliveries());
            if (deliveries.isEmpty()) {
                // What they delivered last is seen by the look that follows.
                return false;
            }
            if (System.nanoTime() > lateDeadline) {
                complaints.add("deliveries that began before " + account.user() + " was locked out have not ended after "
                        + settings.lateLimit().toSeconds() + " seconds: what they still deliver stays in the Maildir");
                return false;
            }
            if (System.nanoTime() > until) {
                return true;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return false;
    }

    @Override
    public long nextMapUid() throws IOException {
        return MailsSince.nextMapUid(account.target());
    }

    @Override
    public void bringOver(LateMail mail, OptionalLong begun) throws IOException, MigrationException, InterruptedException {
        if (!pin.isHere()) {
            throw new MigrationException(Kind.ELSEWHERE, account.user() + " uses the mdbox, and was moved to another "
                    + "backend: a mail that came late to the Maildir (" + ByteString.toText(mail.path()) + ") is put into the mdbox by the "
                    + "next run, which maps the user here");
        }
        new LateImport(means.doveadm()).bringOver(account, mail, begun);
    }

    /** Also when this thread is to end: nobody else would let the user in before the expiry. */
    @Override
    public void abandon() {
        if (!isClosed) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            gate.open(account.user());
            isClosed = false;
        } catch (IOException | RuntimeException e) {
            complaints.add("the gate of " + account.user() + " could not be opened and stays closed until it expires or the next run: "
                    + e.getMessage());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public List<String> complaints() {
        return List.copyOf(complaints);
    }
}
