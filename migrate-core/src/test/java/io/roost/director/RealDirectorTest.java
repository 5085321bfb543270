package io.roost.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.roost.director.DirectorAdmin.Limits;
import io.roost.director.DirectorException.Kind;
import io.roost.testing.DirectorCluster;
import io.roost.testing.ImapClient;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** What a real director makes of all this. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(120)
class RealDirectorTest {
    private static DirectorCluster cluster;

    @BeforeAll
    static void start() throws IOException {
        cluster = DirectorCluster.with().users("anna", "bert").directorConfig("director_username_hash = %Ln\n"
                + "director_user_kick_delay = 1s").start();
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    private static DirectorAdmin admin(String... addresses) throws IOException {
        List<DirectorAddress> all = new ArrayList<>();
        for (String address : addresses.length > 0 ? addresses : new String[] {cluster.adminSocket().toString()}) {
            all.add(DirectorAddress.parse(address));
        }
        return new DirectorAdmin(all, new UserHash("%Ln"), Limits.defaults());
    }

    @Test
    void movesAndRefreshes() throws Exception {
        try (DirectorAdmin admin = admin()) {
            Mapping before = admin.lookup("anna");
            String other = cluster.backends().stream().map(b -> b.ip()).filter(ip -> !ip.equals(before.hashed().orElseThrow()))
                    .findFirst().orElseThrow();
            admin.move("anna", other);
            Mapping moved = admin.lookup("anna");
            assertEquals(other, moved.current().orElseThrow());
            assertEquals(before.hashed(), moved.hashed());
            assertTrue(moved.expires() > System.currentTimeMillis() / 1000 + 800, moved::toString);
            // Again to the same: waits for the first to be finished, and lengthens.
            long second = moved.expires();
            do {
                admin.move("anna", other);
            } while (admin.lookup("anna").expires() <= second);
            assertEquals(Kind.NOT_FOUND, assertThrows(DirectorException.class, () -> admin.move("anna", "10.9.8.7")).kind());
        }
    }

    @Test
    void kicksWhoIsLoggedIn() throws IOException {
        try (DirectorAdmin admin = admin(); ImapClient imap = cluster.imap("bert")) {
            // One kick may come before the login process listens to them: seen with a session that had just begun.
            assertThrows(IOException.class, () -> {
                while (true) {
                    admin.kick("bert");
                    imap.command("NOOP");
                }
            });
        } catch (IOException e) {
            // the session's end cannot be said goodbye to
        }
        try (ImapClient again = cluster.imap("bert")) {
            again.command("NOOP");
        }
    }

    @Test
    void listsHostsAndRing() throws IOException {
        try (DirectorAdmin admin = admin(cluster.adminAddress())) {
            List<MailHost> hosts = admin.hosts();
            assertEquals(cluster.backends().stream().map(b -> b.ip()).toList(), hosts.stream().map(MailHost::ip).toList());
            assertTrue(hosts.stream().allMatch(h -> h.up() && h.vhosts() == 100 && h.tag().isEmpty()), hosts::toString);
            List<RingMember> ring = admin.ring();
            assertEquals(1, ring.size());
            assertEquals("self", ring.get(0).type());
            assertTrue(ring.get(0).isSynced(), ring::toString);
        }
    }

    /** By name, the director hashes itself; by hash, it is told. Each odd name must be one user to both. */
    @Test
    void oddNamesAreOneUserByNameAndByHash() throws IOException {
        List<String> names = new ArrayList<>(List.of("Carl@Example.org", "12345", "0012", "99999999999", "two words", "quo\"te", "co:lon",
                "ta\tb", "new\nline", "c\rr", "..", "../x", "\u00fcber@example.org", "ctrl\1x", "a@b@c", "%u", "'", "\\"));
        UserHash hash = new UserHash("%Ln");
        try (DirectorAdmin admin = admin()) {
            String host = cluster.backends().get(0).ip();
            for (String name : names) {
                admin.move(name, host);
                assertEquals(host, admin.lookup(name).current().orElseThrow(), name);
            }
            Set<String> listed = new TreeSet<>();
            admin.users(host, entry -> listed.add(UserHash.text(entry.hash())));
            for (String name : names) {
                assertTrue(listed.contains(UserHash.text(hash.of(name))), name);
            }
            Set<String> elsewhere = new TreeSet<>();
            admin.users(cluster.backends().get(1).ip(), entry -> elsewhere.add(UserHash.text(entry.hash())));
            elsewhere.retainAll(listed);
            assertEquals(Set.of(), elsewhere);
        }
    }

    @Test
    void anotherHashFormatIsFound() throws IOException {
        List<String> users = List.of("anna@a.org", "bert@b.org", "carl@c.org", "dora@d.org", "emil@e.org", "fred@f.org", "gina@g.org");
        try (DirectorAdmin right = admin();
                DirectorAdmin wrong = new DirectorAdmin(List.of(DirectorAddress.parse(cluster.adminAddress())), new UserHash("%Lu"),
                        Limits.defaults())) {
            boolean all = true;
            for (String user : users) {
                assertTrue(right.agreesOnHash(user));
                all &= wrong.agreesOnHash(user);
            }
            assertFalse(all);
        }
    }

    @Test
    void comesBackAfterARestart() throws IOException {
        try (DirectorAdmin admin = admin("/nonexistent/director-admin", cluster.adminAddress())) {
            admin.move("dora", cluster.backends().get(1).ip());
            cluster.director().stop();
            Thread starter = new Thread(() -> {
                try {
                    Thread.sleep(300);
                    cluster.director().start();
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            starter.start();
            // Asked while it is down; it has forgotten everything.
            assertTrue(admin.lookup("dora").current().isEmpty());
            starter.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The director's longest list that a test can afford; memory is measured in the soak. */
    @Test
    void streamsTheUsersOfAll() throws IOException {
        try (DirectorAdmin admin = admin()) {
            int before = count(admin);
            for (int i = 0; i < 500; i++) {
                admin.move("many" + i, cluster.backends().get(i % 2).ip());
            }
            assertTrue(count(admin) >= before + 500);
        }
    }

    private static int count(DirectorAdmin admin) throws IOException {
        int[] n = new int[1];
        admin.users("", entry -> n[0]++);
        return n[0];
    }
}
