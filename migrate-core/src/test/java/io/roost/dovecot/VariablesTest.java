package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;


import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.posix.ByteString;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

class VariablesTest {
    private static final List<String> USERS = List.of("alice@example.com", "bob@example.com", "carol@example.org", "user1",
            "eve@example.net", "a.b-c_d@mail.example.co.uk", "x", "o'brien@example.com", "x+tag@example.com", "12345@678",
            "jürgen@müller.example", "two@at@example.com", "a b@example.com", "4294967296", "18446744073709551616",
            "averyveryveryverylonglocalpartthatgoesonandonandonandonandon@sub.domain.of.a.rather.long.domain.example.com");

    private static final List<String> TEMPLATES = List.of("%u", "%n", "%d", "%Lu", "%Uu", "%Eu", "%Xu", "%Xn", "%Xd", "%Ru",
            "%Hu", "%Nu", "%Mu", "%Dd", "%Tu", "%LUu", "%MNu", "%NMu", "%RMu", "%2.256Nu", "%1.16Nn", "%4.65536Nd", "%2.256Hu",
            "%8.1024Nu", "%.100Nu", "%.1000Hn", "%02.256Nu", "%-2.256Nu", "%2.-256Nu", "%2.-7Hu", "%1n", "%3n", "%-3n", "%03n",
            "%2.3n", "%-2.1n", "%-3.2n", "%1.-1u", "%0.-3u", "%-5.2u", "%-500.2u", "%50.2u", "%010n", "%2.05n", "%2.05Xn",
            "%08Xn", "%2.-1n", "%0.0n", "%1.500u", "%.-200u", "%1.01n", "%.01n", "%%", "a%%b%%%%", "%5%", "x%", "%LLLLLLLLLLu",
            "%{user}", "%{username}", "%{domain}", "%L{user}", "%2.256N{user}", "%1.1{user}", "%{md4:user}", "%{md5:user}",
            "%{sha1:user}", "%{sha256:username}", "%{sha384:user}", "%{sha512:domain}", "%{sha3-256:user}", "%{sha3-512:user}",
            "%{size:user}", "%{pkcs5:user}", "%{pkcs5;rounds=3,salt=x:user}", "%{md5;rounds=3:user}",
            "%{sha1;rounds=2,salt=abc:user}", "%{sha256;salt=%{domain},rounds=2:user}", "%{sha256;rounds=2,salt=%n:user}",
            "%{md5;truncate=1:user}", "%{md5;truncate=7:user}", "%{md5;truncate=8:user}", "%{md5;truncate=9:user}",
            "%{md5;truncate=13:user}", "%{md5;truncate=128:user}", "%{md5;truncate=1000:user}", "%{md5;truncate=0:user}",
            "%{sha1;format=hex:user}", "%{sha1;format=hexuc:user}", "%{sha1;format=base64:user}",
            "%{sha1;format=base64,truncate=20:user}", "%{sha1;nonsense=5:user}", "%{sha1;nonsense:user}", "%2.2{md5:user}",
            "%U{md5:user}", "%{md5:md5:user}", "%{sha1;rounds=2:md5:user}", "%{if;%n;eq;alice;yes;no}",
            "%{if;%d;ne;;%d;nodomain}", "%{if;%d;eq;;empty}", "%{if;%n;lt;c;a-b;c-z}", "%{if;%n;ge;c;x;y}",
            "%{if;%n;le;bob;x;y}", "%{if;%n;gt;bob;x;y}", "%{if;%u;*;*@example.*;in;out}", "%{if;%u;!*;a*;in;out}",
            "%{if;%n;*;???;3;other}", "%{if;%u;*;*e*e*;ee;-}", "%{if;%d;~;^[^[\\:digit\\:]]+$;nodigit;digit}", "%.30000000Nu",
            "%5.2Hu", "%{if;5;<;10;less;more}", "%{if;5;==;05;same;different}", "%{if;-5;>=;-6;x;y}", "%{if;1;!=;1;x;y}",
            "%{if;2;<=;2;x;y}", "%{if;3;>;2;x;y}", "%{if;%u;~;^[a-c];abc;rest}", "%{if;%u;!~;@.*\\\\.com$;notcom;com}",
            "%{if;%d;~;^[[\\:alpha\\:].]+$;alpha;other}", "%{if;%n;~;[]x];bracket;none}",
            "%{if;%n;eq;alice;%{if;%d;eq;example.com;both;name};neither}", "%{if;%n;eq;alice;a\\;b;c}",
            "%3{if;a;eq;a;abcdef;x}", "%{env:DOVE_NO_SUCH}", "/mail/%2.256Nu/%d/%n/%{md5;truncate=12:user}");

    @ParameterizedTest
    @CsvSource({
        "alice@example.com, bf, 5, 7803, 69a4f0bf, bd", "bob@example.com, b3, a, 7803, 20f03eb3, 4d",
        "carol@example.org, 76, d, 50c8, 2f763d76, a7", "user1, 7c, c, b204, 52afc47c, 51",
        "eve@example.net, b0, d, b556, 88347eb0, 54"})
    void hashesAsDovecotDid(String user, String n256, String n16, String d65536, String plain, String old) throws Exception {
        Variables v = Variables.ofUser(user);
        assertEquals(n256, v.expand("%2.256Nu"));
        assertEquals(n16, v.expand("%1.16Nn"));
        assertEquals(d65536, v.expand("%4.65536Nd"));
        assertEquals(plain, v.expand("%Nu"));
        assertEquals(old, v.expand("%2.256Hu"));
    }

    @ParameterizedTest
    @CsvSource({"%3n, ali", "%-3n, ali", "%2.3n, ice", "%-2.1n, c", "%03n, alice", "%08n, 000alice", "%2.08n, 00000ice",
            "%1.-1n, lic", "%0.-9n, alice", "%Un, ALICE", "%Rn, ecila", "%Dd, 'example,dc=com'", "100%%, 100%",
            "/m/%d/%n, /m/example.com/alice", "%{username}-%U{domain}, alice-EXAMPLE.COM"})
    void modifiersOffsetAndWidth(String template, String expected) throws Exception {
        assertEquals(expected, Variables.ofUser("alice@example.com").expand(template));
    }

    @Test
    void numbersInHex() throws Exception {
        Variables v = Variables.none().with('u', "uid", "27").with('v', "uidvalidity", "1795447391");
        assertEquals("0000001b6b045a5f", v.expand("%08Xu%08Xv"));
        assertEquals("27-1795447391", v.expand("%u-%v"));
        assertEquals("0", Variables.none().with('u', "x", "99999999999999999999").expand("%Xu"));
        assertEquals("ffffffffffffffff", Variables.none().with('u', "x", "18446744073709551615").expand("%Xu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%x", "%z", "%s", "%p", "%{pid}", "%{hostname}", "%{nosuch}", "%{MD5:user}", "%{md5:u}",
            "%{md5:nosuch}", "%{md6:user}", "%{sha1;rounds=0:user}", "%{sha1;rounds=x:user}", "%{sha1;rounds=99999999999:user}",
            "%{sha1;format=raw:user}", "%{sha1;truncate=-1:user}", "%{if;a;eq}", "%{if}", "%{if;a;like;b;c;d}",
            "%{if;a;==;1;c;d}", "%{if;a;~;(;c;d}", "%{user", "%{{user}", "%999999999999u", "%{if;%{if;a;eq;%q;b;c};eq;x;y;z}",
            "%LLLLLLLLLLLu", "%{userdb:x}"})
    void whatIsUnknownOrMalformedFails(String template) {
        InvalidSettingException e = assertThrows(InvalidSettingException.class, () -> Variables.ofUser("a@b").expand(template));
        assertTrue(e.getMessage().startsWith("template with variables: found \"%"), e.getMessage());
    }

    @Test
    void messageTellsWhatToDo() {
        assertEquals("template with variables: found \"/m/%s\", expected known variables, not %s; "
                + "it has no value outside a login: write in its place what it stands for",
                assertThrows(InvalidSettingException.class, () -> Variables.ofUser("a").expand("/m/%s")).getMessage());
    }

    @Test
    void environmentAndFunctions() throws Exception {
        assertEquals(ByteString.ofText(System.getenv("PATH")), Variables.none().expand("%{env:PATH}"));
        Variables v = new MailUser("u", "/h", 5, 6, Optional.empty(), Map.of("pool", "p1")).variables();
        assertEquals("p1 other  /h 5 6", v.expand("%{userdb:pool} %{userdb:none:other} %{userdb:none} %h %i %{gid}"));
    }

    @Test
    void hugeResultsAreRefused() {
        Variables v = Variables.ofUser("a");
        assertThrows(InvalidSettingException.class, () -> v.expand("%099999999u"));
        String nested = "x";
        for (int i = 0; i < 30; i++) {
            nested = "%{if;" + nested + ";eq;x;x;y}";
        }
        String template = nested;
        assertThrows(InvalidSettingException.class, () -> v.expand(template));
    }

    /** Whatever the template, there is a result or an InvalidSettingException. */
    @Test
    void randomTemplates() {
        Random random = new Random(20);
        int expanded = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder t = new StringBuilder(TEMPLATES.get(random.nextInt(TEMPLATES.size())));
            for (int j = random.nextInt(4); j >= 0; j--) {
                int at = random.nextInt(t.length() + 1);
                switch (random.nextInt(3)) {
                    case 0 -> t.insert(at, "%{};:.-0129=LNundé\\~[*".charAt(random.nextInt(22)));
                    case 1 -> t.delete(at, Math.min(t.length(), at + 2));
                    default -> t.insert(at, TEMPLATES.get(random.nextInt(TEMPLATES.size())));
                }
            }
            // iteration counts would make it slow, not wrong
            String template = t.toString().replaceAll("rounds=[0-9]+", "rounds=2");
            if (template.contains("pkcs5:")) {
                continue;
            }
            try {
                Variables.ofUser("alice@example.com").expand(template);
                expanded++;
            } catch (InvalidSettingException e) {
                assertTrue(e.getMessage().length() > 20);
            }
        }
        assertTrue(expanded > 1000);
    }

    /** Every template for every user, against the engine itself. */
    @Test
    @RequiresDovecot
    void asTheRunningDovecotExpandsThem() throws Exception {
        try (DovecotInstance dovecot = running("/home/%u")) {
            for (String template : TEMPLATES) {
                List<String> arguments = new ArrayList<>(List.of("user", "-e", template, "--"));
                arguments.addAll(USERS);
                DovecotProgram.Result result = DovecotProgramTest.doveadm(dovecot).run(arguments.toArray(String[]::new));
                assertEquals("", result.errors(), template);
                List<String> found = Arrays.asList(result.requireSuccess().outputText().split("\n\n|\n$", -1));
                for (int i = 0; i < USERS.size(); i++) {
                    String lower = UserNames.ofBytes(Variables.ofUser(USERS.get(i)).expand("%Lu"));
                    String expanded = Variables.ofUser(lower).expand(template);
                    // an offset may cut a character in two: compare what is left of it as text
                    assertEquals(found.get(i), UserNames.ofBytes(expanded), template + " for " + USERS.get(i));
                }
            }
        }
    }

    /** What fails here fails there. */
    @Test
    @RequiresDovecot
    void whatIsUnknownToDovecotToo() throws Exception {
        try (DovecotInstance dovecot = running("/home/%u")) {
            for (String template : List.of("%x", "%z", "%{nosuch}", "%{MD5:user}", "%{md5:u}", "%{md6:user}", "%{if;a;eq}",
                    "%{sha1;rounds=0:user}", "%{sha1;format=raw:user}", "%{if;a;==;1;c;d}", "%{if;a;~;(;c;d}",
                    "%LLLLLLLLLLLu")) {
                DovecotProgram.Result result = DovecotProgramTest.doveadm(dovecot).run("user", "-e", template, "alice@example.com");
                assertTrue(result.errors().contains("Failed to expand"), template + ": " + result);
                assertThrows(InvalidSettingException.class, () -> Variables.ofUser("alice@example.com").expand(template));
            }
        }
    }

    /** The auth process expands homes: its table of variables is another. */
    @Test
    @RequiresDovecot
    void homesAsTheUserdbGivesThem() throws Exception {
        String home = "/m/%2.256Nu/%1.16Nn/%d/%n/%{domain_first}/%{domain_last}/%Mu/%{sha1:user}/%-3.2n/%Xn";
        try (DovecotInstance dovecot = running(home)) {
            for (String user : USERS) {
                if (user.contains(" ")) {
                    continue;
                }
                String found = DovecotProgramTest.doveadm(dovecot).run("user", "-f", "home", "--", user).requireSuccess().outputText();
                MailUser expanded = new TemplateUsers(home).find(user);
                assertEquals(found.strip(), ByteString.toText(expanded.home()), user);
            }
        }
    }

    /** A Dovecot that knows everybody, with this home. */
    static DovecotInstance running(String home) throws IOException {
        return DovecotInstance.with("maildir:~/Maildir").config("auth_username_chars =\n" + staticUserdb(home)).start();
    }

    private static String staticUserdb(String home) {
        return "userdb {\n driver = static\n args = uid=8 gid=8 allow_all_users=yes home=" + home + "\n}\n";
    }
}
