package io.roost.preflight;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.Pop3UidlFormat;

/**
 * The machine and its Dovecot, as far as they are known before anything is looked at. Immutable.
 *
 * @param settings       Dovecot's
 * @param settingsSource where they are from, such as {@code doveconf -a}
 * @param live           whether they are those of the Dovecot that runs here, not of a file from elsewhere
 * @param topology       what stands before the backends
 * @param users          a sample
 * @param unresolved     those of the sample who could not be resolved
 * @param pop3UidlFormat what POP3 shows as UIDLs today, if it was given and differs from the settings
 * @param root           of the file system, {@code /} but in tests: below it lie cron's and systemd's files and {@code proc}
 * @param mounts         this process's mounts
 */
public record Backend(DovecotSettings settings, String settingsSource, boolean live, Topology topology, List<SampleUser> users,
        List<SampleUser.Unresolved> unresolved, Optional<Pop3UidlFormat> pop3UidlFormat, Path root, MountTable mounts) {
    public Backend {
        users = List.copyOf(users);
        unresolved = List.copyOf(unresolved);
    }

    /** A {@code settingsSource} where neither a Dovecot nor a file was asked: what the settings say is nobody's. */
    public static final String NO_SETTINGS = "Dovecot's defaults";

    /** With these users, and everything else as it is usually. */
    public Backend(DovecotSettings settings, Topology topology, List<SampleUser> users, MountTable mounts) {
        this(settings, "doveconf -a", true, topology, users, List.of(), Optional.empty(), Path.of("/"), mounts);
    }

    /** Whether the settings are anybody's, not only Dovecot's defaults. */
    public boolean knowsSettings() {
        return !settingsSource.equals(NO_SETTINGS);
    }

    /** Whether these are the settings of a director, which keeps no mail. */
    public boolean isDirector() {
        return !settings.get("director_servers").isEmpty() && settings.mailLocation().isEmpty();
    }

    /** What a check says that needs users' paths where there are none: why, and what to do. */
    public Finding nobody(Finding.Question question) {
        return unresolved.isEmpty() ? question.unknown("nobody's paths are known: see user-sample", "name some users")
                : question.unknown("nobody of the sample could be looked up: see user-resolved", "mend what user-resolved tells");
    }

    /**
     * Whether the sample's mail lies on a network file system: true if any does, false if all is known to be local, empty if no
     * path could be looked at.
     */
    public Optional<Boolean> onNetwork() {
        boolean seen = false;
        for (SampleUser user : users) {
            for (String path : MailPaths.of(user).shared()) {
                Optional<Mount> mount = mounts.find(path);
                if (mount.isPresent() && mount.get().isNetwork()) {
                    return Optional.of(true);
                }
                seen |= mount.isPresent();
            }
        }
        return seen ? Optional.of(false) : Optional.empty();
    }
}
