package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;

/** Missing mounts are in {@link RefusalsTest}. */
class TargetParentsTest {
    @TempDir
    Path temp;
    private FileStatus source;

    @BeforeEach
    void maildir() throws Exception {
        Path maildir = Files.createDirectories(temp.resolve("home/Maildir"));
        source = OpenDirectory.statusOf(ByteString.ofText(maildir.toString())).orElseThrow();
        OpenDirectory.clearUmask();
    }

    private Account account(String target) throws Exception {
        return Migrations.account("anna", temp.resolve("home"), "maildir:~/Maildir", target);
    }

    @Test
    void givesTheDirectoryThatTheMdboxWillLieIn() throws Exception {
        FileStatus home = OpenDirectory.statusOf(ByteString.ofText(temp.resolve("home").toString())).orElseThrow();
        assertTrue(home.sameFile(TargetParents.prepare(account("mdbox:~/mdbox"), source)));
        assertTrue(home.sameFile(TargetParents.check(account("mdbox:~/mdbox"), source)));
        assertEquals(Kind.TARGET, assertThrows(MigrationException.class,
                () -> TargetParents.prepare(account("mdbox:~/not/there/mdbox"), source)).kind());
    }

    @Test
    void createsWhatIndexAndControlNeedAboveThemselves() throws Exception {
        Account account = account("mdbox:~/mdbox:INDEX=" + temp + "/index/example.org/anna:CONTROL=" + temp + "/control/anna");
        TargetParents.check(account, source);
        assertFalse(Files.exists(temp.resolve("index")));
        TargetParents.prepare(account, source);
        for (String made : new String[] {"index", "index/example.org", "control"}) {
            assertEquals(0700, (int) Files.getAttribute(temp.resolve(made), "unix:mode") & 07777, made);
            assertEquals(source.uid(), Files.getAttribute(temp.resolve(made), "unix:uid"), made);
        }
        assertFalse(Files.exists(temp.resolve("index/example.org/anna")));
        assertFalse(Files.exists(temp.resolve("control/anna")));
        TargetParents.prepare(account, source);
    }

    @Test
    @Requires(Ability.ROOT)
    void goesOnWithAParentThatAKilledRunHasNotGivenAway() throws Exception {
        Files.createDirectories(temp.resolve("index/.example.org.roost"));
        Files.setAttribute(temp.resolve("home/Maildir"), "unix:uid", 5000);
        source = OpenDirectory.statusOf(ByteString.ofText(temp.resolve("home/Maildir").toString())).orElseThrow();
        TargetParents.prepare(account("mdbox:~/mdbox:INDEX=" + temp + "/index/example.org/anna"), source);
        assertEquals(5000, Files.getAttribute(temp.resolve("index/example.org"), "unix:uid"));
        assertFalse(Files.exists(temp.resolve("index/.example.org.roost")));
    }

    @Test
    @Requires(Ability.ROOT)
    void refusesAParentThatIsClosedToTheOwner() throws Exception {
        Files.setAttribute(temp.resolve("home/Maildir"), "unix:uid", 5000);
        source = OpenDirectory.statusOf(ByteString.ofText(temp.resolve("home/Maildir").toString())).orElseThrow();
        Path closed = Files.createDirectories(temp.resolve("index/example.org"));
        Files.setAttribute(closed, "unix:uid", 5001);
        Account account = account("mdbox:~/mdbox:INDEX=" + closed + "/anna");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        assertEquals(closed + " is closed to all but the uid 5001 (mode 0700), and the mail of anna belongs to 5000, who could not reach "
                + "an mdbox in it: let them through (chmod o+x), or name another place",
                assertThrows(MigrationException.class, () -> TargetParents.check(account, source)).getMessage());
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx-----x"));
        TargetParents.check(account, source);
    }

    @Test
    void createsNothingWithinTheMailRoot() throws Exception {
        TargetParents.prepare(account("mdbox:~/mdbox:INDEX=~/mdbox/index:CONTROL=~/mdbox/control"), source);
        assertFalse(Files.exists(temp.resolve("home/mdbox")));
    }

    @Test
    void anEmptyAltIsFine() throws Exception {
        Files.createDirectories(temp.resolve("alt/storage/not-a-data-file"));
        TargetParents.prepare(account("mdbox:~/mdbox:ALT=" + temp + "/alt"), source);
        TargetParents.prepare(account("mdbox:~/mdbox:ALT=" + temp + "/not-there"), source);
    }
}
