package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;


import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.posix.ByteString;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

class MailboxNameCodecTest {
    private static final MailboxNameCodec UTF7 = new MailboxNameCodec(false);
    private static final MailboxNameCodec UTF8 = new MailboxNameCodec(true);
    private static final MailboxNameCodec ESCAPING = new MailboxNameCodec(false, (char) 0, '\\', '/', "dbox-Mails");
    private static final MailboxNameCodec ESCAPING_MAILDIR = new MailboxNameCodec(false, (char) 0, '\\', '.', "");
    private static final MailboxNameCodec BROKEN = new MailboxNameCodec(false, '^', (char) 0, '.', "");
    private static final MailboxNameCodec BROKEN_UTF8 = new MailboxNameCodec(true, '^', (char) 0, '/', "");

    private static MailboxName name(String... parts) {
        return new MailboxName(List.of(parts));
    }

    private static void both(MailboxNameCodec codec, MailboxName name, String... storage) {
        assertEquals(List.of(storage), codec.encode(name));
        assertEquals(Optional.of(name), codec.decode(List.of(storage)));
    }

    @Test
    void plain() {
        both(UTF7, name("Foo", "Bär & Co"), "Foo", "B&AOQ-r &- Co");
        both(UTF8, name("Foo", "Bär & Co"), "Foo", ByteString.ofText("Bär & Co"));
        both(UTF7, MailboxName.INBOX, "INBOX");
        both(UTF7, name("INBOX", "a.b"), "INBOX", "a.b");
    }

    @Test
    void undecodable() {
        assertEquals(Optional.empty(), UTF7.decode(List.of("a", "inv&alid")));
        assertEquals(Optional.empty(), UTF7.decode(List.of("\u00e4")));
        assertEquals(Optional.empty(), UTF8.decode(List.of("\u00e4")));
        assertEquals(Optional.empty(), UTF8.decode(List.of("")));
        assertEquals(Optional.empty(), UTF7.decode(List.of("inbox")));
        assertEquals(Optional.of(name("inbox", "x")), UTF7.decode(List.of("inbox", "x")));
        assertThrows(IllegalArgumentException.class, () -> UTF8.encode(name("a\ud800")));
    }

    @Test
    void escapes() {
        both(ESCAPING, name("~t", "dbox-Mails", "..", ".", "a\\b"), "\\7et", "\\64box-Mails", "\\2e.", "\\2e", "a\\5cb");
        both(ESCAPING, name("a/b", "dbox-Mailsx", "..x"), "a\\2fb", "dbox-Mailsx", "..x");
        both(ESCAPING_MAILDIR, name("a.b", "c/d", "ä.ö"), "a\\2eb", "c\\2fd", "&AOQ-\\2e&APY-");
        assertEquals('.', ESCAPING_MAILDIR.listSeparator());
        assertEquals(ESCAPING_MAILDIR, new MailboxNameCodec(false, (char) 0, (char) 0, '.', "").withEscapeChar('\\'));
    }

    @Test
    void brokenChar() {
        both(BROKEN, name("inv^26alid"), "inv&alid");
        both(BROKEN, name("^e4&ä", "x^5ey"), "\u00e4&-&AOQ-", "x^y");
        both(BROKEN, name("^26AOQ-ö"), "&AOQ-&APY-");
        both(BROKEN, name("^26AOR-x"), "&AOR-x");
        both(BROKEN_UTF8, name("x^5ey", "ä"), "x^y", "\u00c3\u00a4");
        assertEquals(Optional.empty(), BROKEN_UTF8.decode(List.of("\u00e4")));
    }

    @ParameterizedTest
    @CsvSource({"'', part of its name", "., part of its name", ".., part of its name", "a/b, slash", "dbox-Mails, reserves",
        "inv&alid, modified UTF-7", "~x, ~", "iNbox, INBOX"})
    void problems(String part, String word) {
        MailboxNameCodec codec = new MailboxNameCodec(false, (char) 0, (char) 0, '/', "dbox-Mails");
        String problem = codec.problemOf(List.of(part)).orElse("none");
        assertTrue(problem.contains(word), problem);
    }

    @Test
    void moreProblems() {
        assertTrue(UTF7.problemOf(List.of("a\0b")).orElse("").contains("NUL"));
        assertTrue(UTF7.problemOf(List.of("x".repeat(256))).orElse("").contains("255"));
        assertTrue(UTF7.problemOf(List.of()).isPresent());
        String[] many = new String[20];
        Arrays.fill(many, "x".repeat(250));
        assertTrue(UTF7.problemOf(List.of(many)).orElse("").contains("4096"));
        assertTrue(BROKEN.problemOf(List.of("a.b")).orElse("").contains("."));
        assertEquals(Optional.empty(), UTF7.problemOf(List.of("INBOX")));
        assertEquals(Optional.empty(), UTF7.problemOf(List.of("a", "~b", "B&AOQ-r")));
    }

    /** Whatever decodes leads back to the same directory, for each codec. */
    @Test
    void randomParts() {
        Random random = new Random(5);
        int decoded = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder part = new StringBuilder();
            for (int j = random.nextInt(10); j >= 0; j--) {
                part.append("&-AOQ\u00e4\u00c3\u00a4^\\~./2e5c6b\0x".charAt(random.nextInt(21)));
            }
            for (MailboxNameCodec codec : List.of(UTF7, UTF8, ESCAPING, ESCAPING_MAILDIR, BROKEN, BROKEN_UTF8)) {
                Optional<MailboxName> name = codec.decode(List.of(part.toString()));
                if (name.isPresent()) {
                    assertEquals(List.of(part.toString()), codec.encode(name.get()));
                    decoded++;
                }
            }
        }
        assertTrue(decoded > 10_000);
    }

    /** Directories as Dovecot makes them, for names with everything in them. */
    @Test
    @RequiresDovecot
    void asTheRunningDovecotNamesDirectories() throws Exception {
        List<String> plain = List.of("Work|Ünï & Co", "a.b|c d", "台北|😀", "x-&-y", "tab\u00a0");
        List<String> escaped = List.of("~tilde|x", "dot.dot|..", "sl/ash", "back\\slash", "dbox-Mails|x", ".", "ä.ö|~");
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/1").users("u").separator("|")
                .config("mail_plugins = listescape").start()) {
            for (String location : List.of("maildir:~/1", "mdbox:~/2", "mdbox:~/3:UTF-8", "maildir:~/4:LAYOUT=fs",
                    "maildir:~/5:UTF-8")) {
                create(dovecot, location, plain);
                create(dovecot, location, escaped);
                checkDirectories(dovecot, location, plain, escaped);
            }
        }
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/6").users("u").separator("|").start()) {
            create(dovecot, "mdbox:~/6", List.of("Work|Ünï & Co", "a.b|c d", "台北|😀"));
            for (String bad : List.of("~tilde", "x|..", "x|dbox-Mails|y", "a/b", "x||y")) {
                DovecotProgram.Result result = DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=mdbox:~/6",
                        "mailbox", "create", "-u",
                        "u", bad);
                assertTrue(result.exitCode() != 0, bad);
                MailboxNameCodec codec = MailLocation.parse("mdbox:/6", null).nameCodec();
                List<String> storage = List.of(bad.split("\\|", -1));
                assertTrue(codec.problemOf(storage).isPresent(), bad);
            }
        }
    }

    /** Dovecot opens the directories that decode, and no others. */
    @Test
    @RequiresDovecot
    void asTheRunningDovecotOpensDirectories() throws Exception {
        List<String> parts = List.of("plain", "inv&alid", "&AOR-x", "&AOQ-x", "&AGE-", "a&-b", "&AOQ-&APY-", "&", "&AOQ", "&AOQ-&-",
                "&2D0-", "&2D3eAA-", "x^y", "&AAAA-");
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/1").users("u").start()) {
            for (String setting : List.of("maildir:~/1", "maildir:~/2:BROKENCHAR=^")) {
                MailLocation location = MailLocation.parse(setting, dovecot.home("u").toString());
                for (String part : parts) {
                    Files.createDirectories(Path.of(location.root(), "." + part, "cur"));
                }
                dovecot.own(dovecot.home("u"));
                for (String part : parts) {
                    Optional<MailboxName> name = location.nameCodec().decode(List.of(part));
                    String shown = name.map(MailboxName::toString).orElse(part);
                    int exit = DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=" + setting, "mailbox", "status",
                            "-u", "u", "messages",
                            shown).exitCode();
                    assertEquals(name.isPresent(), exit == 0, setting + " " + part);
                }
            }
        }
    }

    private static void create(DovecotInstance dovecot, String location, List<String> names) throws Exception {
        for (String name : names) {
            DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=" + location, "mailbox", "create", "-u", "u", name)
                    .requireSuccess();
        }
    }

    private static void checkDirectories(DovecotInstance dovecot, String setting, List<String> plain, List<String> escaped)
            throws Exception {
        MailLocation location = MailLocation.parse(setting, dovecot.home("u").toString());
        MailboxNameCodec codec = location.nameCodec().withEscapeChar('\\');
        for (List<String> names : List.of(plain, escaped)) {
            for (String name : names) {
                MailboxName mailbox = new MailboxName(List.of(name.split("\\|")));
                List<String> storage = codec.encode(mailbox);
                assertEquals(Optional.of(mailbox), codec.decode(storage));
                assertEquals(Optional.empty(), codec.problemOf(storage), name);
                String path = DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=" + setting, "mailbox", "path", "-u", "u", name)
                        .requireSuccess().output().stripTrailing();
                String joined = String.join(String.valueOf(codec.listSeparator()), storage);
                String expected = location.isMdbox() ? location.root() + "/mailboxes/" + joined + "/dbox-Mails"
                        : location.root() + (location.layout() == MailLocation.Layout.FS ? "/" : "/.") + joined;
                assertEquals(expected, path, setting + " " + name);
                String quoted = UserNames.ofBytes(path);
                // Java's file API speaks the locale's encoding: look only where the name is ASCII
                if (quoted.chars().allMatch(c -> c < 128)) {
                    assertTrue(Files.isDirectory(Path.of(quoted)), quoted);
                }
            }
        }
        String listed = DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=" + setting, "mailbox", "list", "-u", "u")
                .requireSuccess()
                .outputText();
        Set<String> found = listed.lines().collect(Collectors.toCollection(TreeSet::new));
        assertTrue(found.containsAll(plain), listed);
        assertTrue(found.containsAll(escaped), listed);
    }
}
