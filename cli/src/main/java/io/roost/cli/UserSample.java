package io.roost.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.roost.checkpoint.CheckpointStore;
import io.roost.cli.check.SampleCheck;
import io.roost.cli.screen.Quantity;
import io.roost.dovecot.AuthUsers;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.UserDatabase;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.MailPaths;
import io.roost.preflight.Mount;
import io.roost.preflight.MountTable;
import io.roost.preflight.SampleUser;

/**
 * Whose mail is looked at: everybody who was named, else some of those in files or of Dovecot's userdb. These are taken from all
 * over the list and have mail already; where more are asked, it is for mounts that were not met before. The same list gives the
 * same sample.
 *
 * @param everybody  of the migration, as far as they are known
 * @param users      to be looked at
 * @param unresolved those who could not be resolved
 * @param check      says who was chosen, or why nobody was
 */
record UserSample(List<String> everybody, List<SampleUser> users, List<SampleUser.Unresolved> unresolved, SampleCheck check) {
    /** Without an argument. */
    static final int USUAL = 10;
    /** For each user of the sample so many are asked at most. */
    private static final int TRIES = 5;

    /**
     * @param options who is meant; nobody named stands for all users of Dovecot
     * @param size    of a sample of users who were not named one by one
     * @param own     whether the settings are those of a Dovecot that can be asked
     * @param state   directory of the checkpoint store, for {@code --unfinished}
     */
    static UserSample of(Site site, UserOptions options, int size, boolean own, String state, MountTable mounts)
            throws IOException, CommandException, InterruptedException {
        UserSelection selection = new UserSelection(options, System.in);
        if (options.isByNameOnly()) {
            List<String> names = List.copyOf(new LinkedHashSet<>(options.users));
            return new Chooser(site, mounts).everybody(names);
        }
        boolean nobodyNamed = options.isNobody();
        if (nobodyNamed && !own) {
            return nobody("no user was named, and no Dovecot is here that could list its users");
        }
        options.all |= nobodyNamed;
        List<String> names;
        try (CheckpointStore store = options.unfinished ? CheckpointStore.openReadOnly(state).orElse(null) : null) {
            names = selection.resolve(site, store);
        } catch (AuthUsers.Unreachable e) {
            return nobody("no user was named, and Dovecot cannot be asked for its users: " + e.getMessage(),
                    "start Dovecot; service auth has "
                    + "to have its unix_listener auth-userdb, and this user leave to write to it (root has). Without Dovecot: name some "
                    + "users, with --home and --from");
        } catch (IOException e) {
            return nobody("no user was named, and Dovecot does not list its users: " + e.getMessage());
        }
        if (names.isEmpty()) {
            return nobody(options.all ? "Dovecot's userdb lists nobody" : "nobody is left of those who were named");
        }
        return names.size() <= size ? new Chooser(site, mounts).everybody(names) : new Chooser(site, mounts).some(names, size);
    }

    private static UserSample nobody(String reason) {
        return nobody(reason, "name some users, or all of them with --users-file FILE");
    }

    private static UserSample nobody(String reason, String remedy) {
        return new UserSample(List.of(), List.of(), List.of(), new SampleCheck(question().unknown(reason, remedy)));
    }

    /** On a director, where there is no mail. */
    static UserSample none() {
        return new UserSample(List.of(), List.of(), List.of(), new SampleCheck(question().ok("none: a director keeps no mail")));
    }

    private static Question question() {
        return new Question("user-sample", "users whose paths are looked at", "some with mail on each mount that matters",
                "mounts, locks and rights are those of these users' paths, and of no others");
    }

    private static final class Chooser {
        private final Site site;
        private final MountTable mounts;
        private final List<SampleUser> users = new ArrayList<>();
        private final List<SampleUser.Unresolved> unresolved = new ArrayList<>();

        Chooser(Site site, MountTable mounts) {
            this.site = site;
            this.mounts = mounts;
        }

        private Optional<SampleUser> find(String name) throws InterruptedException {
            try {
                return Optional.of(site.sample(name));
            } catch (IOException | CommandException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                unresolved.add(new SampleUser.Unresolved(name, e.getMessage(), e instanceof UserDatabase.TemporaryFailure
                        ? "start Dovecot, or look into its log; doveadm user " + name + " has to answer. Without Dovecot: --home and --from"
                        : "correct the name, or give --home and --from"));
                return Optional.empty();
            }
        }

        UserSample everybody(List<String> names) throws InterruptedException {
            for (String name : names) {
                find(name).ifPresent(users::add);
            }
            return chosen(names, "all of " + Quantity.count(names.size(), "user", "users"));
        }

        UserSample some(List<String> names, int size) throws InterruptedException {
            List<SampleUser> withoutMail = new ArrayList<>();
            Set<Long> met = new HashSet<>();
            int step = step(names.size());
            int tries = Math.min(names.size(), size * TRIES);
            for (int i = 0, at = 0; i < tries; i++, at = (int) (((long) at + step) % names.size())) {
                Optional<SampleUser> user = find(names.get(at));
                if (user.isEmpty()) {
                    continue;
                }
                if (!hasMail(user.get())) {
                    withoutMail.add(user.get());
                } else if (met.addAll(mountsOf(user.get())) || users.size() < size) {
                    users.add(user.get());
                }
            }
            if (users.isEmpty()) {
                // the mount may be missing: that has to be seen
                users.addAll(withoutMail.subList(0, Math.min(size, withoutMail.size())));
            }
            return chosen(names, Quantity.count(users.size()) + " of " + Quantity.count(names.size(), "user", "users"));
        }

        /** Leads through all numbers below n, each once, any few of them far from each other. */
        private static int step(int n) {
            for (int step = (int) (n * 0.618); step > 1; step--) {
                if (greatestCommonDivisor(n, step) == 1) {
                    return step;
                }
            }
            return 1;
        }

        private static int greatestCommonDivisor(int a, int b) {
            return b == 0 ? a : greatestCommonDivisor(b, a % b);
        }

        private static boolean hasMail(SampleUser user) {
            for (MailLocation location : user.locations()) {
                try {
                    if (OpenDirectory.statusOf(location.root()).isPresent()) {
                        return true;
                    }
                } catch (PosixException e) {
                    // who may not look is told so by the checks
                    return true;
                }
            }
            return false;
        }

        private Set<Long> mountsOf(SampleUser user) {
            Set<Long> all = new HashSet<>();
            MailPaths.of(user).shared().forEach(path -> mounts.find(path).map(Mount::id).ifPresent(all::add));
            return all;
        }

        private UserSample chosen(List<String> names, String found) {
            boolean mail = users.stream().anyMatch(Chooser::hasMail);
            String shown = found + (users.isEmpty() ? "" : ": " + String.join(", ", users.stream().limit(USUAL)
                    .map(SampleUser::name).toList()) + (users.size() > USUAL ? "..." : ""));
            return new UserSample(names, users, unresolved, new SampleCheck(mail ? question().ok(shown)
                    : users.isEmpty() ? question().unknown(shown + "; nobody could be looked up: " + unresolved.get(0).reason(),
                    unresolved.get(0).remedy())
                    : question().unknown(shown + "; none of them has mail", "name users who have mail; look whether it is mounted")));
        }
    }
}
