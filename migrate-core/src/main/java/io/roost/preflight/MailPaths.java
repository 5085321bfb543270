package io.roost.preflight;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.roost.dovecot.MailLocation;

/**
 * The directories of a user, by what they hold. Absolute byte strings.
 *
 * @param mails    mail roots and ALT
 * @param indexes  INDEX where it lies elsewhere
 * @param shared   what all backends have to see: mails, indexes, CONTROL
 * @param local    what one backend keeps for itself: VOLATILEDIR, and LISTINDEX where it is absolute
 */
public record MailPaths(List<String> mails, List<String> indexes, List<String> shared, List<String> local) {
    public static MailPaths of(SampleUser user) {
        Set<String> mails = new LinkedHashSet<>();
        Set<String> indexes = new LinkedHashSet<>();
        Set<String> shared = new LinkedHashSet<>();
        Set<String> local = new LinkedHashSet<>();
        for (MailLocation location : user.locations()) {
            mails.add(location.root());
            location.alt().ifPresent(mails::add);
            location.index().ifPresent(indexes::add);
            shared.addAll(mails);
            shared.addAll(indexes);
            location.control().ifPresent(shared::add);
            location.volatileDir().ifPresent(local::add);
            location.listIndex().filter(path -> path.startsWith("/")).map(MailPaths::parentOf).ifPresent(local::add);
        }
        return new MailPaths(new ArrayList<>(mails), new ArrayList<>(indexes), new ArrayList<>(shared), new ArrayList<>(local));
    }

    /** Shared ones first. */
    public List<String> all() {
        List<String> all = new ArrayList<>(shared);
        all.addAll(local);
        return all;
    }

    /** The directory that a path lies in. */
    public static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }
}
