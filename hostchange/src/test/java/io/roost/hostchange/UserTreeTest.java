package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

class UserTreeTest {
    @TempDir
    private Path temp;

    private static String path(String template, String user) throws InvalidSettingException {
        return UserTree.of(template + "/dovecot.list.index").pathOf(user).path();
    }

    /** The hashes are those that a running Dovecot gave. */
    @Test
    void directoriesOfUsers() throws InvalidSettingException {
        assertEquals("/dev/shm/x/bf/alice@example.com", path("/dev/shm/x/%2.256Nu/%u", "alice@example.com"));
        assertEquals("/x/7803/5/alice", path("/x/%4.65536Nd/%1.16Nn/%n", "alice@example.com"));
        assertEquals("/x/example.com/alice/lists", path("/x/%d/%n/lists", "alice@example.com"));
    }

    @Test
    void usersOfDirectories() throws InvalidSettingException {
        for (String template : List.of("/x/%2.256Nu/%u", "/x/%d/%n", "/x/%1Nd/%2.256Hu/%u/lists", "/x/%n@%d", "/x/u_%Lu",
                "/x/%{domain}/%{username}", "/x/%{md5;truncate=8:user}/%u", "/x/%u")) {
            UserTree tree = UserTree.of(template + "/dovecot.list.index");
            assertEquals("/x", tree.root());
            assertTrue(tree.tellsDomain());
            for (String user : List.of("alice@example.com", "bob@b", "c.d+e@x", "ü@ä.example", "a%b@c")) {
                LocalPath path = tree.pathOf(user);
                assertEquals(Optional.of(user), tree.userOf(path.below()), template);
            }
        }
        UserTree local = UserTree.of("/x/%1.16Nn/%n/dovecot.list.index");
        assertEquals(Optional.of("alice"), local.userOf(local.pathOf("alice").below()));
    }

    @Test
    void directoriesOfNobody() throws InvalidSettingException {
        UserTree tree = UserTree.of("/x/%2.256Nu/%Lu/dovecot.list.index");
        for (List<String> names : List.of(List.of("bf", "bob@example.com"), List.of("bf", "Alice@example.com"), List.of("bf"),
                List.of("bf", "alice@example.com", "x"), List.of("bf", ".."), List.of("bf", "a/b"),
                List.of("bf", "\u00ff\u00fe"),
                List.of("bf", " "), List.of("bf", "a\nb"), List.<String>of())) {
            assertEquals(Optional.empty(), tree.userOf(names), names::toString);
        }
    }

    @Test
    void templatesThatCannotBeReadBackwards() {
        for (String bad : List.of("/x/%2.256Nu/dovecot.list.index", "/x/dovecot.list.index", "/%u/dovecot.list.index",
                "/x/%u/list", "/x/%u.dovecot.list.index", "x/%u/dovecot.list.index", "/x/%h/dovecot.list.index",
                "/dovecot.list.index",
                "/x/%u/%h/dovecot.list.index", "/x/../%u/dovecot.list.index", "/x/%{user/dovecot.list.index",
                "/x/%d/dovecot.list.index",
                "/x/us_er-%{md5:user}/dovecot.list.index", "", "/x//%u/dovecot.list.index", "/x/%5u/dovecot.list.index",
                "/x/%/dovecot.list.index")) {
            assertThrows(InvalidSettingException.class, () -> UserTree.of(bad), bad);
        }
    }

    @Test
    void fromMailLocations() throws InvalidSettingException {
        assertEquals("/dev/shm/x", UserTree.ofLocation("mdbox:~/mdbox:INDEX=/i/%{sha1;rounds=2:user}/%u"
                + ":LISTINDEX=/dev/shm/x/%{md5;truncate=8:user}/%u/dovecot.list.index:ALTNOCHECK").root());
        assertThrows(InvalidSettingException.class, () -> UserTree.ofLocation("maildir:~/Maildir"));
    }

    @Test
    void pathsOfALocation() throws InvalidSettingException {
        UserPaths paths = UserPaths.of("a", MailLocation.parse("mdbox:~/mdbox:LISTINDEX=/dev/shm/a/dovecot.list.index",
                "/home/a"));
        assertEquals("/home/a/mdbox", paths.index(), "INDEX is the mail root");
        assertEquals("/dev/shm/a", paths.listIndex().path());
        assertEquals("/i/a", UserPaths.of("a", MailLocation.parse("mdbox:~/m:INDEX=/i/a:LISTINDEX=/s/a/dovecot.list.index",
                "/h")).index());
        for (String bad : List.of("mdbox:~/mdbox", "mdbox:~/m:LISTINDEX=dovecot.list.index",
                "mdbox:~/m:LISTINDEX=/dev/shm/a/list",
                "mdbox:~/m:INDEX=MEMORY:LISTINDEX=/s/a/dovecot.list.index", "mdbox:~/m:LISTINDEX=~/m/dovecot.list.index",
                "mdbox:~/m:LISTINDEX=~/m/sub/dovecot.list.index", "mdbox:~/m:LISTINDEX=/dovecot.list.index")) {
            assertThrows(InvalidSettingException.class, () -> UserPaths.of("a", MailLocation.parse(bad, "/h")), bad);
        }
    }

    /** Whatever lies in memory, whoever put it there: only what the template explains is found. */
    @Test
    void walksOverAnything() throws IOException {
        UserTree tree = UserTree.of(temp + "/x/%2.256Nu/%u/dovecot.list.index");
        tree.walk(new Walk());
        List<String> users = List.of("alice@example.com", "bob@example.com", "ü@example.com");
        for (String user : users) {
            Files.createDirectories(Path.of(new String(tree.pathOf(user).path().getBytes("ISO-8859-1"))));
        }
        Files.createDirectories(temp.resolve("x/00/alice@example.com"));
        Files.createDirectories(temp.resolve("x/other/deep/er"));
        Files.writeString(temp.resolve("x/file"), "");
        Files.createSymbolicLink(temp.resolve("x/01"), temp.resolve("x/bf"));
        Files.createSymbolicLink(temp.resolve("x/bf/carol@example.org"), temp.resolve("x/bf/alice@example.com"));
        Files.writeString(temp.resolve("x/bf/eve@example.net"), "");
        Walk walk = new Walk();
        tree.walk(walk);
        assertEquals(new TreeSet<>(users), new TreeSet<>(walk.users));
        assertEquals(6, walk.unexplained.size(), walk.unexplained::toString);
    }

    private static final class Walk implements UserTree.Visitor {
        private final List<String> users = new ArrayList<>();
        private final List<String> unexplained = new ArrayList<>();

        @Override
        public void user(String user, LocalPath path, OpenDirectory parent, String name) {
            users.add(user);
            assertEquals(path.path(), parent.pathOf(name));
        }

        @Override
        public void unexplained(String path) {
            unexplained.add(path);
        }

        @Override
        public void failed(PosixException e) {
            throw new AssertionError(e);
        }
    }

    /** Names from strangers, and templates from anybody, end in an answer or an InvalidSettingException. */
    @Test
    void survivesMutations() throws InvalidSettingException {
        Random random = new Random(7);
        int found = 0;
        for (int i = 0; i < 4000; i++) {
            String template = LastHostTest.mutate(random, "/x/%2.256Nu/%d/%n/dovecot.list.index");
            try {
                UserTree tree = UserTree.of(template);
                for (int j = 0; j < 5; j++) {
                    List<String> names = List.of(LastHostTest.mutate(random, "bf"),
                            LastHostTest.mutate(random, "example.com"), "alice");
                    Optional<String> user = tree.userOf(names);
                    if (user.isPresent()) {
                        assertEquals(names, tree.pathOf(user.get()).below());
                    }
                }
                tree.userOf(tree.pathOf("alice@example.com").below());
                found++;
            } catch (InvalidSettingException e) {
                assertTrue(e.getMessage().contains("expected"), e.getMessage());
            }
        }
        assertTrue(found > 100);
    }
}
