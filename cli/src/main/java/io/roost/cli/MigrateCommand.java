package io.roost.cli;

import java.io.IOException;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.control.ControlException;
import io.roost.cli.control.ControlServer;
import io.roost.cli.control.ControlledCutover;
import io.roost.cli.control.ControlledRun;
import io.roost.cli.report.RunRecords;
import io.roost.cli.screen.Screen;
import io.roost.cutover.CutoverMeans;
import io.roost.cutover.DirectorView;
import io.roost.engine.Brakes;
import io.roost.engine.Engine;
import io.roost.engine.EngineSettings;
import io.roost.engine.StopReason;
import io.roost.engine.ThrottledPace;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.preflight.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code roost migrate}: moves users, several at a time. */
@Command(name = "migrate", header = "Make mdboxes of users' Maildirs.",
        description = {"Copies the mails, writes the indexes, reads the result back, compares it with the Maildir, and "
            + "renames it into place. The Maildir is not changed. A run that was stopped, or killed, goes on when it is "
            + "started again, or with roost resume. roost ctl speaks to it while it runs."},
        footer = {"", "Examples:",
            "  roost migrate --single-backend anna@example.org",
            "  roost migrate --dry-run --match '*@example.org'",
            "  roost migrate --single-backend --users-file users.txt --workers 4 --until 06:00",
            "  roost migrate --single-backend --skip-unreadable --json anna@example.org",
            "  roost migrate --director /run/dovecot/director-admin --mine --prepare --all",
            "  roost migrate --director 10.0.0.2:9095 --mine --cutover --gate passwd-file:/etc/dovecot/roost-gate",
            "      --switch passwd-file:/etc/dovecot/users --users-file tonight.txt"})
final class MigrateCommand extends ReportingCommand {
    /** Users whose paths are looked at before a run. */
    private static final int SAMPLE = 5;
    private static final int SAMPLE_TRIES = 50;

    @Spec
    private CommandSpec spec;
    @Mixin
    private final UserOptions users = new UserOptions();
    @Mixin
    private final LocationOptions location = new LocationOptions();
    @Mixin
    private final StateOption state = new StateOption();
    @Mixin
    private final RunOptions run = new RunOptions();
    @Mixin
    private final ThrottleOptions throttle = new ThrottleOptions();
    @Mixin
    private final RecordOptions recordOptions = new RecordOptions();

    @Mixin
    private final CutoverOptions cutover = new CutoverOptions();

    @Option(names = "--skip-unreadable",
            description = "Go on without mails and mailboxes that cannot be carried over, and list them.")
    private boolean skipUnreadable;

    @Option(names = "--no-cache", description = "Leave dovecot.index.cache behind: the first logins then read all mail.")
    private boolean noCache;

    @Option(names = "--ignore-check", paramLabel = "ID", split = ",", description = "Begin though this check of roost check says unsafe.")
    private List<String> ignoredChecks = List.of();

    @Option(names = "--dry-run", description = "Show what would be done, for each user and in all. Writes nothing.")
    private boolean dryRun;

    @Option(names = "--quiet", description = "Print only what needs attention.")
    private boolean quiet;

    MigrateCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        if (!dryRun) {
            cutover.check();
        }
        UserSelection selection = new UserSelection(users, System.in);
        selection.requireSome();
        EngineSettings settings = run.settings(selection.isOneByName(), Settings.defaults().readers(), ZonedDateTime.now());
        Brakes brakes = throttle.brakes(selection.isOneByName());
        Site site = Site.of(location);
        return dryRun ? plan(site, selection, settings) : migrate(site, selection, settings, brakes);
    }

    private ExitCode plan(Site site, UserSelection selection, EngineSettings settings) throws Exception {
        List<String> names;
        if (users.unfinished) {
            Optional<CheckpointStore> opened = CheckpointStore.openReadOnly(state.directory());
            try (CheckpointStore store = opened.orElse(null)) {
                names = selection.resolve(site, store);
            }
        } else {
            names = selection.resolve(site, null);
        }
        if (names.isEmpty()) {
            return nobody();
        }
        return new DryRun(this, site, settings.workers()).run(names);
    }

    private ExitCode migrate(Site site, UserSelection selection, EngineSettings settings, Brakes brakes) throws Exception {
        try (CheckpointStore store = CheckpointStore.open(state.directory())) {
            List<String> names = selection.resolve(site, store);
            if (names.isEmpty()) {
                return nobody();
            }
            requireSafe(site, names);
            try (ControlServer control = control(store); CutoverOptions.Nights nights = cutover.open(site, store, screen).orElse(null)) {
                if (nights != null) {
                    cutover.cluster.tellCollisions(nights.means().director(), names, screen);
                }
                return migrate(site, settings, brakes, store, names, control, Optional.ofNullable(nights));
            }
        }
    }

    /** What could lose mail is looked at before every run, with the first users as a sample. */
    private void requireSafe(Site site, List<String> names) throws Exception {
        if (!site.isAsked()) {
            return;
        }
        List<Account> sample = new ArrayList<>();
        for (String name : names.subList(0, Math.min(names.size(), SAMPLE_TRIES))) {
            try {
                if (sample.size() < SAMPLE) {
                    sample.add(site.account(name));
                }
            } catch (IOException | CommandException e) {
                // Told when it is this user's turn.
            }
        }
        if (!sample.isEmpty()) {
            site.requireSafe(cutover.cluster.singleBackend ? Topology.SINGLE_BACKEND : Topology.DIRECTOR, sample, ignoredChecks);
        }
    }

    /** The state directory belongs to this run as long as it is open. */
    private static ControlServer control(CheckpointStore store) throws CommandException {
        try {
            return ControlServer.open(store.path(), RunEventJson::new);
        } catch (ControlException e) {
            throw new CommandException(e.kind() == ControlException.Kind.TAKEN ? ExitCode.FAILED : ExitCode.STATE_UNUSABLE,
                    e.getMessage());
        }
    }

    private ExitCode migrate(Site site, EngineSettings settings, Brakes brakes, CheckpointStore store, List<String> names,
            ControlServer control, Optional<CutoverOptions.Nights> nights) throws Exception {
        boolean many = names.size() > 1;
        Map<String, String> decisive = RecordedRun.decisive(store, run, site, settingsOfUsers(site));
        if (!isJson() && !quiet) {
            site.notes().forEach(note -> screen.message("roost: note: " + note));
        }
        MigrationReport report = isJson() ? new MigrationJson(json())
                : new MigrationText(screen, quiet, many, cutover.prepare, site.targetSetting());
        MigrationTotals totals = new MigrationTotals(names.size());
        RunRecords records = recordOptions.open(RecordedRun.arguments(spec.commandLine().getParseResult()));
        AtomicReference<Engine> running = new AtomicReference<>();
        MountWatch mounts = new MountWatch(why -> running.get().stop(StopReason.MOUNT, why));
        SiteMigration work = new SiteMigration(site, settingsOfUsers(site).withPace(new ThrottledPace(brakes.throttle())), store,
                mounts, run.restart, nights.map(CutoverOptions.Nights::night));
        Engine engine = new Engine(names, work, settings, brakes, event -> {
            totals.event(event);
            report.event(event);
            records.event(event);
            control.event(event);
        }, Clock.systemUTC());
        running.set(engine);
        nights.ifPresent(n -> engine.parked(n.night().hold()::parked));
        follow(records, engine, brakes);
        RecordedRun recorded = RecordedRun.begin(store, decisive, spec.commandLine().getParseResult(), names);
        control.serve(new ControlledRun(engine, store, () -> Runtime.getRuntime().halt(ExitCode.STOPPED.number()),
                nights.map(n -> cutover(site, store, n))));
        try (mounts; TerminationSignals signals = new TerminationSignals(screen,
                () -> engine.stop(StopReason.SIGNAL, "the process was told to stop"))) {
            Optional<StopReason> stopped = run(site, names, engine);
            stopped.ifPresent(totals::stopped);
            if (stopped.filter(reason -> reason == StopReason.STATE).isEmpty()) {
                recorded.end(totals.notStarted());
            }
            ExitCode code = totals.isInterrupted() && signals.exitCode() != 0 ? ExitCode.ofSignal(signals.exitCode()) : totals.code();
            List<String> unwritten = records.end(code.number(), stopped.isPresent() ? engine.status().reason() : "");
            unwritten.forEach(problem -> screen.message("roost: " + problem));
            report.summary(totals);
            return unwritten.isEmpty() ? code : code.or(ExitCode.FAILED);
        }
    }

    /** What operators may do with the cutovers of the run. */
    private ControlledCutover cutover(Site site, CheckpointStore store, CutoverOptions.Nights nights) {
        CutoverMeans means = nights.means();
        Optional<SiteRollback> back = means.gate().map(gate -> new SiteRollback(site, location, store, new SiteRollback.Means(gate,
                nights.night().reason(), means.userdb().orElseThrow(), means.director(), nights.pins(), means.backends(),
                means.doveadm())));
        return new ControlledCutover(nights.night().mode(), nights.night().hold(), nights.pins(),
                new DirectorView(means.director(), nights.here()), means.gate(),
                back.map(b -> (user, steps) -> SiteRollback.said(b.run(user, steps))));
    }

    /** A file that cannot be written is told before anything begins. */
    private static void follow(RunRecords records, Engine engine, Brakes brakes) throws CommandException {
        try {
            records.follow(engine::status, brakes);
        } catch (IOException e) {
            throw CommandException.usage(e.getMessage());
        }
    }

    private Optional<StopReason> run(Site site, List<String> names, Engine engine) {
        boolean many = names.size() > 1;
        try (RunProgress progress = many && !isJson() && !quiet ? new RunProgress(screen, engine::status) : null;
                SizeProbe sizes = many ? new SizeProbe(site, names, engine) : null) {
            return engine.run();
        }
    }

    private ExitCode nobody() {
        screen.message("roost: nothing to do: " + (users.unfinished ? "every user of the store is done"
                : "no user is left after --match, --exclude-file and the like"));
        return ExitCode.NOTHING_TO_DO;
    }

    private Settings settingsOfUsers(Site site) throws Exception {
        return site.settings().withSkipUnreadable(skipUnreadable).withCarryCache(!noCache);
    }
}
