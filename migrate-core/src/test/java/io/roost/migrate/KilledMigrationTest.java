package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import io.roost.migrate.SeparateMigration.Ended;
import io.roost.testing.RequiresDovecot;

/**
 * Kills migrations, in processes of their own, at each step and at random instants, and the runs that go on too: the last run
 * must end with what an undisturbed one makes, and leave nothing behind.
 */
@RequiresDovecot
class KilledMigrationTest {
    /** Where a process halts itself: after an event, or after so many checkpoints. */
    private static final List<String> POINTS = List.of("started", "scanned", "1", "2", "5", "12", "COPIED", "FINISHED", "VERIFIED",
            "PUBLISHED", "DONE", "done");
    private static final int RANDOM = 12;
    private static final int SOAK = 300;
    private static final int AT_ONCE = 2;

    private static SameUsers users;
    private static int used;

    @BeforeAll
    static void start(@TempDir Path temp) throws Exception {
        users = new SameUsers(temp, POINTS.size() + 1 + SOAK, "mdbox:~/mdbox", 30);
    }

    @AfterAll
    static void stop() throws Exception {
        if (users != null) {
            users.close();
        }
    }

    /** What is done to one user, up to the run that comes to its end. */
    private interface Attack {
        Ended on(SeparateMigration migration) throws Exception;
    }

    @TestFactory
    List<DynamicTest> aRunKilledAtAStepIsEndedByTheNext() throws Exception {
        List<String> names = new ArrayList<>();
        List<Attack> attacks = new ArrayList<>();
        for (String point : POINTS) {
            names.add(point);
            attacks.add(migration -> haltedAt(migration, point));
        }
        return tests(names, attacks);
    }

    @Test
    void aRunKilledAtOneStepAfterTheOtherComesToItsEnd() throws Exception {
        String user = next();
        Ended last = haltedAt(users.migration(user), POINTS.toArray(String[]::new));
        assertTrue(last.line("result").endsWith("alreadyDone=true"), last::toString);
        users.assertEndsLikeUndisturbed(user, new Ended(last.exit(), last.lines().stream()
                .map(line -> line.replace("alreadyDone=true", "alreadyDone=false")).toList()));
    }

    @TestFactory
    List<DynamicTest> aRunKilledAtAnyInstantIsEndedByAnother() throws Exception {
        return random(RANDOM, 1);
    }

    @Tag("soak")
    @TestFactory
    List<DynamicTest> aRunKilledAtAnyInstantIsEndedByAnotherAHundredTimes() throws Exception {
        return random(SOAK, 2);
    }

    private static List<DynamicTest> random(int count, long seed) throws Exception {
        List<String> names = new ArrayList<>();
        List<Attack> attacks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Random random = new Random(1000 * seed + i);
            int kills = 1 + random.nextInt(2);
            long[] delays = random.longs(kills, 0, users.undisturbedMillis()).toArray();
            names.add(Arrays.toString(delays) + " ms");
            attacks.add(migration -> killedAfter(migration, delays));
        }
        return tests(names, attacks);
    }

    private static Ended haltedAt(SeparateMigration migration, String... points) throws Exception {
        for (String point : points) {
            Ended killed = migration.run("halt=" + point);
            assertTrue(killed.wasKilled(), () -> point + ": " + killed);
        }
        return migration.run("verify=1");
    }

    /** Delays from when the process begins with the user; it may have ended by then. */
    private static Ended killedAfter(SeparateMigration migration, long... delays) throws Exception {
        for (long delay : delays) {
            Ended killed = migration.run(process -> {
                try {
                    Thread.sleep(delay);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                process.toHandle().destroyForcibly();
            });
            assertTrue(killed.wasKilled() || killed.succeeded(), killed::toString);
            if (killed.succeeded()) {
                break;
            }
        }
        return migration.run("verify=1");
    }

    private static String next() throws Exception {
        String user = SameUsers.name(used++);
        users.prepare(user);
        return user;
    }

    /** Attacks several users at once, and looks at them one by one. */
    private static List<DynamicTest> tests(List<String> names, List<Attack> attacks) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < attacks.size(); i++) {
            String user = next();
            Attack attack = attacks.get(i);
            Future<Ended> ended = pool.submit(() -> attack.on(users.migration(user)));
            tests.add(DynamicTest.dynamicTest(names.get(i), () -> {
                Ended last = ended.get();
                boolean wasDone = last.line("result").endsWith("alreadyDone=true");
                users.assertEndsLikeUndisturbed(user, last);
                assertEquals(wasDone, last.lines().stream().noneMatch(line -> line.equals("reached DONE")));
            }));
        }
        pool.shutdown();
        return tests;
    }
}
