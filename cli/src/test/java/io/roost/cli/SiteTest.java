package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailUser;
import io.roost.dovecot.UserDatabase;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.preflight.Topology;

class SiteTest {
    private final LocationOptions options = new LocationOptions();
    private String settings = "";
    private Optional<String> mail = Optional.empty();

    private Site site() throws IOException {
        UserDatabase users = name -> MailUser.of(name, "/mail/" + name, 5000, 6000, mail, Map.of());
        return new Site(options, DovecotSettings.parse(settings), true, users, List.of());
    }

    private Account anna() throws IOException, CommandException {
        return site().account("anna");
    }

    @Test
    void optionsAreExpandedForTheUser() throws Exception {
        options.from = "maildir:~/M:INDEX=/idx/%2.16Nu/%u";
        options.to = "mdbox:/new/%u";
        Account account = anna();
        assertEquals("/mail/anna/M", account.source().root());
        assertTrue(account.source().index().orElse("").startsWith("/idx/0"), account::toString);
        assertEquals("/new/anna", account.target().root());
        assertEquals(5000, account.uid());
        assertEquals(6000, account.gid());
    }

    @Test
    void withoutOptionsDovecotsLocationsCount() throws Exception {
        settings = "mail_location = maildir:~/global\n";
        assertEquals("/mail/anna/global", anna().source().root());
        assertEquals("/mail/anna/mdbox", anna().target().root());
        mail = Optional.of("maildir:~/userdb");
        assertEquals("/mail/anna/userdb", anna().source().root());
        settings += "namespace inbox {\n  inbox = yes\n  location = maildir:~/namespace\n}\n";
        assertEquals("/mail/anna/namespace", anna().source().root());
        options.from = "maildir:~/option";
        assertEquals("/mail/anna/option", anna().source().root());
    }

    @Test
    void namesAreEscapedAsDovecotIsToldTo() throws Exception {
        settings = "mail_location = maildir:~/Maildir\n";
        assertEquals(0, anna().source().escapeChar());
        settings += "mail_plugins = listescape\nplugin {\n  listescape_char = %\n}\n";
        assertEquals('%', anna().source().escapeChar());
        assertEquals('%', anna().target().escapeChar());
    }

    @Test
    void whatIsNoMaildirOrNoMdboxIsRefused() {
        assertMessage("mail_location is not set");
        settings = "mail_location = mdbox:~/mdbox\n";
        assertMessage("mdbox in Dovecot already");
        options.from = "sdbox:~/x";
        assertMessage("--from names a sdbox");
        options.from = "maildir:~/Maildir";
        options.to = "maildir:~/x";
        assertMessage("--to names a maildir");
    }

    private void assertMessage(String part) {
        CommandException e = assertThrows(CommandException.class, this::anna);
        assertEquals(ExitCode.USAGE, e.code());
        assertTrue(e.getMessage().contains(part), e::getMessage);
    }

    @Test
    void settingsComeFromDovecotUnlessGiven() throws Exception {
        settings = "mdbox_rotate_size = 4 M\npop3_uidl_format = %g\nmail_plugins = quota zlib\n";
        Settings asked = site().settings();
        assertEquals(4 << 20, asked.rotateSize());
        assertEquals("%g", asked.pop3UidlFormat().format());
        assertTrue(asked.zlib());
        options.rotateSize = "64k";
        options.pop3UidlFormat = "%u";
        options.zlib = false;
        Settings given = site().settings();
        assertEquals(64 << 10, given.rotateSize());
        assertEquals("%u", given.pop3UidlFormat().format());
        assertFalse(given.zlib());
        options.rotateSize = "many";
        assertThrows(InvalidSettingException.class, () -> site().settings());
    }

    @Test
    void withoutDovecotHomeHasToBeGiven() throws Exception {
        options.noDovecot = true;
        assertTrue(assertThrows(CommandException.class, () -> Site.of(options)).getMessage().contains("--home"));
        options.home = "/mail/%d/%n";
        options.from = "maildir:~/Maildir";
        Site site = Site.of(options);
        assertEquals("/mail/example.org/anna/Maildir", site.account("Anna@Example.ORG").source().root());
        assertEquals(List.of(), site.advice(site.account("anna@example.org")), "nothing is known about settings");
        options.dovecotConfig = "/etc/x";
        assertThrows(CommandException.class, () -> Site.of(options));
    }

    @Test
    void namesThatLeadElsewhereAreRefused() throws Exception {
        options.noDovecot = true;
        options.home = "/mail/%u";
        options.from = "maildir:~/Maildir";
        Site site = Site.of(options);
        for (String name : List.of("..", "a/b", "a\nb", "", "a@..")) {
            assertThrows(InvalidSettingException.class, () -> site.account(name), name);
        }
    }

    @Test
    void refusesToBeginWhereMailCouldBeLost() throws Exception {
        LocationOptions options = new LocationOptions();
        options.noDovecot = true;
        options.home = "/no-such-home/%u";
        options.from = "maildir:~/Maildir";
        Site site = Site.of(options);
        List<Account> accounts = List.of(site.account("anna"));
        site.requireSafe(Topology.SINGLE_BACKEND, accounts, List.of());
        site.requireSafe(Topology.DIRECTOR, accounts, List.of());
        CommandException e = assertThrows(CommandException.class, () -> site.requireSafe(Topology.NO_DIRECTOR, accounts,
                List.of()));
        assertEquals(ExitCode.CHECK_UNSAFE, e.code());
        assertTrue(e.getMessage().startsWith("refused, since mail could be lost: no-director: "), e.getMessage());
        site.requireSafe(Topology.NO_DIRECTOR, accounts, List.of("no-director"));
    }
}
