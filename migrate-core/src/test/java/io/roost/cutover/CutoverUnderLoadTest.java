package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** Users who go on with their lives meanwhile, and a Roost that is killed at every step. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(600)
class CutoverUnderLoadTest {
    @TempDir
    Path temp;

    private static DirectorCluster cluster(List<String> users) throws IOException {
        DirectorCluster cluster = DirectorCluster.with().users(users.toArray(String[]::new))
                .directorConfig("director_user_kick_delay = 1s").start();
        for (String user : users) {
            MaildirSample.of(cluster.home(user).resolve("Maildir"), 5, 3).write();
            cluster.own(cluster.home(user));
        }
        return cluster;
    }

    private static List<String> users(int count) {
        List<String> users = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            users.add("user" + i);
        }
        return users;
    }

    private void underLoad(int count) throws Exception {
        List<String> users = users(count);
        try (DirectorCluster cluster = cluster(users); CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            Map<String, Traffic> traffic = new LinkedHashMap<>();
            for (String user : users) {
                traffic.put(user, new Traffic(cluster, user, user.hashCode()));
            }
            traffic.values().forEach(Traffic::start);
            for (Traffic one : traffic.values()) {
                while (one.count() < 5) {
                    Thread.sleep(20);
                }
            }
            all(bench, users, Mode.CUT_OVER);
            Map<String, Integer> counts = new LinkedHashMap<>();
            traffic.forEach((user, one) -> counts.put(user, one.count()));
            for (String user : users) {
                while (traffic.get(user).count() < counts.get(user) + 3) {
                    Thread.sleep(20);
                }
            }
            for (Traffic one : traffic.values()) {
                one.stop();
            }
            DovecotNode b1 = CutoverBench.here(cluster);
            for (String user : users) {
                assertTrue(Files.isDirectory(cluster.home(user).resolve("mdbox")), user);
                traffic.get(user).check(b1);
            }
            assertEquals(users.size(), bench.cutovers().size());
            LockOutTimes times = new LockOutTimes();
            bench.cutovers().forEach(e -> times.add(e.lockOutMillis()));
            System.setProperty("roost.test.lockout", times.percentile(50) + " " + times.percentile(95) + " " + times.percentile(100));
            // only what auth and imap say of a gate that is closed, and of a kick that comes before the director's
            cluster.backends().get(0).assertLogClean("Killed with signal 15", "userdb", "tempfail", "Internal auth failure",
                    "auth", "Auth", "lmtp(");
        }
    }

    private static void all(CutoverBench bench, List<String> users, Mode mode) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> nights = new ArrayList<>();
            for (String user : users) {
                nights.add(pool.submit(() -> bench.run(user, mode)));
            }
            for (Future<?> night : nights) {
                night.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void nothingIsLostWhileUsersGoOn() throws Exception {
        underLoad(3);
    }

    @Test
    @Tag("soak")
    void nothingIsLostWhileTwentyUsersGoOn() throws Exception {
        underLoad(20);
        System.err.println("lock-out of 20 users under load, median, 95 %, longest in ms: " + System.getProperty("roost.test.lockout"));
    }

    @Test
    void killedWhereItMatters() throws Exception {
        killedAt(List.of("QUIET", "PUBLISHED", NightProcess.APPLIED));
    }

    /** All that there are, but for those that nobody of little mail comes through when all goes well. */
    @Test
    @Tag("soak")
    void killedAtEveryStep() throws Exception {
        List<String> steps = new ArrayList<>(Stream.of(UserState.values()).filter(state -> state != UserState.QUEUED
                && state != UserState.COPYING && state != UserState.FAILED).map(Enum::name).toList());
        steps.addAll(List.of(NightProcess.APPLIED, NightProcess.OPENED));
        killedAt(steps);
    }

    private void killedAt(List<String> steps) throws Exception {
        List<String> users = users(steps.size());
        try (DirectorCluster cluster = cluster(users)) {
            DovecotNode b1 = CutoverBench.here(cluster);
            Map<String, List<String>> before = new LinkedHashMap<>();
            Map<String, String> stops = new LinkedHashMap<>();
            for (int i = 0; i < users.size(); i++) {
                before.put(users.get(i), ShownMails.of(b1, users.get(i)));
                stops.put(users.get(i), steps.get(i));
            }
            NightProcess.kill(cluster, temp.resolve("state"), stops, temp.resolve("process.out").toFile());
            // What is left closes itself: the next run lifts what a dead one has left, and so does a timer.
            try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
                assertEquals("", Files.readString(cluster.gateFile()));
                for (int i = 0; i < users.size(); i++) {
                    String user = users.get(i);
                    deliver(cluster, user, "between");
                    imap(cluster, user);
                    assertEquals(before.get(user).size() + 1, ShownMails.of(b1, user).size(), user + " killed at " + steps.get(i));
                }
                all(bench, users, Mode.CUT_OVER);
                assertEquals("", Files.readString(cluster.gateFile()));
                for (int i = 0; i < users.size(); i++) {
                    String user = users.get(i);
                    String message = user + " killed at " + steps.get(i);
                    assertEquals(UserState.DONE, bench.store.user(user).orElseThrow().state(), message);
                    assertTrue(b1.doveadm("user", "-f", "mail", user).succeeded().text().startsWith("mdbox:"), message);
                    List<String> now = new ArrayList<>(ShownMails.of(b1, user));
                    assertEquals(1, now.stream().filter(l -> l.endsWith("\tbetween")).count(), message);
                    now.removeIf(l -> l.endsWith("\tbetween"));
                    assertEquals(before.get(user), now, message);
                    deliver(cluster, user, "after");
                }
            }
        }
    }

    static void deliver(DirectorCluster cluster, String user, String subject) throws Exception {
        try (LmtpClient lmtp = cluster.lmtp()) {
            while (!lmtp.recipient(user).startsWith("2")) {
                lmtp.reset();
                Thread.sleep(50);
            }
            lmtp.data("Subject: " + subject + "\n\nx\n");
        }
    }

    private static void imap(DirectorCluster cluster, String user) throws IOException {
        try (ImapClient imap = cluster.imap(user)) {
            imap.command("SELECT INBOX");
        }
    }
}
