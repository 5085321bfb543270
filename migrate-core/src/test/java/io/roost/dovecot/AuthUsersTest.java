package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

@RequiresDovecot
class AuthUsersTest {
    @TempDir
    private Path temp;
    private final List<String> askedOther = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void others() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private DovecotInstance dovecot(String users, String more) throws IOException {
        Files.writeString(temp.resolve("users"), users);
        return DovecotInstance.with("maildir:~/Maildir:INDEX=/var/%d/%n").config("""
                userdb {
                  driver = passwd-file
                  args = username_format=%%u %s/users
                }
                """.formatted(temp) + more).start();
    }

    private AuthUsers users(DovecotInstance dovecot) throws IOException {
        DoveadmUsers doveadm = new DoveadmUsers(DovecotProgramTest.doveadm(dovecot));
        DovecotSettings settings = DovecotSettings.ask(DovecotProgram.doveconf(Optional.of(dovecot.config().toString())));
        return new AuthUsers(settings, name -> {
            askedOther.add(name);
            return doveadm.find(name);
        });
    }

    @Test
    void theSameAsDoveadmSays() throws Exception {
        try (DovecotInstance dovecot = dovecot("""
                alice@example.com::8:8::/h/alice::
                bob::65534:65534::/h/bob::userdb_mail=mdbox:~/mdbox userdb_pool=p1
                carl dot::8:9::/h/carl dot::userdb_quota_rule=*:storage=1G
                dora::8:8::::
                märta::8:8::/h/märta::
                """, "mail_home = /homes/%d/%1n/%n\nauth_username_chars =\n")) {
            AuthUsers users = users(dovecot);
            DoveadmUsers doveadm = new DoveadmUsers(DovecotProgramTest.doveadm(dovecot));
            for (String name : List.of("Alice@Example.COM", "bob", "carl dot", "dora", "märta")) {
                MailUser expected = doveadm.find(name);
                MailUser found = users.find(name);
                assertEquals(expected.name(), found.name());
                assertEquals(expected.home(), found.home());
                assertEquals(expected.uid() + ":" + expected.gid(), found.uid() + ":" + found.gid());
                assertEquals(expected.mail(), found.mail());
                assertEquals(expected.fields().get("pool"), found.fields().get("pool"));
                assertEquals(expected.variables().expand("%{userdb:quota_rule}"), found.variables().expand("%{userdb:quota_rule}"));
            }
            assertEquals(List.of(), askedOther);
            assertThrows(UserDatabase.UnknownUser.class, () -> users.find("nobody@example.com"));
            assertThrows(InvalidSettingException.class, () -> users.find("a\tb"));
            assertEquals(List.of(), askedOther);
        }
    }

    @Test
    void aLockedOutUserIsATemporaryFailure() throws Exception {
        try (DovecotInstance dovecot = dovecot("frozen::8:8::/h/frozen::userdb_tempfail=yes userdb_reason=moving\n", "")) {
            AuthUsers users = users(dovecot);
            assertThrows(UserDatabase.TemporaryFailure.class, () -> users.find("frozen"));
            assertEquals(List.of("frozen"), askedOther);
        }
    }

    @Test
    void aRestartOfDovecotIsNotNoticed() throws Exception {
        try (DovecotInstance dovecot = dovecot("anna::8:8::/h/anna::\n", "")) {
            AuthUsers users = users(dovecot);
            assertEquals("/h/anna", users.find("anna").home());
            dovecot.stop();
            dovecot.start();
            assertEquals("/h/anna", users.find("anna").home());
            assertEquals(List.of(), askedOther);
            dovecot.stop();
            // doveadm says why nobody answers
            assertTrue(assertThrows(IOException.class, () -> users.find("anna")).getMessage().contains("auth-userdb"));
            assertEquals(List.of("anna"), askedOther);
        }
    }

    @Test
    void manyAreListedAndFoundByManyThreads() throws Exception {
        List<String> names = IntStream.range(0, 3000).mapToObj(i -> "user" + i + "@example.org").toList();
        String file = names.stream().map(name -> name + "::8:8::/h/" + name + "::\n").collect(Collectors.joining());
        try (DovecotInstance dovecot = dovecot(file, "")) {
            AuthUsers users = users(dovecot);
            assertEquals(new HashSet<>(names), new HashSet<>(users.all()));
            Set<String> homes = Collections.synchronizedSet(new HashSet<>());
            List<Thread> threads = IntStream.range(0, 4).mapToObj(t -> new Thread(() -> {
                for (int i = t; i < 400; i += 4) {
                    try {
                        homes.add(users.find(names.get(i)).home());
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            })).toList();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(400, homes.size());
            assertEquals(List.of(), askedOther);
        }
    }

    @Test
    void aUserdbThatCannotListSaysSo() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").before("""
                userdb {
                  driver = static
                  args = uid=8 gid=8 home=/h/%u
                }
                """).start()) {
            AuthUsers users = users(dovecot);
            // static lists nobody or fails: either way nobody is made up
            try {
                assertEquals(List.of(), users.all());
            } catch (IOException e) {
                assertTrue(e.getMessage().contains("--users-file"), e.getMessage());
            }
        }
    }
}
