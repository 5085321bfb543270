package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;


import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.posix.ByteString;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

class UserDatabaseTest {
    @TempDir
    Path temp;

    @Test
    void template() throws Exception {
        MailUser user = new TemplateUsers("/mail/%d/%n/").find("Carol@Example.ORG");
        assertEquals(new MailUser("carol@example.org", "/mail/example.org/carol", -1, -1, Optional.empty(), Map.of()), user);
        assertEquals("/m/Carol", new TemplateUsers("/m/%n", "", 7, 8).find("Carol@x").home());
        assertEquals("/m/carol/7/8", new TemplateUsers("/m/%u", "%Ln", 7, 8).find("Carol@x").location("maildir:~/%i/%{gid}")
                .root());
        assertEquals(ByteString.ofText("/m/jürgen"), new TemplateUsers("/m/%u").find("JüRGEN").home());
        assertEquals(ByteString.ofText("/m/ü/Maildir"), user("ü").location("maildir:~/Maildir").root());
    }

    private static MailUser user(String name) throws IOException {
        return new TemplateUsers("/m/%u").find(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mail/%u", "/mail/%2n/x", "/mail/./%u", "/m/%s", "%u"})
    void unsafeHomes(String template) {
        assertThrows(InvalidSettingException.class, () -> new TemplateUsers(template).find("..x@y"));
        assertThrows(InvalidSettingException.class, () -> new TemplateUsers("/m/%u").find("../x"));
    }

    @Test
    void constructorChecksToo() {
        assertThrows(IllegalArgumentException.class, () -> new MailUser("a/b", "/h", 1, 1, Optional.empty(), Map.of()));
        assertThrows(IllegalArgumentException.class, () -> new MailUser("a", "h", 1, 1, Optional.empty(), Map.of()));
    }

    @Test
    void answersOfDoveadm() throws Exception {
        MailUser user = DoveadmUsers.parse("Bob",
                "field\tvalue\nuser\tbob\nuid\t1000\ngid\t8\nhome\t/h/bob/\nmail\tmaildir:~/M\npool\tx\ty\n");
        assertEquals(new MailUser("bob", "/h/bob", 1000, 8, Optional.of("maildir:~/M"), Map.of("pool", "x\ty")), user);
        assertEquals(-1, DoveadmUsers.parse("b", "field\tvalue\nuid\t\nhome\t/h\nmail\t\n").uid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "field\tvalue\nuid\t8\n", "field\tvalue\nhome\t\n",
            "field\tvalue\nhome\t/h\nhome\t/x\n", "field\tvalue\nhome\t/h\nuid\tvmail\n",
            "field\tvalue\nhome\t/h\nuid\t4294967295\n", "field\tvalue\nhome\t/h\nloose\n", "field\tvalue\nhome\t/chroot/./h\n",
            "field\tvalue\nhome\trelative\n", "field\tvalue\nuser\t../x\nhome\t/h\n"})
    void strangeAnswers(String output) {
        assertThrows(InvalidSettingException.class, () -> DoveadmUsers.parse("bob", output));
    }

    @Test
    void randomAnswers() {
        Random random = new Random(6);
        String valid = "field\tvalue\nuid\t1000\ngid\t8\nhome\t/h/bob\nmail\tmaildir:~/M\npool\tx\n";
        int parsed = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder answer = new StringBuilder(valid);
            for (int j = random.nextInt(3); j >= 0; j--) {
                answer.setCharAt(random.nextInt(answer.length()), "\t\n/.0\0\u00ff9".charAt(random.nextInt(8)));
            }
            try {
                MailUser user = DoveadmUsers.parse("bob", answer.toString());
                assertTrue(user.home().startsWith("/") && !(user.home() + "/").contains("/../"), user.home());
                parsed++;
            } catch (InvalidSettingException e) {
                assertTrue(e.getMessage().contains("expected"));
            }
        }
        assertTrue(parsed > 1000);
    }

    @Test
    void exitCodes() throws Exception {
        UserDatabase unknown = new DoveadmUsers(sh("exit 67"));
        assertEquals("user bob does not exist: Dovecot's userdb does not know them",
                assertThrows(UserDatabase.UnknownUser.class, () -> unknown.find("bob")).getMessage());
        UserDatabase temporary = new DoveadmUsers(sh("echo 'try later' >&2; exit 75"));
        assertEquals("user bob could not be looked up now: try later",
                assertThrows(UserDatabase.TemporaryFailure.class, () -> temporary.find("bob")).getMessage());
        UserDatabase broken = new DoveadmUsers(sh("echo 'no socket' >&2; exit 89"));
        assertEquals("sh failed with exit code 89: no socket", assertThrows(IOException.class, () -> broken.find("bob"))
                .getMessage());
        assertThrows(InvalidSettingException.class, () -> broken.find("*"));
    }

    private static DovecotProgram sh(String script) throws IOException {
        return DovecotProgram.installed("sh", Optional.of(script), Duration.ofMinutes(1));
    }

    @Test
    @RequiresDovecot
    void asTheRunningDovecotKnowsThem() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(temp.resolve("users"), """
                alice@example.com::8:8::/h/alice::
                bob::65534:65534::/h/bob::userdb_mail=mdbox:~/mdbox userdb_pool=p1
                frozen::8:8::/h/frozen::userdb_tempfail=yes userdb_reason=moving
                """);
        String config = """
                userdb {
                  driver = passwd-file
                  args = username_format=%%u %s/users
                }
                """.formatted(temp);
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir:INDEX=/var/%d/%n").config(config).start()) {
            DoveadmUsers users = new DoveadmUsers(DovecotProgramTest.doveadm(dovecot));
            assertEquals(new MailUser("alice@example.com", "/h/alice", 8, 8,
                    Optional.of("maildir:~/Maildir:INDEX=/var/example.com/alice"),
                    Map.of()), users.find("Alice@Example.COM"));
            MailUser bob = users.find("bob");
            assertEquals(new MailUser("bob", "/h/bob", 65534, 65534, Optional.of("mdbox:~/mdbox"), Map.of("pool", "p1")), bob);
            assertEquals("/h/bob/mdbox", MailLocation.parse(bob.mail().orElseThrow(), bob.home()).root());
            assertEquals("/x/p1/bob", users.expand("bob", "/x/%{userdb:pool}/%u"));
            String template = "/x/%{userdb:pool}/%u/%h/%i";
            assertEquals(bob.variables().expand(template), users.expand("bob", template));
            assertThrows(UserDatabase.UnknownUser.class, () -> users.find("nobody@example.com"));
            assertThrows(UserDatabase.UnknownUser.class, () -> users.find("-f"));
            assertThrows(UserDatabase.TemporaryFailure.class, () -> users.find("frozen"));
        }
    }

    @Test
    @RequiresDovecot
    void dovecotIsNotRunning() throws Exception {
        try (DovecotInstance dovecot = VariablesTest.running("/h/%u")) {
            DoveadmUsers users = new DoveadmUsers(DovecotProgramTest.doveadm(dovecot));
            assertEquals("/h/x", users.find("x").home());
            dovecot.stop();
            IOException e = assertThrows(UserDatabase.TemporaryFailure.class, () -> users.find("x"));
            assertTrue(e.getMessage().contains("auth-userdb"), e.getMessage());
        }
    }
}
