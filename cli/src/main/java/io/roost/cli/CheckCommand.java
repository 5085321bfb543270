package io.roost.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.roost.cli.check.FindingJson;
import io.roost.cli.check.FindingReport;
import io.roost.cli.check.FixHints;
import io.roost.cli.check.PlannedSpace;
import io.roost.cli.check.TerminalCheck;
import io.roost.cli.screen.Screen;
import io.roost.director.DirectorAddress;
import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.Pop3UidlFormat;
import io.roost.migrate.Account;
import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Checks;
import io.roost.preflight.Finding;
import io.roost.preflight.MountTable;
import io.roost.preflight.Preflight;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.preflight.director.DirectorSide;
import io.roost.preflight.probe.ProbePlace;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code roost check}: what Dovecot's guide for NFS asks, looked at on this backend. */
@Command(name = "check", header = "Check this backend: settings, mounts, clocks, locks, director.",
        description = {"Changes nothing (but with --gate-user). Clocks, locks and root squash are found by trying, with files that are removed at "
                + "once. What cannot be looked at is unknown, never ok. docs/check.md explains each check."},
        footer = {"", "Examples:",
            "  roost check --director dir.example.org:9091 anna@example.org",
            "  roost check --single-backend --only mmap-disable,mail-fsync",
            "  roost check --json --without-director anna | jq 'select(.severity==\"unsafe\")'"})
final class CheckCommand extends ReportingCommand {
    private static final int MAX_SETTINGS = 16 << 20;

    @Mixin
    private final LocationOptions location = new LocationOptions();
    @Mixin
    private final UserOptions users = new UserOptions();
    @Mixin
    private final StateOption state = new StateOption();
    @ArgGroup
    private TopologyOptions topology = new TopologyOptions();

    @Option(names = "--settings", paramLabel = "FILE", description = "What doveconf -a printed, on this host or another.")
    private Path settings;

    @Option(names = "--director-settings", paramLabel = "FILE", description = "What doveconf -a printed on the director.")
    private Path directorSettings;

    @Option(names = "--only", paramLabel = "ID", split = ",", description = "Look at these alone.")
    private Set<String> only = Set.of();

    @Option(names = "--ignore", paramLabel = "ID", split = ",", description = "Leave these out.")
    private Set<String> ignore = Set.of();

    @Option(names = "--fix-hints", description = "Print the configuration that mends what was found, and nothing else.")
    private boolean fixHints;

    @Option(names = "--details", description = "Tell all of each check, also of those in order.")
    private boolean details;

    @Option(names = "--probe-dir", paramLabel = "DIR",
            description = "Make probe files here. Default: beside the mail of the users.")
    private String probeDirectory;

    @Option(names = "--no-probes", description = "Make no probe files.")
    private boolean noProbes;

    @Option(names = "--clock-of", paramLabel = "URL", description = "Compare the clock of this web server, such as doveadm's.")
    private List<URI> clocks = List.of();

    @Option(names = "--hold-lock", paramLabel = "FILE", description = "Lock this file until interrupted, and check nothing: "
            + "for --locked-elsewhere on another host.")
    private Path holdLock;

    @Option(names = "--locked-elsewhere", paramLabel = "FILE", description = "Check that this file, locked on another host, is "
            + "locked here.")
    private Path lockedElsewhere;

    @Option(names = "--sample", paramLabel = "N", description = "Of users who are not named one by one, look at the paths of so "
            + "many. Default: ${DEFAULT-VALUE}.")
    private int sampleSize = UserSample.USUAL;

    @Mixin
    private final GateOptions gates = new GateOptions();

    @Option(names = "--gate-user", paramLabel = "USER", description = "With --gate: prove that it keeps out, by locking this user out for "
            + "two seconds.")
    private String gateUser;

    /** What stands before the backends: one of these. */
    static final class TopologyOptions {
        @Option(names = "--director", paramLabel = "ADDRESS", split = ",",
                description = "A director stands before the backends: HOST:PORT or socket of its admin listener.")
        private List<String> director = List.of();

        @Option(names = "--behind-director", description = "A director does, but cannot be asked from here.")
        private boolean behindDirector;

        @Option(names = "--without-director", description = "There are several backends and no director.")
        private boolean withoutDirector;

        @Option(names = "--single-backend", description = "There is no other backend.")
        private boolean singleBackend;

        private Topology topology() {
            return !director.isEmpty() || behindDirector ? Topology.DIRECTOR : withoutDirector ? Topology.NO_DIRECTOR
                    : singleBackend ? Topology.SINGLE_BACKEND : Topology.UNKNOWN;
        }
    }

    CheckCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        if (holdLock != null) {
            return hold(holdLock);
        }
        if (sampleSize < 1) {
            throw CommandException.usage("--sample is " + sampleSize + ", expected 1 or more");
        }
        if (gates.isGiven() == (gateUser == null) || gateUser != null && settings != null) {
            throw CommandException.usage("--gate and --gate-user belong together, and to the Dovecot that runs here");
        }
        Optional<DovecotSettings> given = settings == null ? Optional.empty() : Optional.of(read(settings));
        Site site = Site.of(location, given);
        MountTable mounts = MountTable.ofProcess();
        UserSample sample = isDirector(site) ? UserSample.none() : UserSample.of(site, users, sampleSize,
                settings == null && site.isAsked(), state.directory(), mounts);
        Backend backend = new Backend(site.dovecot(), settings == null ? site.isAsked() ? "doveconf -a" : Backend.NO_SETTINGS
                : settings.toString(), settings == null && site.isAsked(), isDirector(site) ? Topology.DIRECTOR : topology.topology(),
                sample.users(), sample.unresolved(),
                location.pop3UidlFormat == null ? Optional.empty() : Optional.of(Pop3UidlFormat.of(location.pop3UidlFormat)),
                Path.of("/"), mounts);
        Checks.Needs needs = needs(backend, sample.everybody());
        List<Check> checks = new ArrayList<>(List.of(sample.check()));
        checks.addAll(Checks.all(needs));
        checks.add(space(site, sample));
        checks.add(new TerminalCheck(screen, System.getenv()));
        if (gateUser != null) {
            checks.add(new GateProof(gates, gateUser));
        }
        requireKnown(checks);
        if (backend.isDirector()) {
            checks = Checks.forDirector(needs);
        }
        List<Finding> findings = Preflight.look(checks, backend, only, ignore);
        ExitCode code = code(findings);
        if (isJson()) {
            new FindingJson(json()).write(findings, code.number());
        } else if (fixHints) {
            new FixHints(screen).print(findings);
        } else {
            site.notes().forEach(note -> screen.message("roost: note: " + note));
            new FindingReport(screen, details).print(findings);
        }
        return code;
    }

    private static boolean isDirector(Site site) {
        return !site.dovecot().get("director_servers").isEmpty() && site.dovecot().mailLocation().isEmpty();
    }

    private Checks.Needs needs(Backend backend, List<String> everybody) throws IOException, CommandException {
        ProbePlace probes = noProbes ? ProbePlace.NOWHERE : probeDirectory == null ? ProbePlace.BESIDE_TARGETS
                : new ProbePlace(Optional.of(ByteString.ofText(Path.of(probeDirectory).toAbsolutePath().toString())), true);
        List<DirectorAddress> addresses = new ArrayList<>();
        for (String address : topology.director) {
            addresses.add(DirectorAddress.parse(address));
        }
        if (addresses.isEmpty() && backend.isDirector() && backend.live()) {
            addresses.add(DirectorAddress.parse(backend.settings().get("base_dir") + "/director-admin"));
        }
        Optional<DovecotSettings> director = directorSettings == null ? Optional.empty() : Optional.of(read(directorSettings));
        return new Checks.Needs(state.directory(), Path.of(System.getProperty("java.io.tmpdir")), probes, clocks,
                Optional.ofNullable(lockedElsewhere), new DirectorSide(addresses, director), everybody);
    }

    private static Check space(Site site, UserSample sample) throws IOException {
        return new PlannedSpace(sample.users().stream().filter(u -> u.source().filter(MailLocation::isMaildir).isPresent()
                && u.target().filter(MailLocation::isMdbox).isPresent()).map(u -> new Account(u.name(), u.home(), u.uid(),
                u.gid(), u.source().get(), u.target().get())).toList(), site.settings(),
                sample.everybody().size() - sample.users().size() - sample.unresolved().size());
    }

    /** A misspelt identifier must not look like a check that found nothing. */
    private void requireKnown(List<Check> checks) throws CommandException {
        Set<String> known = checks.stream().flatMap(c -> c.ids().stream()).collect(Collectors.toSet());
        for (Set<String> given : List.of(only, ignore)) {
            for (String id : given) {
                if (!known.contains(id)) {
                    throw CommandException.usage("there is no check " + id + "; docs/check.md lists them");
                }
            }
        }
    }

    private static DovecotSettings read(Path file) throws IOException, CommandException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw CommandException.usage(file + (!Files.exists(file) ? " is not there" : Files.isDirectory(file) ? " is a directory"
                    : " may not be read by this user") + ", expected a file with what doveconf -a prints");
        }
        if (Files.size(file) > MAX_SETTINGS) {
            throw CommandException.usage(file + " has more than " + MAX_SETTINGS + " bytes, expected what doveconf -a prints");
        }
        try {
            return DovecotSettings.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (InvalidSettingException e) {
            throw CommandException.usage(file + ": " + e.getMessage());
        }
    }

    /** Ends with the process, by a signal. */
    private ExitCode hold(Path file) throws IOException, InterruptedException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw new IOException(file + " is locked by somebody else");
            }
            screen.message("roost: " + file + " is locked until Ctrl-C; on the other host: roost check --locked-elsewhere "
                    + file);
            while (lock.isValid()) {
                Thread.sleep(1_000);
            }
        }
        return ExitCode.DONE;
    }

    static ExitCode code(List<Finding> findings) {
        return switch (findings.stream().map(Finding::severity).max(Severity::compareTo).orElse(Severity.OK)) {
            case OK -> ExitCode.DONE;
            case ADVICE -> ExitCode.CHECK_ADVICE;
            case SLOW -> ExitCode.CHECK_SLOW;
            case UNKNOWN -> ExitCode.CHECK_UNKNOWN;
            case UNSAFE -> ExitCode.CHECK_UNSAFE;
        };
    }
}
