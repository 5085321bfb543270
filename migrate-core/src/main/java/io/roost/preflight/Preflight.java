package io.roost.preflight;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import io.roost.preflight.Finding.Question;
import io.roost.preflight.mount.NfsMounts;
import io.roost.preflight.mount.UnderMountPoint;
import io.roost.preflight.settings.NfsSettings;
import io.roost.preflight.settings.QuotaSettings;

/** Runs checks. What a check cannot look at because something failed is unknown, never passed over. */
public final class Preflight {
    /** Those of {@link #beforeMigration} that decide whether a migration may begin; their other findings are not passed on. */
    private static final Set<String> LOSS = Set.of("mmap-disable", "mail-fsync", "mail-nfs-index", "mail-nfs-storage",
            "lock-method",
            "quota-status", "mount-type", "nfs-version", "nfs-locks", "nfs-hard", "under-mount-point", "no-director");

    private static final String NOT_SEEN = "what was not looked at may be wrong";

    private Preflight() {
    }

    /**
     * Runs checks one after the other.
     *
     * @param only   identifiers to look at; empty for all
     * @param ignore identifiers to leave out
     * @throws InterruptedException if the thread was interrupted; probe files are removed then
     */
    public static List<Finding> look(List<Check> checks, Backend backend, Collection<String> only, Collection<String> ignore)
            throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        for (Check check : checks) {
            Set<String> wanted = new HashSet<>(check.ids());
            if (!only.isEmpty()) {
                wanted.retainAll(only);
            }
            wanted.removeAll(ignore);
            if (!wanted.isEmpty()) {
                look(check, backend).stream().filter(f -> wanted.contains(f.id())).forEach(findings::add);
            }
        }
        return findings;
    }

    private static List<Finding> look(Check check, Backend backend) throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        if (check.isOfSettings() && !backend.knowsSettings()) {
            return check.ids().stream().map(id -> new Question(id, "Dovecot's settings", "to be known", NOT_SEEN).unknown(
                    "no Dovecot was asked, and no file was given",
                    "run it where Dovecot is installed, or hand over what doveconf -a prints with --settings FILE")).toList();
        }
        try {
            return check.look(backend);
        } catch (IOException | RuntimeException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName().toLowerCase(Locale.ROOT) : e.getMessage();
            return check.ids().stream().map(id -> new Question(id, "all that it looks at", "to be seen", NOT_SEEN).unknown(reason,
                    "mend what it says, and look again")).toList();
        }
    }

    /**
     * The checks that could lose mail, quick enough for the start of every migration: settings that are known already, the
     * mount table, and a system call for each mount. Nothing is written, no program is run, no server is asked.
     *
     * @param backend with the users that are about to be migrated, or the first of them
     * @param ignore  identifiers that the administrator knows better
     * @return what is {@link Severity#UNSAFE}; empty if the migration may begin
     */
    public static List<Finding> beforeMigration(Backend backend, Collection<String> ignore) throws InterruptedException {
        Set<String> left = new HashSet<>(ignore);
        if (!backend.live()) {
            // defaults that stand for settings which nobody asked for tell nothing
            left.addAll(new NfsSettings().ids());
            left.addAll(new QuotaSettings().ids());
        }
        List<Check> checks = List.of(new NfsSettings(), new QuotaSettings(), new NfsMounts(), new UnderMountPoint(),
                new WithoutDirector());
        return look(checks, backend, LOSS, left).stream().filter(f -> f.severity() == Severity.UNSAFE).toList();
    }
}
