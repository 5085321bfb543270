package io.roost.preflight.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.DovecotSettings;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.MountTable;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.testing.CheckSides;
import io.roost.testing.RequiresDovecot;

/** Everything in this package but {@link NfsSettings}; each finding once as it should be and once not. */
@RequiresDovecot
@CheckSides.Shown
class OtherSettingsTest {
    private static final String INBOX = "namespace inbox {\n  inbox = yes\n  separator = .\n}\n";

    private static Configured by(String text) throws IOException {
        return Configured.by(INBOX + text).user("anna", "/mail/anna", 5000, "maildir:~/Maildir", "mdbox:~/mdbox");
    }

    private static void assertSeverity(Severity expected, Check check, String id, String text) throws Exception {
        assertEquals(expected, by(text).severity(check, id), text);
    }

    @Test
    void mdbox() throws Exception {
        Check check = new MdboxSettings();
        assertEquals(List.of("OK mdbox-rotate-size", "OK mdbox-rotate-interval", "OK mdbox-preallocate-space",
                "OK mail-attachment-dir"), by("").look(check));
        assertSeverity(Severity.SLOW, check, "mdbox-rotate-size", "mdbox_rotate_size = 64k\n");
        assertSeverity(Severity.ADVICE, check, "mdbox-rotate-size", "mdbox_rotate_size = 1G\n");
        assertSeverity(Severity.ADVICE, check, "mdbox-rotate-interval", "mdbox_rotate_interval = 1 days\n");
        assertEquals(Severity.SLOW, Configured.by("mdbox_preallocate_space = yes\n").severity(check,
                "mdbox-preallocate-space"));
        assertSeverity(Severity.OK, check, "mdbox-preallocate-space", "mdbox_preallocate_space = yes\n");
        assertSeverity(Severity.ADVICE, check, "mail-attachment-dir", "mail_attachment_dir = /att\n");
    }

    @Test
    void pop3() throws Exception {
        Check check = new Pop3Settings();
        assertEquals(List.of("OK pop3-uidl-format"), by("").look(check));
        assertEquals(List.of("OK pop3-uidl-format"), by("pop3_uidl_format = %g\n").look(check));
        assertEquals(List.of("UNSAFE pop3-uidl-format", "OK pop3-reuse-xuidl"), by("pop3_uidl_format = %f\n").look(check));
        assertEquals(List.of("UNSAFE pop3-uidl-format"), by("pop3_uidl_format = %m\n").look(check));
        assertEquals(List.of("UNSAFE pop3-uidl-format", "ADVICE pop3-reuse-xuidl"),
                by("protocol pop3 {\n  pop3_uidl_format = %Mf\n  pop3_reuse_xuidl = yes\n}\n").look(check));
        assertEquals(List.of("OK pop3-uidl-format", "ADVICE pop3-uidl-format-given"),
                by("pop3_uidl_format = %g\n").pop3("%08Xu%08Xv").look(check));
        assertEquals(List.of("OK pop3-uidl-format", "OK pop3-uidl-format-given"),
                by("pop3_uidl_format = %g\n").pop3("%g").look(check));
    }

    @Test
    void namespaces() throws Exception {
        Check check = new NamespaceSettings();
        assertEquals(List.of("OK separator", "OK namespace", "OK no-inbox"), by("").look(check));
        assertEquals(List.of("UNSAFE separator", "OK namespace", "OK no-inbox"), Configured.by(INBOX.replace("  separator = .\n",
                "")).look(check));
        assertEquals(List.of("OK separator", "OK namespace", "OK no-inbox"), Configured.by(INBOX.replace("  separator = .\n", ""))
                .user("anna", "/mail/anna", 5000, "maildir:~/Maildir:LAYOUT=fs", "mdbox:~/mdbox").look(check));
        assertEquals(List.of("OK namespace", "UNSAFE no-inbox"), Configured.by(INBOX.replace("yes", "no")).look(check));
        assertEquals(List.of("OK separator", "ADVICE namespace", "OK no-inbox"),
                by("namespace old {\n  prefix = old.\n  separator = .\n  location = maildir:~/old\n}\n").look(check));
        assertEquals(List.of("OK separator", "OK namespace", "OK no-inbox"),
                by("namespace pub {\n  type = public\n  prefix = pub.\n  separator = .\n  location = maildir:/pub\n}\n")
                .look(check));
    }

    @Test
    void quota() throws Exception {
        Check check = new QuotaSettings();
        assertEquals(List.of("OK quota-maildir", "OK quota-dirsize", "OK quota-status"),
                by("plugin {\n  quota = count:User quota\n}\n").look(check));
        assertSeverity(Severity.UNSAFE, check, "quota-maildir", "plugin {\n  quota = maildir:User quota\n}\n");
        assertSeverity(Severity.UNSAFE, check, "quota-dirsize", "plugin {\n  quota = count:a\n  quota2 = dirsize:b\n}\n");
        String status = "service quota-status {\n  executable = quota-status -p postfix\n  inet_listener {\n    port = "
                + "12340\n  }\n}\n";
        assertSeverity(Severity.UNSAFE, check, "quota-status", status);
        assertEquals(Severity.OK, by(status).topology(Topology.SINGLE_BACKEND).severity(check, "quota-status"));
        assertSeverity(Severity.OK, check, "quota-status", status.replace("12340", "0"));
    }

    @Test
    void delivery() throws Exception {
        Check check = new DeliverySettings();
        String port = "service lmtp {\n  inet_listener lmtp {\n    port = 24\n  }\n}\n";
        assertEquals(List.of("OK delivery-lmtp"), by("protocols = imap lmtp\n" + port).look(check));
        assertEquals(List.of("UNSAFE delivery-lmtp"), by("protocols = imap lmtp\n").look(check), "no director gets at the socket");
        assertEquals(List.of("OK delivery-lmtp"), by("protocols = imap lmtp\n").topology(Topology.UNKNOWN).look(check));
        assertEquals(List.of("UNSAFE delivery-lmtp"), by("protocols = imap pop3\n").look(check));
        assertEquals(List.of("UNSAFE delivery-lmtp"), by("protocols = imap lmtp\nservice lmtp {\n  unix_listener lmtp {\n    mode = "
                + "0\n  }\n}\n").topology(Topology.UNKNOWN).look(check));
        assertEquals(List.of("OK delivery-lmtp"), by("protocols = imap\n").topology(Topology.SINGLE_BACKEND).look(check));
        String memory = "mail_location = maildir:~/Maildir:INDEX=MEMORY\n";
        assertEquals(List.of("OK delivery-lmtp", "UNSAFE lda-index-memory"),
                by("protocols = lmtp\nprotocol lda {\n" + memory + "}\n").topology(Topology.NO_DIRECTOR).look(check));
        assertEquals(List.of("OK delivery-lmtp", "OK lda-index-memory"), by("protocols = lmtp\nprotocol lda {\n" + memory
                + "}\nprotocol lmtp {\n" + memory + "}\n").topology(Topology.NO_DIRECTOR).look(check));
    }

    @Test
    void userdbsOfProtocols() throws Exception {
        Check check = new ProtocolUserdbs();
        String gate = "userdb {\n  driver = passwd-file\n  args = /etc/gate\n}\n";
        String users = gate.replace("gate", "users");
        assertEquals(List.of("OK userdb-protocol"), by(gate + users).look(check));
        assertEquals(List.of("OK userdb-protocol"), by(gate + users + "protocol lmtp {\n" + gate + "}\n").look(check));
        Finding finding = by(gate + users + "protocol lmtp {\n" + users + "}\n").finding(check, "userdb-protocol");
        assertEquals(Severity.UNSAFE, finding.severity());
        assertEquals("passwd-file /etc/users", finding.found());
    }

    @Test
    void plugins() throws Exception {
        Check check = new PluginSettings();
        assertEquals(List.of("OK metadata", "OK file-in-maildir", "OK listescape", "OK zlib", "OK full-text-index"),
                by("").look(check));
        assertSeverity(Severity.UNSAFE, check, "metadata", "mail_attribute_dict = file:%h/Maildir/dovecot-attributes\n");
        assertSeverity(Severity.OK, check, "metadata", "mail_attribute_dict = file:%h/dovecot-attributes\n");
        assertEquals(Severity.UNKNOWN, Configured.by("mail_attribute_dict = file:%h/dovecot-attributes\n").severity(check,
                "metadata"));
        assertSeverity(Severity.UNSAFE, check, "file-in-maildir", "plugin {\n  sieve = "
                + "file:~/sieve;active=~/Maildir/sieve\n}\n");
        assertSeverity(Severity.OK, check, "file-in-maildir", "plugin {\n  sieve = file:~/sieve;active=~/.sieve\n}\n");
        assertSeverity(Severity.ADVICE, check, "listescape", "mail_plugins = listescape\n");
        assertSeverity(Severity.OK, check, "zlib", "mail_plugins = zlib\n");
        assertSeverity(Severity.UNSAFE, check, "zlib", "protocols = imap lmtp\nprotocol imap {\n  mail_plugins = zlib\n}\n");
        assertSeverity(Severity.ADVICE, check, "full-text-index", "mail_plugins = fts fts_xapian\n");
    }

    /** Doveconf warns that the global line leaves out the protocols before it, and has the blocks that make up for that. */
    @Test
    void hintsOfPluginsReachEveryProtocol() throws Exception {
        String text = "protocols = imap lmtp pop3\nmail_plugins = quota\nprotocol imap {\n  mail_plugins = $mail_plugins zlib\n}\n"
                + "protocol pop3 {\n  mail_plugins = quota\n}\n";
        Finding finding = by(text).finding(new PluginSettings(), "zlib");
        assertEquals(Severity.UNSAFE, finding.severity());
        String mended = text + finding.hint().orElseThrow().text() + "\n";
        assertSeverity(Severity.OK, new PluginSettings(), "zlib", mended);
        assertEquals("quota zlib", by(mended).backend().settings().get("mail_plugins", "imap"));
        assertEquals("quota zlib", by(mended).backend().settings().get("mail_plugins", "pop3"));
    }

    @Test
    void pluginsThatTheMaildirsNeed(@TempDir Path temp) throws Exception {
        Check check = new SourcePlugins();
        Path cur = Files.createDirectories(temp.resolve("Maildir/cur"));
        Path mailbox = Files.createDirectories(temp.resolve("Maildir/.Work"));
        Files.writeString(cur.resolve("1.M1P1.a:2,S"), "Subject: plain\n\nbody\n");
        Files.createSymbolicLink(cur.resolve("2.link:2,S"), Path.of("/etc/passwd"));
        Files.createDirectory(cur.resolve("3.directory:2,S"));
        assertEquals(List.of("OK plugin-zlib-missing", "OK plugin-acl-missing"), Configured.by("").userAt(temp).look(check));
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(cur.resolve("4.M1P1.a:2,S")))) {
            out.write("Subject: x\n\n".getBytes());
        }
        Files.writeString(mailbox.resolve("dovecot-acl"), "user=bert lr\n");
        assertEquals(List.of("UNSAFE plugin-zlib-missing", "UNSAFE plugin-acl-missing"), Configured.by("").userAt(temp)
                .look(check));
        assertEquals(List.of("OK plugin-zlib-missing", "OK plugin-acl-missing"),
                Configured.by("mail_plugins = zlib acl\n").userAt(temp).look(check));
        assertEquals(List.of("UNKNOWN plugin-zlib-missing", "UNKNOWN plugin-acl-missing"),
                Configured.by("").userAt(temp.resolve("nobody")).look(check));
        assertEquals(List.of("UNSAFE plugin-zlib-missing", "UNSAFE plugin-acl-missing"),
                Configured.by("").userAt(temp).userAt(temp.resolve("nobody")).look(check), "who has no mail yet does not matter");
        assertEquals(List.of("UNKNOWN plugin-zlib-missing", "UNKNOWN plugin-acl-missing"), Configured.by("").look(check));
    }

    @Test
    void theInstalledVersionAndOthers() throws Exception {
        Check check = new DovecotVersion();
        assertEquals(Severity.OK, by("").severity(check, "dovecot-version"));
        assertTrue(by("").look(check).stream().anyMatch(f -> f.endsWith(" defect-mdbox-fdatasync")));
        assertEquals(List.of("ADVICE dovecot-version"), version("2.2.36", Topology.DIRECTOR).subList(0, 1));
        assertEquals(List.of("UNSAFE dovecot-version"), version("2.4.1", Topology.DIRECTOR).subList(0, 1));
        assertEquals(List.of("UNKNOWN dovecot-version"), version("", Topology.DIRECTOR));
        assertTrue(version("2.3.21.1", Topology.DIRECTOR).contains("OK defect-mdbox-fdatasync"));
        assertTrue(version("2.3.19.1", Topology.DIRECTOR).contains("ADVICE defect-mdbox-fdatasync"));
        assertTrue(version("2.3.18", Topology.DIRECTOR).stream().noneMatch(f -> f.endsWith("defect-dsync-percent")));
        assertTrue(version("2.3.20", Topology.DIRECTOR).contains("ADVICE defect-dsync-percent"));
        assertTrue(version("2.3.21", Topology.DIRECTOR).contains("OK defect-dsync-percent"));
        assertTrue(version("2.3.16", Topology.DIRECTOR, "mail_plugins = zlib\n").contains("UNSAFE defect-mdbox-lz4"));
        assertTrue(version("2.3.19", Topology.DIRECTOR, "mail_plugins = zlib\n").contains("OK defect-mdbox-lz4"));
        assertTrue(version("2.3.19", Topology.DIRECTOR, "mail_location = mdbox:~/mdbox:LAYOUT=index\n")
                .contains("UNSAFE defect-list-index"));
        assertTrue(version("2.3.20", Topology.DIRECTOR, "mail_location = mdbox:~/mdbox:LAYOUT=index\n")
                .contains("OK defect-list-index"));
        assertTrue(version("2.3.19", Topology.DIRECTOR, "namespace a {\n  prefix = INBOX/\n}\n")
                .contains("ADVICE defect-dsync-inbox"));
        assertTrue(version("2.3.20", Topology.DIRECTOR, "namespace a {\n  prefix = INBOX/\n}\n")
                .contains("OK defect-dsync-inbox"));
        assertTrue(version("2.3.14", Topology.DIRECTOR, "protocols = imap pop3\n").contains("SLOW defect-mdbox-rebuild"));
        assertTrue(version("2.3.19.1", Topology.DIRECTOR, "protocols = imap pop3\n").contains("OK defect-mdbox-rebuild"));
        assertTrue(version("2.3.14", Topology.DIRECTOR, "protocols = imap\n").stream().noneMatch(f -> f.endsWith("mdbox-rebuild")));
        String noSeparator = "namespace inbox {\n  inbox = yes\n}\n";
        assertTrue(version("2.3.19.1", Topology.DIRECTOR, noSeparator).contains("ADVICE defect-dsync-separator"));
        assertTrue(version("2.3.21.1", Topology.DIRECTOR, noSeparator).contains("OK defect-dsync-separator"));
        assertTrue(by("").look(check).stream().noneMatch(f -> f.endsWith(" defect-dsync-separator")));
        assertTrue(DovecotVersion.compare("2.3.19.1", "2.3.19") > 0);
        assertTrue(DovecotVersion.compare("2.3.9", "2.3.19") < 0);
        assertEquals(0, DovecotVersion.compare("2.3.21+dfsg1", "2.3.21"));
    }

    private static List<String> version(String version, Topology topology, String... more) throws Exception {
        String head = version.isEmpty() ? "" : "# " + version + " (9b53102964): x\n";
        Backend backend = new Backend(DovecotSettings.parse(head + String.join("", more)), topology, List.of(),
                MountTable.ofProcess());
        return new DovecotVersion().look(backend).stream().peek(Configured::saw).map(f -> f.severity() + " " + f.id()).toList();
    }
}
