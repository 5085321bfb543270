package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation.Layout;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;

/** Dovecot's version, against what its release notes say was mended later and matters for mdbox, list indexes and dsync. */
public final class DovecotVersion implements Check {
    /**
     * @param id       of the finding
     * @param from     first version with it
     * @param until    first version without it
     * @param severity how much it matters
     * @param what     what goes wrong
     * @param matters  whether it concerns this backend
     */
    private record Defect(String id, String from, String until, Severity severity, String what, Predicate<Backend> matters) { }

    private static final List<Defect> DEFECTS = List.of(
            new Defect("defect-mdbox-fdatasync", "2.0", "2.3.21", Severity.ADVICE,
                    "after a write to an mdbox it syncs the wrong parent directory, and crashes where that fails: a server "
                    + "that loses power may forget a new m.* file", backend -> true),
            new Defect("defect-mdbox-lz4", "2.0", "2.3.17", Severity.UNSAFE, "reading lz4 mails from an mdbox may crash",
                    backend -> backend.settings().isPluginLoaded("zlib")),
            new Defect("defect-mdbox-rebuild", "2.0", "2.3.15", Severity.SLOW,
                    "an index that is rebuilt (doveadm force-resync, or by itself after damage) forgets that mails have POP3 UIDLs of "
                    + "their own: the next POP3 session opens every mail to look for them",
                    backend -> backend.settings().protocols().contains("pop3")),
            new Defect("defect-list-index", "2.0", "2.3.20", Severity.UNSAFE,
                    "with LAYOUT=index, mailboxes with the same GUID are not told apart, and a damaged list is not rebuilt "
                    + "well",
                    backend -> backend.users().stream().flatMap(u -> u.locations()
                    .stream()).anyMatch(l -> l.layout() == Layout.INDEX)
                            || backend.settings().mailLocation().contains(":LAYOUT=index")),
            new Defect("defect-dsync-percent", "2.3.19", "2.3.21", Severity.ADVICE,
                    "incremental dsync fails for mailboxes whose names end with %: do not repair or copy users with doveadm "
                    + "sync", backend -> true),
            new Defect("defect-dsync-separator", "2.0", "2.3.21", Severity.ADVICE,
                    "dsync from Maildir to mdbox never ends, and takes all memory, where a mailbox was deleted and the separators differ: "
                    + "do not repair or copy users with doveadm sync", DovecotVersion::separatorsDiffer),
            new Defect("defect-dsync-inbox", "2.0", "2.3.20", Severity.ADVICE,
                    "dsync creates INBOX too early with the prefix INBOX/, and gives it another GUID",
                    DovecotVersion::hasInboxPrefix));

    /** Where none is written down, Maildir's is a dot and mdbox's a slash. */
    private static boolean separatorsDiffer(Backend backend) {
        try {
            return !backend.isDirector() && backend.settings().inboxNamespace().filter(n -> n.separator().isEmpty()).isPresent();
        } catch (InvalidSettingException e) {
            return false;
        }
    }

    private static boolean hasInboxPrefix(Backend backend) {
        try {
            return backend.settings().namespaces().stream().anyMatch(n -> n.prefix().equals("INBOX/"));
        } catch (InvalidSettingException e) {
            // told by those that ask for the namespaces themselves
            return false;
        }
    }

    @Override
    public List<String> ids() {
        List<String> ids = new ArrayList<>(List.of("dovecot-version"));
        DEFECTS.forEach(d -> ids.add(d.id()));
        return ids;
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) {
        String version = backend.settings().version();
        List<Finding> findings = new ArrayList<>();
        Question question = new Question("dovecot-version", "version in " + backend.settingsSource(), "2.3",
                "Roost writes the files of 2.3 and is checked against it; 2.4 has no director");
        if (!version.matches("[0-9]+\\.[0-9]+(\\.[0-9]+)*.*")) {
            findings.add(question.unknown("the settings do not begin with Dovecot's version",
                    "hand over what doveconf -a prints, whole"));
            return findings;
        }
        if (version.startsWith("2.3.")) {
            findings.add(question.ok(version));
        } else if (backend.topology() == Topology.DIRECTOR && compare(version, "2.4") >= 0) {
            findings.add(question.unsafe(version, "stay on 2.3 until all users are moved, or on one backend"));
        } else {
            findings.add(question.advice(version, "try one account first"));
        }
        for (Defect defect : DEFECTS) {
            if (compare(version, defect.from()) >= 0 && defect.matters().test(backend)) {
                Question q = new Question(defect.id(), "Dovecot " + version, defect.until() + " or later", defect.what());
                findings.add(compare(version, defect.until()) >= 0 ? q.ok(version)
                        : q.answer(defect.severity(), version, "upgrade to 2.3.21.1, the last of 2.3"));
            }
        }
        return findings;
    }

    /** By numbers, part for part; what follows them does not count. */
    static int compare(String a, String b) {
        return Arrays.compare(parts(a), parts(b));
    }

    private static int[] parts(String version) {
        return Arrays.stream(version.replaceFirst("[^0-9.].*", "").split("\\.")).filter(p -> p.matches("[0-9]{1,6}"))
                .mapToInt(Integer::parseInt).toArray();
    }
}
