package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;

/**
 * The settings without which mail on NFS is damaged or lost. Each is looked at globally and in every {@code protocol} block.
 * Where all mail is known to be local they are not needed, and nothing is demanded.
 */
public final class NfsSettings implements Check {
    private static final String LOCAL = ", and the mail of the sample is on local disks";

    @Override
    public List<String> ids() {
        return List.of("mmap-disable", "mail-fsync", "mail-nfs-index", "mail-nfs-storage", "lock-method", "dotlock-use-excl");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) {
        boolean local = backend.onNetwork().filter(network -> !network).isPresent();
        List<Finding> findings = new ArrayList<>();
        findings.add(setting(backend, "mmap_disable", "yes", local ? Severity.OK : Severity.UNSAFE,
                "a file mapped into memory does not show what another machine wrote to it: indexes are read half old, half "
                + "new"));
        findings.add(setting(backend, "mail_fsync", "always", local ? Severity.OK : Severity.UNSAFE,
                "NFS holds writes back: without fsync a client hears OK for a mail that the server never got"));
        findings.add(caches(backend, local, "mail_nfs_index", "indexes"));
        findings.add(caches(backend, local, "mail_nfs_storage", "mail"));
        findings.add(lockMethod(backend, local));
        findings.add(setting(backend, "dotlock_use_excl", "yes", local ? Severity.OK : Severity.SLOW,
                "lock files are made with link() and three more calls instead of one O_EXCL, which NFS has known since "
                + "version 3"));
        return findings;
    }

    private static Finding setting(Backend backend, String key, String expected, Severity otherwise, String why) {
        Question question = new Question(key.replace('_', '-'), key + " in " + backend.settingsSource(), key + " = "
                + expected, why);
        Map<String, String> wrong = others(backend, key, expected);
        if (wrong.isEmpty()) {
            return question.ok(expected);
        }
        String found = shown(wrong);
        return otherwise == Severity.OK ? question.ok(found + LOCAL)
                : question.answer(otherwise, found, "set " + key + " = " + expected + where(wrong))
                        .with(hint(wrong, key + " = " + expected));
    }

    /**
     * {@code mail_nfs_*} drops the client's caches at each look: needed where backends share a user, a waste where they
     * do not.
     */
    private static Finding caches(Backend backend, boolean local, String key, String what) {
        Topology topology = backend.topology();
        String wanted = topology.severalAtOnce() && !local ? "yes" : "no";
        Question question = new Question(key.replace('_', '-'), key + " in " + backend.settingsSource(),
                "no where a director keeps each user on one backend, yes where none does",
                "without a director another backend's changes to " + what
                + " stay unseen in the NFS cache, and are written over; with one, "
                        + "dropping the caches makes each access ask the server");
        Map<String, String> wrong = others(backend, key, wanted);
        if (topology == Topology.UNKNOWN && !local) {
            return question.unknown("it is " + shown(others(backend, key, ""))
                    + "; whether a director stands before this backend was "
                    + "not said", "say --director, --without-director or --single-backend");
        }
        if (wrong.isEmpty()) {
            return question.ok(wanted);
        }
        String remedy = "set " + key + " = " + wanted + where(wrong);
        Hint hint = hint(wrong, key + " = " + wanted);
        return wanted.equals("yes") ? question.unsafe(shown(wrong), remedy).with(hint) : question.slow(shown(wrong),
                remedy).with(hint);
    }

    private static Finding lockMethod(Backend backend, boolean local) {
        Question question = new Question("lock-method", "lock_method in " + backend.settingsSource(), "lock_method = fcntl",
                "flock is not a lock between machines on every NFS; dotlock is one, and costs several calls each time");
        Map<String, String> wrong = others(backend, "lock_method", "fcntl");
        if (wrong.isEmpty()) {
            return question.ok("fcntl");
        }
        if (local) {
            return question.ok(shown(wrong) + LOCAL);
        }
        String remedy = "set lock_method = fcntl" + where(wrong);
        Finding finding = wrong.values().stream().allMatch("dotlock"::equals) ? question.slow(shown(wrong), remedy)
                : question.unsafe(shown(wrong), remedy);
        return finding.with(hint(wrong, "lock_method = fcntl"));
    }

    /** The values that are not {@code expected}, by protocol; the global one under the empty name. */
    private static Map<String, String> others(Backend backend, String key, String expected) {
        Map<String, String> wrong = new LinkedHashMap<>();
        Optional.of(backend.settings().get(key)).filter(v -> !v.equals(expected)).ifPresent(v -> wrong.put("", v));
        backend.settings().overrides(key).forEach((protocol, value) -> {
            if (!value.toLowerCase(Locale.ROOT).equals(expected)) {
                wrong.put(protocol, value);
            }
        });
        return wrong;
    }

    private static String shown(Map<String, String> values) {
        return String.join(", ", values.entrySet().stream().map(e -> (e.getValue().isEmpty() ? "nothing" : e.getValue())
                + (e.getKey().isEmpty() ? "" : " in protocol " + e.getKey())).toList());
    }

    /** In each place where it is otherwise. */
    private static Hint hint(Map<String, String> wrong, String setting) {
        List<String> lines = new ArrayList<>();
        if (wrong.containsKey("")) {
            lines.add(setting);
        }
        List<String> protocols = wrong.keySet().stream().filter(p -> !p.isEmpty()).toList();
        if (!protocols.isEmpty()) {
            lines.add(Hint.inProtocols(protocols, setting));
        }
        return Hint.dovecot(String.join("\n", lines));
    }

    private static String where(Map<String, String> wrong) {
        List<String> blocks = wrong.keySet().stream().filter(p -> !p.isEmpty()).toList();
        return blocks.isEmpty() ? "" : ", and take it out of protocol " + String.join(", ", blocks);
    }
}
