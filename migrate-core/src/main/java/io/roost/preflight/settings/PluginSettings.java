package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.SampleUser;

/** Plugins that behave otherwise on mdbox, and files of theirs that lie in the Maildir. */
public final class PluginSettings implements Check {
    private static final List<String> INDEXES = List.of("fts_squat", "fts_lucene", "fts_flatcurve", "fts_xapian");

    @Override
    public List<String> ids() {
        return List.of("metadata", "file-in-maildir", "listescape", "zlib", "full-text-index");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) {
        DovecotSettings settings = backend.settings();
        List<Finding> findings = new ArrayList<>();
        findings.add(files(backend, "metadata", "mail_attribute_dict", Map.of("mail_attribute_dict",
                settings.mailAttributeDict()), "move the file and the setting, for example to file:%h/dovecot-attributes"));
        Map<String, String> others = new LinkedHashMap<>();
        List.of("sieve", "sieve_dir", "sieve_global", "acl_shared_dict").forEach(key -> others.put(key, settings.plugin(key)));
        findings.add(files(backend, "file-in-maildir", "plugin { " + String.join(", ", others.keySet()) + " }", others,
                "move it elsewhere before the Maildir is removed"));
        Question escape = new Question("listescape", "mail_plugins", "no listescape",
                "it escapes what a Maildir's names cannot hold, and less of that with mdbox");
        findings.add(settings.isPluginLoaded("listescape") ? escape.advice("listescape, which escapes with "
                + settings.storageEscapeChar(), "look for mailboxes with that character in their names, and try them on one "
                + "account first") : escape.ok("not loaded"));
        findings.add(zlib(settings));
        Question index = new Question("full-text-index", "mail_plugins", "no full text index beside the mail",
                "its files are not carried over");
        List<String> found = INDEXES.stream().filter(settings::isPluginLoaded).toList();
        findings.add(found.isEmpty() ? index.ok("none") : index.advice(String.join(", ", found),
                "it is built anew when a user searches, or with doveadm index"));
        return findings;
    }

    private static Finding zlib(DovecotSettings settings) {
        Question question = new Question("zlib", "mail_plugins of each protocol", "zlib everywhere or nowhere",
                "compressed mails look damaged to a protocol without it");
        if (!settings.isPluginLoaded("zlib")) {
            return question.ok("not loaded");
        }
        List<String> without = settings.protocolsWithout("zlib");
        return without.isEmpty() ? question.ok("loaded for all") : question.unsafe("not loaded for " + String.join(", ",
                without),
                "add zlib to mail_plugins outside of protocol blocks").with(Hint.plugin(settings, "zlib"));
    }

    private static Finding files(Backend backend, String id, String lookedAt, Map<String, String> values, String remedy) {
        Question question = new Question(id, lookedAt, "files outside of the Maildir", "they go when the Maildir is removed");
        for (Map.Entry<String, String> value : values.entrySet()) {
            for (SampleUser user : backend.users()) {
                if (user.source().filter(source -> liesIn(value.getValue(), source, user.home())).isPresent()) {
                    return question.unsafe(value.getKey() + " = " + value.getValue() + " lies in the Maildir", remedy);
                }
            }
        }
        List<String> set = values.entrySet().stream().filter(v -> !v.getValue().isEmpty())
                .map(v -> v.getKey() + " = " + v.getValue()).toList();
        if (set.isEmpty()) {
            return question.ok("nothing");
        }
        return backend.users().stream().anyMatch(u -> u.source().isPresent()) ? question.ok(String.join(", ", set))
                : question.unknown(String.join(", ", set) + "; nobody's Maildir is known that it could lie in",
                "name some users");
    }

    /** Whether a setting like {@code file:%h/Maildir/x;active=...} leads into the user's Maildir. */
    private static boolean liesIn(String setting, MailLocation source, String home) {
        for (String part : setting.split(";")) {
            String path = part.startsWith("file:") ? part.substring("file:".length()) : part.substring(part.indexOf('=') + 1);
            String expanded = ByteString.ofText(path).replace("%h", home).replaceFirst("^~", Matcher.quoteReplacement(home));
            if (expanded.startsWith(source.root() + "/")) {
                return true;
            }
        }
        return false;
    }
}
