package io.roost.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.MailLocation;

/**
 * A user whose directories are looked at.
 *
 * @param name   as Dovecot spells it
 * @param home   absolute byte string; empty if unknown
 * @param uid    owner of the mail, or -1 for the owner of {@code source}
 * @param gid    group of the mail, or -1
 * @param source where the mail is now; empty if it is not known
 * @param target where it shall be; empty if it is not known
 */
public record SampleUser(String name, String home, int uid, int gid, Optional<MailLocation> source,
        Optional<MailLocation> target) {
    /** The locations that are known. */
    public List<MailLocation> locations() {
        List<MailLocation> all = new ArrayList<>();
        source.ifPresent(all::add);
        // Compared only where they may be equal: the first comparison of records costs every start some milliseconds.
        target.filter(location -> source.isEmpty() || location.isMaildir() != source.get().isMaildir() || !all.contains(location))
                .ifPresent(all::add);
        return all;
    }

    /**
     * A user who could not be resolved.
     *
     * @param name   as given
     * @param reason for people
     * @param remedy what to do about it
     */
    public record Unresolved(String name, String reason, String remedy) { }
}
