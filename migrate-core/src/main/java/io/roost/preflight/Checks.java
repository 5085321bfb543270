package io.roost.preflight;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.roost.preflight.director.DirectorSettings;
import io.roost.preflight.director.DirectorSide;
import io.roost.preflight.director.DirectorState;
import io.roost.preflight.location.MailLocations;
import io.roost.preflight.location.MaintenanceJobs;
import io.roost.preflight.location.TmpfsDirectories;
import io.roost.preflight.machine.DovecotSockets;
import io.roost.preflight.machine.FileDescriptors;
import io.roost.preflight.machine.NativeLibraries;
import io.roost.preflight.machine.StateDirectory;
import io.roost.preflight.machine.UserAccess;
import io.roost.preflight.mount.NfsMounts;
import io.roost.preflight.mount.SeparateMounts;
import io.roost.preflight.mount.UnderMountPoint;
import io.roost.preflight.probe.Locks;
import io.roost.preflight.probe.OtherClocks;
import io.roost.preflight.probe.ProbePlace;
import io.roost.preflight.probe.RootSquash;
import io.roost.preflight.probe.ServerClock;
import io.roost.preflight.probe.TimeDaemon;
import io.roost.preflight.settings.DeliverySettings;
import io.roost.preflight.settings.DovecotVersion;
import io.roost.preflight.settings.MdboxSettings;
import io.roost.preflight.settings.NamespaceSettings;
import io.roost.preflight.settings.NfsSettings;
import io.roost.preflight.settings.PluginSettings;
import io.roost.preflight.settings.Pop3Settings;
import io.roost.preflight.settings.ProtocolUserdbs;
import io.roost.preflight.settings.QuotaSettings;
import io.roost.preflight.settings.SourcePlugins;

/** All checks, in the order of the report, and the selections of them that commands run. */
public final class Checks {
    private Checks() {
    }

    /**
     * What checks need that is no part of the backend.
     *
     * @param stateDirectory of the checkpoint store
     * @param temporary      {@code java.io.tmpdir}
     * @param probes         where probe files may be made
     * @param clocks         HTTP addresses of other machines, for their clocks
     * @param heldElsewhere  a file that another host has locked
     * @param director       what is known of it
     * @param everybody      names of all users of the migration, the sample among them; empty for the sample alone
     */
    public record Needs(String stateDirectory, Path temporary, ProbePlace probes, List<URI> clocks,
            Optional<Path> heldElsewhere, DirectorSide director, List<String> everybody) { }

    /** Everything that {@code roost check} looks at. */
    public static List<Check> all(Needs needs) {
        List<Check> checks = new ArrayList<>(List.of(new DovecotVersion(), new NfsSettings()));
        checks.addAll(forMdbox());
        checks.addAll(List.of(new SourcePlugins(), new DeliverySettings(), new ProtocolUserdbs(), new DovecotSockets(),
                new MailLocations(), new TmpfsDirectories(), new MaintenanceJobs(),
                new NfsMounts(), new SeparateMounts(), new UnderMountPoint(), new RootSquash(needs.probes()),
                new ServerClock(needs.probes(), Clock.systemUTC()), new OtherClocks(needs.clocks(), needs.director()),
                new TimeDaemon(), new Locks(needs.probes(), needs.heldElsewhere()), new WithoutDirector(),
                new DirectorState(needs.director()), new DirectorSettings(needs.director(), needs.everybody()),
                new StateDirectory(needs.stateDirectory()), new NativeLibraries(needs.temporary()), new FileDescriptors(),
                new UserAccess()));
        return checks;
    }

    /** What {@code roost check} looks at on a director, where there is no mail and no Roost. */
    public static List<Check> forDirector(Needs needs) {
        return List.of(new DovecotVersion(), new MaintenanceJobs(), new OtherClocks(needs.clocks(), needs.director()),
                new TimeDaemon(),
                new WithoutDirector(), new DirectorState(needs.director()), new DirectorSettings(needs.director(), needs.everybody()));
    }

    /** Settings that matter for anybody's mdbox, NFS or not: what {@code roost plan} shows. */
    public static List<Check> forMdbox() {
        return List.of(new Pop3Settings(), new NamespaceSettings(), new QuotaSettings(), new PluginSettings(),
                new MdboxSettings());
    }

    /** Of {@link #forPlan}, the identifiers that concern a single user. */
    public static final Set<String> IDS_FOR_PLAN = forMdbox().stream().flatMap(check -> Stream.concat(check.ids().stream(),
            Stream.of("dovecot-version"))).collect(Collectors.toUnmodifiableSet());

    /** What {@code roost plan} tells: the version and {@link #forMdbox}. */
    public static List<Check> forPlan() {
        List<Check> checks = new ArrayList<>(List.of(new DovecotVersion()));
        checks.addAll(forMdbox());
        return checks;
    }
}
