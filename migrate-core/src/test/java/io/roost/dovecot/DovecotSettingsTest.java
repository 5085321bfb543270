package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;


import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.DovecotSettings.Namespace;
import io.roost.testing.RequiresDovecot;

class DovecotSettingsTest {
    /** Printed by a real doveconf -n, hosts and warnings removed. */
    private static final String PRINTED = """
            # 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf
            # OS: Linux 6.1.0 x86_64 Debian 12.11
            mail_attribute_dict = file:%h/attributes
            mail_location = maildir:/mail/%2.256Nu/%u/Maildir:INDEX=/var/index/%u
            mail_log_prefix = "%s(%u)<%{pid}><%{session}>: "
            mail_plugins = zlib quota
            mdbox_rotate_interval = 1 weeks
            mdbox_rotate_size = 12 M
            namespace inbox {
              inbox = yes
              location = 
              mailbox "Sent Items" {
                special_use = \\Sent
              }
              prefix = INBOX/
              separator = /
            }
            namespace off {
              disabled = yes
              prefix = Off/
            }
            namespace public {
              location = mdbox:/public
              prefix = "#public/"
              separator = /
              subscriptions = no
              type = public
            }
            plugin {
              quota = count:User quota
              quota2 = dict:Domain:%d:file:/x
              quota_rule = *:storage=1G
              acl = vfile
            }
            protocols = imap pop3 lmtp sieve
            protocol imap {
              mail_plugins = zlib quota acl imap_zlib
            }
            protocol lmtp {
              mail_plugins = sieve
            }
            protocol pop3 {
              pop3_save_uidl = yes
              pop3_uidl_format = %f
            }
            local 10.0.0.0/8 {
              protocol imap {
                mail_plugins = other
              }
            }
            """;

    @TempDir
    Path temp;

    @Test
    void readsWhatDoveconfPrints() throws Exception {
        DovecotSettings s = DovecotSettings.parse(PRINTED);
        assertEquals("2.3.19.1", s.version());
        assertEquals("maildir:/mail/%2.256Nu/%u/Maildir:INDEX=/var/index/%u", s.mailLocation());
        assertEquals("%s(%u)<%{pid}><%{session}>: ", s.get("mail_log_prefix"));
        assertEquals("file:%h/attributes", s.mailAttributeDict());
        assertEquals(12L << 20, s.mdboxRotateSize());
        assertEquals(604_800, s.mdboxRotateInterval());
        assertEquals(List.of(new Namespace("inbox", "private", "INBOX/", "/", Optional.empty(), true, false, "yes", true),
                new Namespace("public", "public", "#public/", "/", Optional.of("mdbox:/public"), false, false, "yes", false)),
                s.namespaces());
        assertEquals("INBOX/", s.inboxNamespace().orElseThrow().prefix());
        assertEquals(List.of("count", "dict"), s.quotaBackends());
        assertEquals("*:storage=1G", s.plugin("quota_rule"));
        assertEquals("", s.plugin("nothing"));
    }

    @Test
    void protocolsOverride() throws Exception {
        DovecotSettings s = DovecotSettings.parse(PRINTED);
        assertEquals(Set.of("zlib", "quota"), s.mailPlugins());
        assertEquals(Set.of("zlib", "quota", "acl", "imap_zlib"), s.mailPlugins("imap"));
        assertEquals(Set.of("zlib", "quota"), s.mailPlugins("pop3"));
        assertTrue(s.isPluginLoaded("acl"));
        assertTrue(s.isPluginLoaded("sieve"));
        assertFalse(s.isPluginLoaded("mail_crypt"));
        assertEquals(List.of("lmtp"), s.protocolsWithout("zlib"));
        assertEquals(List.of("pop3", "lmtp", "lda", "doveadm"), s.protocolsWithout("acl"));
        assertTrue(s.pop3SaveUidl());
        assertFalse(s.pop3ReuseXuidl());
        assertEquals("%f", s.pop3UidlFormat().format());
        assertEquals((char) 0, s.storageEscapeChar());
        assertEquals('\\', DovecotSettings.parse("mail_plugins = listescape\n").storageEscapeChar());
        assertEquals('^', DovecotSettings.parse("mail_plugins = listescape\nplugin {\n  listescape_char = ^\n}\n")
                .storageEscapeChar());
    }

    @Test
    void defaults() throws Exception {
        DovecotSettings s = DovecotSettings.parse("");
        assertEquals("", s.version());
        assertEquals(List.of(new Namespace("", "private", "", "", Optional.empty(), true, false, "yes", true)), s.namespaces());
        assertEquals(10L << 20, s.mdboxRotateSize());
        assertEquals(0, s.mdboxRotateInterval());
        assertEquals("%08Xu%08Xv", s.pop3UidlFormat().format());
        assertEquals(500, s.firstValidUid());
        assertEquals("%Lu", s.authUsernameFormat());
        assertFalse(s.maildirBrokenFilenameSizes());
        assertEquals("allow", s.pop3UidlDuplicates());
        assertEquals(604_800, s.getTime("mail_temp_scan_interval"));
        assertEquals("", s.mailUid() + s.mailGid() + s.get("no_such_setting"));
        assertEquals(List.of(), s.quotaBackends());
        assertEquals(Optional.empty(), DovecotSettings.parse("namespace x {\n  prefix = a/\n}\n").inboxNamespace());
    }

    @ParameterizedTest
    @CsvSource({"10, 10", "10M, 10485760", "10 M, 10485760", "10 MB, 10485760", "10miB, 10485760", "1 k, 1024",
            "2G, 2147483648", "1T, 1099511627776", "7 B, 7", "0, 0"})
    void sizes(String value, long bytes) throws Exception {
        assertEquals(bytes, DovecotSettings.parse("mdbox_rotate_size = " + value).mdboxRotateSize());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "10X", "-1", "10 M M", "99999999999999999999", "9999999999 T", "10 BB"})
    void badSizes(String value) throws Exception {
        DovecotSettings s = DovecotSettings.parse("mdbox_rotate_size = " + value);
        assertTrue(assertThrows(InvalidSettingException.class, s::mdboxRotateSize).getMessage()
                .startsWith("mdbox_rotate_size: found"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "30 secs, 30", "1s, 1", "5 m, 300", "5 mins, 300", "5 minutes, 300", "2 hours, 7200", "3d, 259200",
            "1 weeks, 604800", "2000 msecs, 2", "1 W, 604800"})
    void times(String value, long seconds) throws Exception {
        assertEquals(seconds, DovecotSettings.parse("mdbox_rotate_interval = " + value).mdboxRotateInterval());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "5 years", "x", "-1 s", "1500 msecs", "99999999999 secs", "9999999999 secs", "7102 weeks"})
    void badTimes(String value) throws Exception {
        DovecotSettings s = DovecotSettings.parse("mdbox_rotate_interval = " + value);
        assertThrows(InvalidSettingException.class, s::mdboxRotateInterval);
    }

    @Test
    void badBooleansAndNumbers() throws Exception {
        DovecotSettings s = DovecotSettings.parse("maildir_broken_filename_sizes = maybe\nfirst_valid_uid = vmail\n"
                + "x = 4294967296\ny = Y\nz = 4294967295\n");
        assertThrows(InvalidSettingException.class, s::maildirBrokenFilenameSizes);
        assertThrows(InvalidSettingException.class, s::firstValidUid);
        assertThrows(InvalidSettingException.class, () -> s.getNumber("x"));
        assertTrue(s.getBoolean("y"));
        assertEquals(4_294_967_295L, s.getNumber("z"));
    }

    @Test
    void quotes() throws Exception {
        DovecotSettings s = DovecotSettings.parse("a = \"x # \\\"y\\\" \\\\ z\"\nb = \"plain\"\nc = a=b = c\nd =\ne = \n");
        assertEquals("x # \"y\" \\ z", s.get("a"));
        assertEquals("\"plain\"", s.get("b"));
        assertEquals("a=b = c", s.get("c"));
        assertEquals("", s.get("d") + s.get("e"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"}", "namespace x {", "what is this", "a = b\n}\n"})
    void whatDoveconfNeverPrints(String text) {
        assertTrue(assertThrows(InvalidSettingException.class, () -> DovecotSettings.parse(text)).getMessage()
                .contains("line "));
        assertThrows(InvalidSettingException.class, () -> DovecotSettings.parse("a {\n".repeat(10_000)));
    }

    @Test
    void randomText() {
        Random random = new Random(4);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(PRINTED);
            for (int j = random.nextInt(5); j >= 0; j--) {
                int at = random.nextInt(text.length());
                text.setCharAt(at, "{}=\n \"#\\x".charAt(random.nextInt(9)));
            }
            try {
                DovecotSettings s = DovecotSettings.parse(text.toString());
                s.namespaces();
                s.quotaBackends();
                s.pop3UidlFormat();
            } catch (InvalidSettingException e) {
                assertTrue(e.getMessage().contains("expected"));
            }
        }
    }

    /** The defaults that are built in are those that doveconf prints. */
    @Test
    @RequiresDovecot
    void defaultsOfTheInstalledDovecot() throws Exception {
        DovecotSettings real = ask("protocols = imap pop3 lmtp\n");
        assumeTrue(real.version().equals("2.3.19.1"), "needs Dovecot 2.3.19.1");
        DovecotSettings builtIn = DovecotSettings.parse("");
        for (String key : DovecotSettings.defaultKeys()) {
            assertTrue(real.isSet(key), key);
            assertEquals(real.get(key), builtIn.get(key), key);
        }
    }

    /** Values that need quoting, blocks in blocks, protocols: -a and -n say the same. */
    @Test
    @RequiresDovecot
    void asTheInstalledDovecotPrintsThem() throws Exception {
        String conf = """
                protocols = imap pop3
                mail_location = mdbox:~/mdbox:INDEX=/x/%u
                mail_server_comment = "a # b \\"c\\" 'd' \\\\ "
                mdbox_rotate_size = 12582912
                mdbox_rotate_interval = 36h
                mail_plugins = zlib
                namespace inbox {
                  inbox = yes
                  prefix = "INBOX."
                  separator = .
                  mailbox "Sent Items" {
                    auto = create
                  }
                }
                namespace shared {
                  type = shared
                  location = maildir:%%h/Maildir:INDEXPVT=~/shared/%%u
                  prefix = shared/%%u/
                  list = children
                  separator = /
                }
                plugin {
                  quota = count:User quota
                  acl = vfile:/etc/acl # comment
                }
                protocol imap {
                  mail_plugins = $mail_plugins acl
                }
                protocol pop3 {
                  pop3_uidl_format = %g
                }
                """;
        DovecotSettings changed = DovecotSettings.parse(doveconf(conf).run("-n").requireSuccess().outputText());
        for (DovecotSettings s : List.of(ask(conf), changed)) {
            assertEquals("mdbox:~/mdbox:INDEX=/x/%u", s.mailLocation());
            assertEquals("a # b \"c\" 'd' \\ ", s.get("mail_server_comment"));
            assertEquals(12L << 20, s.mdboxRotateSize());
            assertEquals(129_600, s.mdboxRotateInterval());
            assertEquals(List.of(new Namespace("inbox", "private", "INBOX.", ".", Optional.empty(), true, false, "yes", true),
                    new Namespace("shared", "shared", "shared/%%u/", "/",
                            Optional.of("maildir:%%h/Maildir:INDEXPVT=~/shared/%%u"), false, false,
                            "children", true)), s.namespaces());
            assertEquals(Set.of("zlib", "acl"), s.mailPlugins("imap"));
            assertEquals("%g", s.pop3UidlFormat().format());
            assertEquals("vfile:/etc/acl", s.plugin("acl"));
            assertFalse(s.version().isEmpty());
        }
    }

    private DovecotProgram doveconf(String conf) throws Exception {
        Path file = Files.writeString(temp.resolve("dovecot.conf"), conf);
        return DovecotProgram.doveconf(Optional.of(file.toString()));
    }

    private DovecotSettings ask(String conf) throws Exception {
        return DovecotSettings.ask(doveconf(conf));
    }
}
