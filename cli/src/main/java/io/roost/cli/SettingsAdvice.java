package io.roost.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;

import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.DovecotSettings.Namespace;
import io.roost.dovecot.MailLocation.Layout;
import io.roost.dovecot.Pop3UidlFormat;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.posix.ByteString;

/** Reads Dovecot's settings with the eyes of someone about to move a user to mdbox. */
final class SettingsAdvice {
    private final DovecotSettings dovecot;
    private final Account account;
    private final Settings settings;
    private final List<Advice> advice = new ArrayList<>();

    private SettingsAdvice(DovecotSettings dovecot, Account account, Settings settings) {
        this.dovecot = dovecot;
        this.account = account;
        this.settings = settings;
    }

    /** All there is to say, what matters most first. */
    static List<Advice> of(DovecotSettings dovecot, Account account, Settings settings) throws IOException {
        SettingsAdvice all = new SettingsAdvice(dovecot, account, settings);
        all.version();
        all.pop3();
        all.namespaces();
        all.quota();
        all.plugins();
        all.storage();
        all.advice.sort((a, b) -> b.severity().compareTo(a.severity()));
        return List.copyOf(all.advice);
    }

    private void warn(String id, String message, String remedy) {
        advice.add(new Advice(id, Severity.WARNING, message, remedy));
    }

    private void note(String id, String message, String remedy) {
        advice.add(new Advice(id, Severity.NOTE, message, remedy));
    }

    private void version() {
        String version = dovecot.version();
        if (!version.isEmpty() && !version.startsWith("2.3.")) {
            warn("dovecot-version", "Dovecot here is " + version + ", and Roost is checked against 2.3",
                    "try one account first");
        }
    }

    private void pop3() throws IOException {
        Pop3UidlFormat format = settings.pop3UidlFormat();
        if (format.unsupported()) {
            warn("pop3-uidl-format", "pop3_uidl_format = " + format.format()
                    + " uses %m, with which neither Maildir nor mdbox gives a UIDL",
                    "POP3 with it fails already; choose another format");
        } else if (format.changesOnMdbox()) {
            warn("pop3-uidl-format", "pop3_uidl_format = " + format.format()
                    + " uses %f, with which mdbox gives no UIDL: mails carried over keep theirs, POP3 fails at a new one",
                    "change it to %g before the user is switched");
            if (dovecot.pop3ReuseXuidl()) {
                warn("pop3-reuse-xuidl", "pop3_reuse_xuidl = yes shows X-UIDL headers, and stored UIDLs go before them",
                        "mails with an X-UIDL header change their UIDL unless pop3_save_uidl was on; look for such");
            }
        }
        if (!dovecot.pop3UidlFormat().format().equals(format.format())) {
            note("pop3-uidl-format-given", "--pop3-uidl-format is " + format.format() + ", Dovecot's pop3_uidl_format is "
                    + dovecot.pop3UidlFormat().format(), "make sure that the first one is what users see today");
        }
    }

    private void namespaces() throws IOException {
        for (Namespace namespace : dovecot.namespaces()) {
            if (namespace.inbox()) {
                if (namespace.separator().isEmpty() && account.source().layout() == Layout.MAILDIR_PLUS_PLUS) {
                    warn("separator", "the namespace with INBOX sets no separator: clients see . with Maildir and / with "
                            + "mdbox, so that nested mailboxes seem to be others",
                            "set separator = . in that namespace before users are switched");
                }
            } else if (namespace.type().equals("private") && namespace.location().isPresent()) {
                warn("namespace", "namespace " + namespace.name() + " has a location of its own, " + namespace.location().get()
                        + ": Roost moves the namespace with INBOX only",
                        "it stays as it is; migrate it by itself if it is Maildir too");
            }
        }
        if (dovecot.inboxNamespace().isEmpty()) {
            warn("no-inbox", "no namespace says inbox = yes, which Dovecot refuses", "add it to the user's private namespace");
        }
    }

    private void quota() {
        for (String backend : dovecot.quotaBackends()) {
            switch (backend) {
                case "maildir" -> warn("quota-maildir", "quota backend maildir does not work with mdbox",
                        "switch to quota = count before users are switched; Roost writes the sizes that it needs");
                case "dirsize" -> warn("quota-dirsize", "quota backend dirsize counts files, and one file of an mdbox holds "
                        + "many mails",
                        "switch to quota = count before users are switched");
                default -> { }
            }
        }
    }

    private void plugins() {
        String dict = dovecot.mailAttributeDict();
        if (liesInMaildir(dict)) {
            warn("metadata", "mail_attribute_dict = " + dict + " lies in the Maildir: METADATA would go when it is removed",
                    "move the file and the setting, for example to file:%h/dovecot-attributes");
        }
        for (String key : List.of("sieve", "sieve_dir", "sieve_global", "acl_shared_dict")) {
            if (liesInMaildir(dovecot.plugin(key))) {
                warn("file-in-maildir", key + " = " + dovecot.plugin(key) + " lies in the Maildir",
                        "move it elsewhere before the Maildir is removed");
            }
        }
        if (dovecot.isPluginLoaded("listescape")) {
            warn("listescape", "plugin listescape is loaded: it escapes with " + dovecot.storageEscapeChar()
                    + " what a Maildir's names cannot hold, and less of that with mdbox",
                    "look for mailboxes with that character in their names, and try them on one account first");
        }
        if (dovecot.isPluginLoaded("zlib")) {
            List<String> without = dovecot.protocolsWithout("zlib");
            if (!without.isEmpty()) {
                warn("zlib", "plugin zlib is not loaded for " + String.join(", ", without)
                        + ": compressed mails look damaged there",
                        "add zlib to mail_plugins outside of protocol blocks");
            }
        }
        for (String plugin : List.of("fts_squat", "fts_lucene", "fts_flatcurve", "fts_xapian")) {
            if (dovecot.isPluginLoaded(plugin)) {
                note("full-text-index", "plugin " + plugin + " keeps its index beside the mail; it is not carried over",
                        "it is built anew when a user searches, or with doveadm index");
            }
        }
    }

    private void storage() throws IOException {
        if (dovecot.mdboxRotateInterval() > 0) {
            note("mdbox-rotate-interval", "mdbox_rotate_interval is set; Roost begins new m.* files by size only",
                    "nothing to do: Dovecot follows it for new mails");
        }
        if (settings.carryCache() && account.target().indexCache().isPresent()) {
            note("index-cache", "the target has INDEXCACHE: caches are not carried over, and first logins read all mail",
                    "nothing to do: Dovecot makes new ones there; or leave INDEXCACHE out");
        }
        String attachments = dovecot.get("mail_attachment_dir");
        if (!attachments.isEmpty()) {
            note("mail-attachment-dir", "mail_attachment_dir is set; Roost leaves attachments in the mails",
                    "nothing to do: Dovecot puts those of new mails there");
        }
    }

    /** Whether a setting like {@code file:%h/Maildir/x;active=...} leads into the user's Maildir. */
    private boolean liesInMaildir(String setting) {
        String root = account.source().root();
        String home = account.home();
        for (String part : setting.split(";")) {
            String path = part.startsWith("file:") ? part.substring("file:".length()) : part.substring(part.indexOf('=') + 1);
            String expanded = ByteString.ofText(path).replace("%h", home).replaceFirst("^~", Matcher.quoteReplacement(home));
            if (expanded.startsWith(root + "/")) {
                return true;
            }
        }
        return false;
    }
}
