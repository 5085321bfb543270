package io.roost.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.roost.aftercare.Rollback;
import io.roost.aftercare.Seclusion;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.CutoverRecord;
import io.roost.checkpoint.UserLock;
import io.roost.checkpoint.UserRecord;
import io.roost.cli.screen.Screen;
import io.roost.cutover.Backend;
import io.roost.cutover.Deliveries;
import io.roost.cutover.MailInForce;
import io.roost.cutover.Pin;
import io.roost.cutover.Pins;
import io.roost.cutover.Quiet;
import io.roost.cutover.RemoteAuthProbe;
import io.roost.director.Director;
import io.roost.director.DoveadmServer;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost rollback}: brings one user back to the Maildir. */
@Command(name = "rollback", header = "Bring a user back from mdbox to the Maildir.",
        description = {"Locks the user out, brings everything that happened in the mdbox since the migration to the Maildir with "
            + "Dovecot's own doveadm sync, compares the two, switches the userdb back, moves the mdbox aside and lets the user in. UIDs "
            + "stay. A run that was killed goes on when it is started again."},
        footer = {"", "Examples:",
            "  roost rollback --gate passwd-file:/etc/dovecot/roost-gate --switch passwd-file:/etc/dovecot/users \\",
            "      --director 10.0.0.1:9091 --here 10.0.0.11 anna@example.org"})
final class RollbackCommand extends ReportingCommand {
    private static final long LOOK_MILLIS = 200;
    /** What a hook has written may have to reach the replica that auth reads. */
    private static final Duration SWITCH_LIMIT = Duration.ofSeconds(5);
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(30);

    @Mixin
    private final LocationOptions location = new LocationOptions();
    @Mixin
    private final StateOption state = new StateOption();
    @Mixin
    private final GateOptions gates = new GateOptions();
    @Mixin
    private final SwitchOptions switches = new SwitchOptions();
    @Mixin
    private final DirectorOptions cluster = new DirectorOptions();

    @Option(names = "--gate-reason", paramLabel = "TEXT", defaultValue = "Your mailbox is being moved, please try again in a minute",
            description = "What clients are told meanwhile. Default: ${DEFAULT-VALUE}.")
    private String reason;

    @Parameters(paramLabel = "USER", description = "Name of the user, as in Dovecot.")
    private String user;

    RollbackCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        cluster.check();
        UserdbSwitch userdb = switches.userdb();
        try (Director director = cluster.director();
                CheckpointStore store = CheckpointStore.openReadOnly(state.directory()).isPresent()
                        ? CheckpointStore.open(state.directory()) : nothing()) {
            Site site = Site.of(location);
            DovecotProgram doveadm = DovecotProgram.doveadm(site.dovecotConfig());
            String ip = cluster.thisBackend(director);
            List<DoveadmServer> others = cluster.others(site, director, ip);
            Gate gate = gates.gate(site.dovecot(), others.stream().map(RemoteAuthProbe::new).toList());
            gate.liftAbandoned(Instant.now());
            MailUser found = site.user(user);
            UserRecord record = store.user(found.name()).orElseThrow(() -> new CommandException(ExitCode.NOTHING_TO_DO,
                    "the checkpoint store in " + store.path() + " knows no user " + found.name()));
            try (UserLock lock = UserLock.tryAcquire(store, record).orElseThrow(() -> new CommandException(ExitCode.FAILED,
                    "another process is at work on " + found.name() + " with the state directory " + store.path()));
                    Pins pins = new Pins(director, ip, false); Pin pin = pins.pin(found.name())) {
                roll(site, found, store, record, gate, userdb,
                        new Session(director, pin, DirectorOptions.backends(doveadm, others, screen), doveadm));
            }
        }
        return ExitCode.DONE;
    }

    private CheckpointStore nothing() throws CommandException {
        throw new CommandException(ExitCode.NOTHING_TO_DO, "there is no checkpoint store in " + state.directory()
                + ": nothing was migrated with it (--state names another)");
    }

    private void roll(Site site, MailUser found, CheckpointStore store, UserRecord record, Gate gate, UserdbSwitch userdb,
            Session session) throws Exception {
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
        Rollback.Tools tools = new Rollback.Tools(gate, reason,
                seclusion(account, session, text -> screen.message("roost: note: " + text)), userdb, session.doveadm(),
                Clock.systemUTC(), step -> screen.message(found.name() + ": " + step));
        Optional<String> before = fieldBefore(site, found, store, record, source);
        Rollback.Outcome outcome;
        try {
            outcome = new Rollback(account, change, site.settings(), tools).run(inForce, before);
        } catch (InterruptedException | IOException e) {
            session.pin().settle();
            if (session.pin().lost().isEmpty()) {
                throw e;
            }
            // the interrupt was the pin's
            Thread.interrupted();
            throw new GateException(session.pin().lost(), e);
        }
        long now = System.currentTimeMillis();
        store.forget(record.restarted(now).failed("rolled back to the Maildir", now), false);
        if (isJson()) {
            json().object("rolled_back", found.name(), json -> {
                json.writeBooleanField("was_back", outcome.wasBack());
                json.writeArrayFieldStart("aside");
                for (String path : outcome.aside()) {
                    json.writeString(ByteString.toText(path));
                }
                json.writeEndArray();
            });
        } else {
            screen.line(found.name() + ": back on the Maildir" + (outcome.aside().isEmpty() ? "" : "; the mdbox is now at "
                    + ByteString.toText(outcome.aside().get(outcome.aside().size() - 1))));
        }
    }

    /** What the cutover recorded; without one, the userdb's field is only needed if the configuration says something else. */
    private Optional<String> fieldBefore(Site site, MailUser found, CheckpointStore store, UserRecord record, MailLocation source)
            throws IOException {
        Optional<String> recorded = store.cutover(record.number()).flatMap(CutoverRecord::fieldBefore);
        if (recorded.isPresent()) {
            return recorded;
        }
        // There was no field, and mail_location led to the Maildir; perhaps somebody has made it mdbox since.
        String general = site.dovecot().mailLocation();
        boolean same = !general.isEmpty() && found.location(general).isMaildir() && found.location(general).root().equals(source.root());
        return same ? Optional.empty() : Optional.of(source.toString().replace("%", "%%"));
    }

    /** What keeps the user here, and where the user may be nonetheless. */
    private record Session(Director director, Pin pin, List<Backend> backends, DovecotProgram doveadm) { }

    /** The user's sessions are at the mdbox now. */
    private static Seclusion seclusion(Account account, Session session, Consumer<String> note) throws IOException {
        Account atMdbox = new Account(account.user(), account.home(), account.uid(), account.gid(), account.target(),
                account.source());
        Quiet quiet = new Quiet(session.director(), session.backends(), QUIET_LIMIT);
        MailInForce mail = new MailInForce(session.doveadm());
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
                for (Backend backend : session.backends()) {
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
                    session.pin().requireOurs();
                } catch (MigrationException e) {
                    throw new GateException(e.getMessage(), e);
                }
            }
        };
    }
}
