package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.migrate.SeparateMigration.Ended;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/**
 * Lets single system calls fail, as a file server does that has gone away or filled up: strace puts the error in their place. The
 * run fails with a message that names the error, and the next one ends as if nothing had been.
 */
@RequiresDovecot
@Requires(Ability.STRACE)
class FailingSystemCallTest {
    private static SameUsers users;
    private static Path calls;
    private static int used;

    @BeforeAll
    static void start(@TempDir Path temp) throws Exception {
        users = new SameUsers(temp, 1000, "mdbox:~/mdbox:INDEX=~/index", 3);
        calls = temp.resolve("calls");
    }

    @AfterAll
    static void stop() throws Exception {
        if (users != null) {
            users.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"fdatasync, ENOSPC, 2", "fdatasync, EIO, 3", "renameat, EIO, 2", "fsync, ESTALE, 1", "fsync, EIO, 4",
            "fsync, EDQUOT, 4", "syncfs, EIO, 1"})
    void oneCallThatFailsCostsNothingButTheRun(String call, String error, int number) throws Exception {
        assertTrue(fail(call, error, number));
    }

    @Tag("soak")
    @ParameterizedTest
    @CsvSource({"fdatasync, ENOSPC", "fdatasync, EIO", "renameat, EIO", "renameat, ENOSPC", "fsync, EIO", "fsync, EDQUOT",
            "syncfs, EIO", "mkdirat, EDQUOT",
        "unlinkat, EIO", "ftruncate, EIO", "fchown, EPERM", "getdents64, ESTALE"})
    void eachCallThatFailsCostsNothingButTheRun(String call, String error) throws Exception {
        int number = 1;
        while (fail(call, error, number)) {
            number++;
        }
        // The last one was never made.
        assertTrue(number > 2);
    }

    /** Returns whether there were so many calls; counted in each thread. */
    private static boolean fail(String call, String error, int number) throws Exception {
        String user = SameUsers.name(used++);
        users.prepare(user);
        Ended ended = users.migration(user).under("strace", "-f", "-qq", "-o", calls.toString(), "-e", "trace=" + call, "-e",
                "inject=" + call + ":error=" + error + ":when=" + number).run("verify=1");
        boolean injected = Files.readString(calls, java.nio.charset.StandardCharsets.ISO_8859_1).contains("(INJECTED)");
        if (ended.succeeded()) {
            // Not called so often, or a failure that does not matter, such as when tidying up.
            users.assertEndsLikeUndisturbed(user, ended);
            return injected;
        }
        assertTrue(injected, ended::toString);
        assertEquals(MigrationProcess.FAILED, ended.exit(), ended::toString);
        assertTrue(ended.line("failed").matches(".*(No space left on device|file system is full|Input/output error|EIO|Stale file handle|"
                + "Disk quota exceeded|Operation not permitted).*"), ended::toString);
        users.assertEndsLikeUndisturbed(user, users.migration(user).run("verify=1"));
        return true;
    }
}
