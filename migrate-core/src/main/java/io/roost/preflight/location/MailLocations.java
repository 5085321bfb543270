package io.roost.preflight.location;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.dovecot.DovecotSettings.Namespace;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Mount;
import io.roost.preflight.SampleUser;
import io.roost.preflight.Severity;

/** What the keys of mail locations say: that Dovecot takes them, that INDEX is used well, that hashed directories agree. */
public final class MailLocations implements Check {
    private static final Pattern HASH = Pattern.compile("%[-.0-9]*[A-Z]*[NH][A-Z]*(?:[und]|\\{[a-z:]+})"
            + "|%\\{(?:md4|md5|sha[0-9]+)[^}]*}");

    @Override
    public List<String> ids() {
        return List.of("mail-location", "user-resolved", "index-iterindex", "index-cache", "alt-nocheck",
                "hashed-directories");
    }

    @Override
    public List<Finding> look(Backend backend) throws InvalidSettingException {
        List<Finding> findings = new ArrayList<>();
        List<String> templates = templates(backend);
        findings.add(words(backend, templates));
        for (SampleUser.Unresolved user : backend.unresolved()) {
            findings.add(resolved("user " + user.name()).unknown(user.reason(), user.remedy()));
        }
        if (backend.unresolved().isEmpty() && !backend.users().isEmpty()) {
            findings.add(resolved("users of the sample").ok(backend.users().size() == 1 ? "1 user" : backend.users().size()
                    + " users"));
        }
        for (SampleUser user : backend.users()) {
            for (MailLocation location : user.locations()) {
                location.index().ifPresent(index -> merge(findings, index(backend, location, index)));
                location.alt().ifPresent(alt -> merge(findings, alt(location, alt)));
            }
            if (user.source().filter(MailLocation::isMaildir).isPresent()) {
                user.target().filter(MailLocation::isMdbox).ifPresent(target -> merge(findings, cache(target)));
            }
        }
        findings.add(hashes(backend, templates));
        return findings;
    }

    private static Question resolved(String lookedAt) {
        return new Question("user-resolved", lookedAt, "a home and a mail location", "nothing else is looked at of a user without");
    }

    /** One finding an id: the gravest. */
    private static void merge(List<Finding> findings, Finding finding) {
        for (int i = 0; i < findings.size(); i++) {
            if (findings.get(i).id().equals(finding.id())) {
                if (findings.get(i).severity().compareTo(finding.severity()) < 0) {
                    findings.set(i, finding);
                }
                return;
            }
        }
        findings.add(finding);
    }

    /** All that the settings say about where mail is, variables and all. */
    private static List<String> templates(Backend backend) throws InvalidSettingException {
        Set<String> templates = new TreeSet<>();
        templates.add(backend.settings().mailLocation());
        templates.addAll(backend.settings().overrides("mail_location").values());
        for (Namespace namespace : backend.settings().namespaces()) {
            namespace.location().ifPresent(templates::add);
        }
        templates.remove("");
        return List.copyOf(templates);
    }

    private static Finding words(Backend backend, List<String> templates) {
        Question question = new Question("mail-location", "mail_location and namespaces", "keys that Dovecot 2.3 takes",
                "with a word it does not know Dovecot refuses every login");
        for (String template : templates) {
            if (template.matches(".*:NOALTCHECK(:.*)?")) {
                return question.unsafe(template + ": Dovecot's guide says NOALTCHECK, and Dovecot 2.3.19 refuses that word",
                        "write ALTNOCHECK");
            }
            try {
                // any home will do
                MailLocation.parse(ByteString.ofText(template.replaceAll("%[^:/]*[a-z}]", "x")), "/home");
            } catch (InvalidSettingException e) {
                return question.unsafe(e.getMessage(), "correct it");
            }
        }
        if (templates.isEmpty() && backend.users().stream().noneMatch(u -> u.source().isPresent())) {
            return backend.nobody(question);
        }
        return question.ok(templates.isEmpty() ? "those of the sample" : String.join(", ", templates));
    }

    private static Finding index(Backend backend, MailLocation location, String index) {
        Question question = new Question("index-iterindex", "INDEX=" + ByteString.toText(index), "fast storage, with ITERINDEX",
                "without ITERINDEX mailboxes are listed from the slow storage of the mails though their indexes lie on the "
                + "fast one");
        if (location.iterIndex()) {
            return question.ok("ITERINDEX");
        }
        boolean same = backend.mounts().find(index).map(Mount::id).equals(backend.mounts()
                .find(location.root()).map(Mount::id));
        return same ? question.advice("no ITERINDEX, and the same mount as the mails",
                "put INDEX on faster storage, with ITERINDEX")
                : question.slow("no ITERINDEX", "add :ITERINDEX to the mail location");
    }

    private static Finding cache(MailLocation target) {
        Question question = new Question("index-cache", "INDEXCACHE in the mdbox to be", "none, or time for the first logins",
                "Roost carries caches over to where the indexes lie, and to no other place: Dovecot begins new ones there, and reads "
                + "the mails again that clients ask about");
        return target.indexCache().map(path -> question.slow(ByteString.toText(path), "let doveadm index -u USER '*' run after each "
                + "user's switch, or leave INDEXCACHE out")).orElseGet(() -> question.ok("none"));
    }

    private static Finding alt(MailLocation location, String alt) {
        Question question = new Question("alt-nocheck", "ALT=" + ByteString.toText(alt), "ALTNOCHECK",
                "Dovecot looks at each login whether the alternative storage is mounted, and keeps a link to it in the mail "
                + "root: a call to slow storage. The guide spells the word NOALTCHECK; Dovecot 2.3.19 refuses that");
        return location.altNoCheck() ? question.ok("ALTNOCHECK") : question.slow("no ALTNOCHECK",
                "add :ALTNOCHECK to the mail location");
    }

    private static Finding hashes(Backend backend, List<String> templates) {
        Question question = new Question("hashed-directories", "hashes in mail locations", "the same one everywhere",
                "what cleans or finds a user's directories computes one hash: with two, directories are left behind or not "
                + "found");
        if (!backend.knowsSettings()) {
            return question.unknown("no Dovecot was asked, and no file was given",
                    "hand over what doveconf -a prints with --settings FILE");
        }
        TreeMap<String, String> used = new TreeMap<>();
        for (String template : templates) {
            for (String part : template.split(":")) {
                Matcher m = HASH.matcher(part);
                if (m.find()) {
                    used.putIfAbsent(m.group(), part);
                }
            }
        }
        if (used.size() <= 1) {
            return question.ok(used.isEmpty() ? "none" : used.firstKey());
        }
        String found = String.join(", ", used.entrySet().stream().map(e -> e.getKey() + " in " + e.getValue()).toList());
        return question.answer(Severity.ADVICE, found, "use one of them everywhere, and change it while nobody is logged in");
    }
}
