package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.migrate.SeparateMigration.Ended;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/**
 * Kills migrations with several trees just before one of the system calls that change anything, the next run too: strace counts
 * the calls and sends the signal. Between two renames of a publication, say, no random instant ever comes.
 */
@RequiresDovecot
@Requires(Ability.STRACE)
class KilledAtSystemCallTest {
    private static final String TREES = "mdbox:~/mdbox:INDEX=~/indexes/of/mdbox:CONTROL=~/control";
    /** One after the other: strace counts each by itself, so that of several at once only the most frequent is ever reached. */
    private static final List<String> CHANGES = List.of("mkdirat", "renameat", "unlinkat", "ftruncate", "fdatasync", "fsync", "fchown",
            "fchmod", "symlinkat", "syncfs", "pwrite64");
    private static final int ALL = Integer.MAX_VALUE;

    private static SameUsers users;
    private static int used;

    @BeforeAll
    static void start(@TempDir Path temp) throws Exception {
        users = new SameUsers(temp, 1500, TREES, 3);
    }

    @AfterAll
    static void stop() throws Exception {
        if (users != null) {
            users.close();
        }
    }

    @Test
    void aPublicationKilledBetweenRenamesIsTakenBackAndDoneAgain() throws Exception {
        int renames = killAtEach("renameat", false, ALL);
        assertTrue(renames >= 3, () -> renames + " renames of three trees");
    }

    /** Parents and the directory of the data files come first. */
    @Test
    void aRunKilledAsItGivesDirectoriesAwayIsEnded() throws Exception {
        assertEquals(4, killAtEach("fchown", false, 4));
        assertEquals(2, killAtEach("fchmod", false, 2));
    }

    @Test
    void aRunKilledAtTheFirstOfEachChangeIsEnded() throws Exception {
        int stops = 0;
        for (String call : CHANGES) {
            stops += killAtEach(call, false, 1);
        }
        assertTrue(stops >= 6, stops + " stops");
    }

    @Tag("soak")
    @Test
    void aPublicationIntoDirectoriesThatExistIsTakenBackToo() throws Exception {
        int renames = killAtEach("renameat", true, ALL);
        // storage and mailboxes; two UIDVALIDITY files and the subscriptions; the mail root
        assertTrue(renames >= 6, () -> renames + " renames");
    }

    @Tag("soak")
    @Test
    void aRunKilledWhileItRemovesAnythingIsEnded() throws Exception {
        int removals = killAtEach("unlinkat", true, ALL);
        assertTrue(removals >= 3, () -> removals + " removals");
    }

    @Tag("soak")
    @Test
    void aRunKilledAtEachChangeIsEnded() throws Exception {
        int stops = 0;
        for (String call : CHANGES) {
            stops += killAtEach(call, false, ALL);
        }
        assertTrue(stops >= 100, stops + " stops");
    }

    /**
     * Kills one user's run after the other at the first, the next, ... call, until one comes to its end unharmed or there were enough.
     *
     * @return how many were killed
     */
    private int killAtEach(String call, boolean treesExist, int enough) throws Exception {
        int killed = 0;
        for (; killed < enough; killed++) {
            String user = SameUsers.name(used++);
            users.prepare(user);
            if (treesExist) {
                for (String tree : new String[] {"indexes/of/mdbox", "control"}) {
                    Files.writeString(Files.createDirectories(users.home(user).resolve(tree)).resolve("something else"), "");
                    users.dovecot().own(users.home(user).resolve(tree.replaceFirst("/.*", "")));
                }
            }
            Ended first = killedAt(user, call, 1 + killed);
            if (!first.wasKilled()) {
                users.assertEndsLikeUndisturbed(user, first);
                return killed;
            }
            // Every other run that goes on is killed as well, early.
            if (killed % 2 == 1) {
                Ended second = killedAt(user, call, 1 + killed % 3);
                assertTrue(second.wasKilled() || second.succeeded(), second::toString);
            }
            Ended last = users.migration(user).run("verify=1");
            users.assertEndsLikeUndisturbed(user, last);
        }
        return killed;
    }

    private Ended killedAt(String user, String call, int number) throws Exception {
        return users.migration(user).under("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
                "-e", "inject=" + call + ":signal=SIGKILL:when=" + number).run("verify=1");
    }
}
