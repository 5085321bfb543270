package io.roost.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.roost.aftercare.Rollback;
import io.roost.aftercare.Seclusion;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.CutoverRecord;
import io.roost.checkpoint.UserLock;
import io.roost.checkpoint.UserRecord;
import io.roost.cli.screen.Screen;
import io.roost.cutover.Backend;
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
    private final ClusterOptions cluster = new ClusterOptions();

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
        UserdbSwitch userdb = switches.userdb();
        try (Director director = cluster.director();
                CheckpointStore store = CheckpointStore.openReadOnly(state.directory()).isPresent()
                        ? CheckpointStore.open(state.directory()) : nothing()) {
            Site site = Site.of(location);
            Gate gate = gates.gate(site.dovecot());
            gate.liftAbandoned(Instant.now());
            MailUser found = site.user(user);
            UserRecord record = store.user(found.name()).orElseThrow(() -> new CommandException(ExitCode.NOTHING_TO_DO,
                    "the checkpoint store in " + store.path() + " knows no user " + found.name()));
            try (UserLock lock = UserLock.tryAcquire(store, record).orElseThrow(() -> new CommandException(ExitCode.FAILED,
                    "another process is at work on " + found.name() + " with the state directory " + store.path()));
                    Pins pins = new Pins(director, cluster.here == null ? "" : cluster.here, false); Pin pin = pins.pin(found.name())) {
                roll(site, found, store, record, gate, userdb, new Session(director, pin));
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
        DovecotProgram doveadm = DovecotProgram.doveadm(Optional.ofNullable(location.dovecotConfig));
        Rollback.Tools tools = new Rollback.Tools(gate, reason, seclusion(account, session,
                GateOptions.thisBackend(site.dovecot(), doveadm)), userdb, doveadm,
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
        GateOptions.auth(site.dovecot()).flushCache(found.name());
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
        Optional<CutoverRecord> cutover = store.cutover(record.number());
        if (cutover.isPresent()) {
            return cutover.get().fieldBefore();
        }
        String general = site.dovecot().mailLocation();
        boolean same = !general.isEmpty() && found.location(general).toString().equals(source.toString());
        return same ? Optional.empty() : Optional.of(source.toString().replace("%", "%%"));
    }

    /** What keeps the user here. */
    private record Session(Director director, Pin pin) { }

    /** The user's sessions are at the mdbox now. */
    private static Seclusion seclusion(Account account, Session session, Backend here) {
        Account atMdbox = new Account(account.user(), account.home(), account.uid(), account.gid(), account.target(),
                account.source());
        Quiet quiet = new Quiet(session.director(), List.of(here), QUIET_LIMIT);
        return new Seclusion() {
            @Override
            public void await(String user) throws IOException {
                try {
                    quiet.await(atMdbox);
                } catch (MigrationException e) {
                    throw new GateException(e.getMessage(), e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while sessions of " + user + " end");
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
