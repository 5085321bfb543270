package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

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
    private static final String TREES = "mdbox:~/mdbox:INDEX=~/index:CONTROL=~/control";
    private static final String CHANGES = "mkdirat,renameat,unlinkat,ftruncate,fdatasync,fsync,fchown,fchmod,symlinkat";

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
        int renames = killAtEach("renameat", 1, false);
        assertTrue(renames >= 3, () -> renames + " renames of three trees");
    }

    @Test
    void aRunKilledHereAndThereIsEnded() throws Exception {
        int stops = killAtEach(CHANGES, 17, false);
        assertTrue(stops >= 3, () -> stops + " stops");
    }

    @Tag("soak")
    @Test
    void aPublicationIntoDirectoriesThatExistIsTakenBackToo() throws Exception {
        int renames = killAtEach("renameat", 1, true);
        // storage and mailboxes; two UIDVALIDITY files and the subscriptions; the mail root
        assertTrue(renames >= 6, () -> renames + " renames");
    }

    @Tag("soak")
    @Test
    void aRunKilledWhileItRemovesAnythingIsEnded() throws Exception {
        int removals = killAtEach("unlinkat", 1, true);
        assertTrue(removals >= 3, () -> removals + " removals");
    }

    @Tag("soak")
    @Test
    void aRunKilledAtEachChangeIsEnded() throws Exception {
        int stops = killAtEach(CHANGES, 1, false);
        assertTrue(stops >= 50, () -> stops + " stops");
    }

    /** Kills one user's run after the other at the first, the next, ... call, until one comes to its end unharmed. */
    private int killAtEach(String calls, int step, boolean treesExist) throws Exception {
        for (int call = 1, killed = 0;; call += step, killed++) {
            String user = SameUsers.name(used++);
            users.prepare(user);
            if (treesExist) {
                for (String tree : new String[] {"index", "control"}) {
                    Files.writeString(Files.createDirectory(users.home(user).resolve(tree)).resolve("something else"), "");
                    users.dovecot().own(users.home(user).resolve(tree));
                }
            }
            Ended first = killedAt(user, calls, call);
            if (!first.wasKilled()) {
                users.assertEndsLikeUndisturbed(user, first);
                return killed;
            }
            // Every other run that goes on is killed as well, early.
            if (killed % 2 == 1) {
                Ended second = killedAt(user, calls, 1 + killed % 3);
                assertTrue(second.wasKilled() || second.succeeded(), second::toString);
            }
            Ended last = users.migration(user).run("verify=1");
            users.assertEndsLikeUndisturbed(user, last);
        }
    }

    private Ended killedAt(String user, String calls, int number) throws Exception {
        return users.migration(user).under("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + calls,
                "-e", "inject=" + calls + ":signal=SIGKILL:when=" + number).run("verify=1");
    }
}
