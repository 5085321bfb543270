package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.DovecotSettings;
import io.roost.migrate.Settings;

class SettingsAdviceTest {
    private static final String FINE = "# 2.3.19.1 (9b53102964): x\nnamespace inbox {\n  inbox = yes\n  separator = .\n}\n";

    private static List<String> ids(String text) throws IOException {
        DovecotSettings dovecot = DovecotSettings.parse(text);
        Settings d = Settings.defaults();
        Settings settings = new Settings(d.rotateSize(), false, dovecot.pop3UidlFormat(), false, 4, d.checkpointBytes(), 1);
        return SettingsAdvice.of(dovecot, Samples.account(), settings).stream().map(a -> a.severity() + " " + a.id()).toList();
    }

    @Test
    void ordinarySettingsNeedNoAdvice() throws IOException {
        assertEquals(List.of(), ids(FINE + "mail_plugins = quota\nplugin {\n  quota = count:User quota\n}\n"));
    }

    @Test
    void uidlFormatsThatMdboxCannotShow() throws IOException {
        assertEquals(List.of("WARNING pop3-uidl-format"), ids(FINE + "pop3_uidl_format = %f\n"));
        assertEquals(List.of("WARNING pop3-uidl-format"), ids(FINE + "pop3_uidl_format = %m\n"));
        assertEquals(List.of(), ids(FINE + "pop3_uidl_format = %g\n"));
        assertEquals(List.of("WARNING pop3-uidl-format", "WARNING pop3-reuse-xuidl"),
                ids(FINE + "pop3_uidl_format = %Mf\npop3_reuse_xuidl = yes\n"));
    }

    @Test
    void aFormatGivenThatIsNotTheSites() throws IOException {
        List<Advice> advice = SettingsAdvice.of(DovecotSettings.parse(FINE + "pop3_uidl_format = %g\n"), Samples.account(),
                Settings.defaults());
        assertEquals(List.of("pop3-uidl-format-given"), advice.stream().map(Advice::id).toList());
    }

    @Test
    void separatorsAndOtherNamespaces() throws IOException {
        assertEquals(List.of("WARNING separator"), ids(FINE.replace("  separator = .\n", "")));
        assertEquals(List.of("WARNING no-inbox"), ids(FINE.replace("yes", "no")));
        assertEquals(List.of("WARNING namespace"),
                ids(FINE + "namespace old {\n  prefix = old.\n  separator = .\n  location = maildir:~/old\n}\n"));
        assertEquals(List.of(), ids(FINE + "namespace pub {\n  type = public\n  prefix = pub.\n  location = "
                + "maildir:/pub\n}\n"));
    }

    @Test
    void quotaBackendsThatCountFiles() throws IOException {
        assertEquals(List.of("WARNING quota-maildir"), ids(FINE + "plugin {\n  quota = maildir:User quota\n}\n"));
        assertEquals(List.of("WARNING quota-dirsize"), ids(FINE + "plugin {\n  quota = count:a\n  quota2 = dirsize:b\n}\n"));
    }

    @Test
    void filesThatGoWithTheMaildir() throws IOException {
        assertEquals(List.of("WARNING metadata"), ids(FINE + "mail_attribute_dict = file:%h/Maildir/dovecot-attributes\n"));
        assertEquals(List.of(), ids(FINE + "mail_attribute_dict = file:%h/dovecot-attributes\n"));
        assertEquals(List.of("WARNING file-in-maildir"), ids(FINE + "plugin {\n  sieve = "
                + "file:~/sieve;active=~/Maildir/sieve\n}\n"));
    }

    @Test
    void plugins() throws IOException {
        assertEquals(List.of("WARNING listescape"), ids(FINE + "mail_plugins = listescape\n"));
        assertEquals(List.of("WARNING zlib"), ids(FINE + "protocols = imap lmtp\nprotocol imap {\n  mail_plugins = zlib\n}\n"));
        assertEquals(List.of(), ids(FINE + "mail_plugins = zlib\n"));
        assertEquals(List.of("NOTE full-text-index"), ids(FINE + "mail_plugins = fts fts_xapian\n"));
    }

    @Test
    void warningsComeBeforeNotes() throws IOException {
        assertEquals(List.of("WARNING listescape", "NOTE mdbox-rotate-interval", "NOTE mail-attachment-dir"),
                ids(FINE + "mail_plugins = listescape\nmdbox_rotate_interval = 1 days\nmail_attachment_dir = /att\n"));
    }

    @Test
    void otherVersionsOfDovecot() throws IOException {
        assertEquals(List.of("WARNING dovecot-version"), ids(FINE.replace("2.3.19.1", "2.2.36")));
    }
}
