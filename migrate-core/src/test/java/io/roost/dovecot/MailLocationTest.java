package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;


import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.dovecot.MailLocation.Layout;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

class MailLocationTest {
    private static final String FULL = "mdbox:~/mdbox:INDEX=/i/u:INDEXPVT=/p:INDEXCACHE=/c:CONTROL=~/control:LISTINDEX=lists/li"
            + ":VOLATILEDIR=/run/v:ALT=/alt/u/:ALTNOCHECK:LAYOUT=index:ITERINDEX:DIRNAME=m:MAILBOXDIR=boxes/:SUBSCRIPTIONS=subs"
            + ":UTF-8:BROKENCHAR=^:NO-NOSELECT:NO-FS-VALIDATION:INBOX=/inbox";

    @Test
    void maildirByDefault() throws Exception {
        MailLocation l = MailLocation.parse("maildir:~/Maildir", "/home/u/");
        assertEquals(new MailLocation("maildir", "/home/u/Maildir", Optional.empty(), false, Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), false, Layout.MAILDIR_PLUS_PLUS, false, "", false, "", Optional.empty(),
                "subscriptions", false), l);
        assertEquals(Optional.of("/home/u/Maildir"), l.indexRoot());
        assertEquals("/home/u/Maildir", l.controlRoot());
        assertEquals('.', l.listSeparator());
        assertTrue(l.isMaildir());
    }

    @Test
    void mdboxByDefault() throws Exception {
        MailLocation l = MailLocation.parse("mdbox:/m/box/", null);
        assertEquals("/m/box", l.root());
        assertEquals(Layout.FS, l.layout());
        assertEquals("dbox-Mails", l.dirName());
        assertEquals("mailboxes", l.mailboxDir());
        assertEquals("subscriptions", l.subscriptions());
        assertEquals('/', l.listSeparator());
        assertTrue(l.isMdbox());
    }

    @Test
    void everyKey() throws Exception {
        MailLocation l = MailLocation.parse(FULL, "/h");
        assertEquals(new MailLocation("mdbox", "/h/mdbox", Optional.of("/i/u"), false, Optional.of("/h/control"),
                Optional.of("lists/li"), Optional.of("/run/v"), Optional.of("/alt/u"), true, Layout.INDEX, true, "m", false,
                "boxes", Optional.of("/inbox"), "subs", true, Optional.of("/c"), Optional.of("/p"), '^', true, true, (char) 0), l);
        assertEquals('%', l.withEscapeChar('%').nameCodec().escapeChar());
        assertEquals(l, l.withEscapeChar('%').withEscapeChar((char) 0));
    }

    @Test
    void fullDirNameAndMemory() throws Exception {
        MailLocation l = MailLocation.parse("sdbox:/r:FULLDIRNAME=f:INDEX=MEMORY:LISTINDEX=/l/i", null);
        assertEquals("f", l.dirName());
        assertTrue(l.fullDirName());
        assertTrue(l.indexInMemory());
        assertEquals(Optional.empty(), l.indexRoot());
        assertTrue(MailLocation.parse("maildir:/r:INDEX=", null).indexInMemory());
    }

    @Test
    void rootRepeatedInAKeyIsNoKey() throws Exception {
        MailLocation l = MailLocation.parse("maildir:~/M:INDEX=~/M/:CONTROL=/h/M:INDEXCACHE=/h/M", "/h");
        assertEquals(MailLocation.parse("maildir:~/M", "/h"), l);
    }

    @ParameterizedTest
    @CsvSource({"maildir:/a::b, /a:b", "maildir:/a::b::c:UTF-8, /a:b:c", "maildir:/a:, /a", "maildir:/a::, /a:",
            "maildir:/a/::/b, /a/:/b", "maildir:~, /h", "maildir:~/, /h", "maildir:/, /", "mbox:/a::, /a:",
            "maildir:/a:INDEX=/x::y, /a"})
    void colonsAndHome(String setting, String root) throws Exception {
        assertEquals(root, MailLocation.parse(setting, "/h").root());
    }

    @Test
    void escapedColonInValue() throws Exception {
        assertEquals(Optional.of("/x:y"), MailLocation.parse("maildir:/a:INDEX=/x::y:UTF-8", null).index());
        assertEquals(".subscriptions", MailLocation.parse("mbox:/a", null).subscriptions());
        assertEquals(Layout.FS, MailLocation.parse("maildir:/a:LAYOUT=FS", null).layout());
    }

    /** Setting, and a word of the complaint. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"''|guess", "/var/mail|driver", "maildir|driver", "foo:/a|drivers", ":/a|driver",
        "maildir:|absolute", "maildir:Maildir|absolute", "maildir:~bob/Maildir|other users", "maildir:/a:INDEX=i|INDEX=i",
        "maildir:/a:CONTROL=|CONTROL=", "mdbox:/a:NOALTCHECK|ALTNOCHECK", "mdbox:/a:index=/b|upper-case", "mdbox:/a:FOO=1|FOO",
        "mdbox:/a:/b|::", "mdbox:/a:LAYOUT=maildir++|refuses", "mdbox:/a:LAYOUT=imapdir|layout", "mdbox:/a:LAYOUT|layout",
        "maildir:/a:DIRNAME=x|refuses", "maildir:/a:LAYOUT=fs:DIRNAME=x/y|slash", "mdbox:/a:BROKENCHAR=ab|single",
        "mdbox:/a:BROKENCHAR|single", "mdbox:/a:ITERINDEX|INDEX", "mdbox:/a:ITERINDEX:INDEX=MEMORY|INDEX",
        "mdbox:/a:INDEX=MEMORY:LISTINDEX=d/f|absolute", "mdbox:/a:LISTINDEX=|prefix", "mdbox:/a:LISTINDEX=d/|prefix",
        "mdbox:/a/../b|..", "mdbox:/a/./b|without .", "mdbox:/a:ALT=../b|absolute", "mdbox:/a:LISTINDEX=../x|..",
        "mdbox:/a:ALT=/a|ALT", "mdbox:/a:SUBSCRIPTIONS=|file name", "mdbox:/a:SUBSCRIPTIONS=a/b|slash",
        "mdbox:/a:MAILBOXDIR=/b|relative", "mdbox:/a:MAILBOXDIR=..|..", "mdbox:/a:DIRNAME=..|..",
        "mdbox:/a:UTF-8=yes|UTF-8=yes"})
    void refused(String setting, String word) {
        InvalidSettingException e = assertThrows(InvalidSettingException.class, () -> MailLocation.parse(setting, "/h"));
        assertTrue(e.getMessage().startsWith("mail_location"), e.getMessage());
        assertTrue(e.getMessage().contains(word), e.getMessage());
    }

    @Test
    void homeIsMissingOrRelative() {
        assertTrue(assertThrows(InvalidSettingException.class, () -> MailLocation.parse("maildir:~/M", null)).getMessage()
                .contains("home"));
        assertThrows(InvalidSettingException.class, () -> MailLocation.parse("maildir:~/M", ""));
        assertThrows(InvalidSettingException.class, () -> MailLocation.parse("maildir:~/M", "home/u"));
        assertThrows(InvalidSettingException.class, () -> MailLocation.parse("maildir:~/M", "/home/../u"));
        assertThrows(InvalidSettingException.class, () -> MailLocation.parse("maildir:/a\nb", null));
        assertThrows(InvalidSettingException.class, () -> MailLocation.parse("maildir:/a\0b", null));
    }

    @Test
    void messageIsWhole() {
        assertEquals("mail_location maildir:Maildir: found \"Maildir\", expected an absolute path, or one that begins with ~/; "
                + "relative paths depend on where a program was started: write it in full",
                assertThrows(InvalidSettingException.class, () -> MailLocation.parse("maildir:Maildir", "/h")).getMessage());
    }

    @Test
    void randomSettings() {
        Random random = new Random(3);
        int parsed = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder s = new StringBuilder(i % 2 == 0 ? FULL : "maildir:~/Maildir:INDEX=/var/i:CONTROL=/var/c");
            for (int j = random.nextInt(3); j >= 0; j--) {
                int at = random.nextInt(s.length());
                switch (random.nextInt(3)) {
                    case 0 -> s.setCharAt(at, ":=~/.ID\u00e4\n".charAt(random.nextInt(9)));
                    case 1 -> s.delete(at, Math.min(s.length(), at + 1 + random.nextInt(8)));
                    default -> s.insert(at, ":=~/.".charAt(random.nextInt(5)));
                }
            }
            try {
                MailLocation l = MailLocation.parse(s.toString(), "/h");
                assertTrue(l.root().startsWith("/"));
                assertFalse(List.of(l.root().split("/")).contains(".."));
                parsed++;
            } catch (InvalidSettingException e) {
                assertTrue(e.getMessage().contains("expected"));
            }
        }
        assertTrue(parsed > 1000);
    }

    /** Where Dovecot puts things with each location, and what it refuses too. */
    @Test
    @RequiresDovecot
    void asTheRunningDovecotReadsThem() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("u").start()) {
            String home = dovecot.home("u").toString();
            for (String setting : List.of("maildir:~/Maildir", "maildir:~/Maildir/", "maildir:~/a::b",
                    "maildir:~/M:INDEX=/i:CONTROL=~/c", "maildir:~/M:INDEX=~/M", "maildir:~/M:LAYOUT=fs:INDEX=/i/u/",
                    "mdbox:~/mdbox", "mdbox:~/mdbox:MAILBOXDIR=", "mdbox:~/m1:INDEX=/i:CONTROL=/c:ALT=/a",
                    "mdbox:~/mdbox:DIRNAME=x:INDEX=/i:CONTROL=/c", "mdbox:~/m2:FULLDIRNAME=x:INDEX=/i:CONTROL=/c:ALT=/alt",
                    "mdbox:~/mdbox:MAILBOXDIR=boxes/more", "sdbox:~/s:ALT=~/a",
                    "mdbox:~/mdbox:LAYOUT=FS:UTF-8:ALTNOCHECK:ITERINDEX:INDEX=/i:NO-NOSELECT:NO-FS-VALIDATION:VOLATILEDIR=/v"
                            + ":BROKENCHAR=^", "maildir:~/M:LAYOUT=fs:DIRNAME=d", "mbox:~/mbox:INDEX=/i",
                    "mdbox:~/mdbox:INDEXCACHE=/c:INDEXPVT=/p:LISTINDEX=/l/x")) {
                MailLocation l = MailLocation.parse(setting, home);
                for (String type : List.of("mailbox", "index", "control", "alt-mailbox")) {
                    DovecotProgram.Result result = DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=" + setting,
                            "mailbox", "path",
                            "-u", "u", "-t", type, "A/B");
                    assertEquals("", result.errors(), setting);
                    assertEquals(path(l, type), result.output().strip(), setting + " " + type);
                }
            }
            for (String setting : List.of("foo:/a", "maildir:/a:FOO=1", "mdbox:/a:NOALTCHECK", "mdbox:/a:LAYOUT=maildir++",
                    "mdbox:/a:LAYOUT=nosuch", "mdbox:/a:BROKENCHAR=ab", "mdbox:/a:ITERINDEX",
                    "mdbox:/a:INDEX=MEMORY:LISTINDEX=d/f", "mdbox:/a:UTF-8=yes", "maildir:/a:DIRNAME=x")) {
                DovecotProgram.Result result = DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=" + setting,
                        "mailbox", "path", "-u",
                        "u", "A");
                assertTrue(result.exitCode() != 0, setting + ": " + result);
                assertThrows(InvalidSettingException.class, () -> MailLocation.parse(setting, home), setting);
            }
        }
    }

    /** As the record's Javadoc says it, for mailbox A/B. */
    private static String path(MailLocation l, String type) {
        String boxes = l.mailboxDir().isEmpty() ? "/" : "/" + l.mailboxDir() + "/";
        String name = l.layout() == Layout.MAILDIR_PLUS_PLUS ? ".A.B" : "A/B";
        String dir = l.dirName().isEmpty() ? "" : "/" + l.dirName();
        String elsewhere = boxes + name + (l.fullDirName() ? dir : "");
        String mails = boxes + name + dir;
        boolean mbox = l.driver().equals("mbox");
        return switch (type) {
            case "index" -> l.index().map(i -> i + (mbox ? "/A/.imap/B" : elsewhere))
                    .orElse(l.root() + (mbox ? "/A/.imap/B" : mails));
            case "control" -> l.control().map(c -> c + elsewhere).orElse(l.root() + (mbox ? "/A/.imap/B" : mails));
            case "alt-mailbox" -> l.alt().map(a -> a + mails).orElse("");
            default -> l.root() + mails;
        };
    }

    @org.junit.jupiter.params.ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(strings = {"maildir:/m/u", "mdbox:/m/u",
        "maildir:/m/u:INDEX=/i/u:CONTROL=/c/u:INBOX=/in/u:LAYOUT=fs:UTF-8", "maildir:/m/u:INDEX=MEMORY:VOLATILEDIR=/run/u",
        "mdbox:/m/a::b:INDEX=/i::x:LISTINDEX=/dev/shm/u/dovecot.list.index:ALT=/alt/u:DIRNAME=D:ALTNOCHECK:ITERINDEX",
        "mdbox:/m/u:LAYOUT=index:FULLDIRNAME=F:MAILBOXDIR=M:SUBSCRIPTIONS=subs"})
    void writesWhatItReads(String setting) throws Exception {
        assertEquals(setting, MailLocation.parse(setting, null).toString());
    }
}
