package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.migrate.SeparateMigration.Ended;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** To whom an mdbox belongs, and its modes, beside one that {@code doveadm backup} makes in the same place. */
@RequiresDovecot
@Requires(Ability.ROOT)
class OwnershipTest {
    private static final int USERS = 60;
    private static final int GROUP = 6000;

    private static DovecotInstance dovecot;
    private static Path readable;
    private static List<String> classPath;
    private static int used;
    private String roosts;
    private String dovecots;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("maildir:~/Maildir").numberedUsers(USERS).start();
        readable = Files.createTempDirectory("roost-classes");
        classPath = readableClassPath();
    }

    /** Copies of what is on the class path, which may lie below a home that is closed to others. */
    private static List<String> readableClassPath() throws Exception {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.exists(Path.of(entry))) {
                copies.add(MaildirBuilder.copy(Path.of(entry),
                        readable.resolve(copies.size() + "-" + Path.of(entry).getFileName())).toString());
            }
        }
        run("chmod", "-R", "a+rX", readable.toString());
        return copies;
    }

    @AfterAll
    static void stop() throws Exception {
        if (dovecot != null) {
            dovecot.close();
        }
        if (readable != null) {
            run("rm", "-rf", readable.toString());
        }
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), () -> String.join(" ", command));
    }

    @BeforeEach
    void nextUsers() throws Exception {
        roosts = "u" + used++;
        dovecots = "u" + used++;
        for (String user : List.of(roosts, dovecots)) {
            MaildirBuilder maildir = MaildirBuilder.in(home(user).resolve("Maildir"));
            maildir.mailbox("INBOX").add(SampleMail.of("Subject: a\n\nb\n").keywords("kw"));
            maildir.mailbox("Work/nested").add(SampleMail.of("Subject: a\n\nb\n"));
            maildir.subscribe("INBOX");
            maildir.write();
            dovecot.own(home(user));
        }
    }

    private static Path home(String user) {
        return dovecot.home(user);
    }

    private void eachHome(String... command) throws Exception {
        for (String user : List.of(roosts, dovecots)) {
            List<String> all = new ArrayList<>(List.of(command));
            all.add(home(user).toString());
            run(all.toArray(String[]::new));
        }
    }

    /** Owner, group and mode of all that both have, and the allowed modes of what only one has, by path. */
    private static Map<String, String> modes(Path tree) throws IOException {
        Map<String, String> modes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Map<String, Object> a = Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
                modes.put(tree.relativize(path).toString(), String.format("%o %s %s", (int) a.get("mode"), a.get("uid"), a.get("gid")));
            }
        }
        return modes;
    }

    /** Compares with what {@code doveadm backup} makes for a user in the same circumstances. */
    private void assertAsDovecotWould(String target) throws Exception {
        dovecot.doveadm("-o", "mail=" + target, "backup", "-R", "-u", dovecots, "maildir:~/Maildir").succeeded();
        Map<String, String> expected = modes(home(dovecots).resolve("mdbox"));
        Map<String, String> found = modes(home(roosts).resolve("mdbox"));
        List<String> files = new ArrayList<>();
        found.forEach((path, mode) -> {
            if (expected.containsKey(path)) {
                assertEquals(expected.get(path), mode, path);
                files.add(path);
            } else if (path.matches("dovecot-uidvalidity\\.\\w+")) {
                // The one file that Dovecot makes with a fixed mode.
                assertEquals(expected.get("storage/m.1").replaceFirst("\\d+", "100444"), mode);
            } else {
                assertEquals(expected.get("storage/m.1"), mode, path);
            }
        });
        assertTrue(files.containsAll(List.of("", "storage", "storage/m.1", "mailboxes/INBOX/dbox-Mails", "subscriptions",
                "mailboxes/Work/nested/dbox-Mails/dovecot.index.log")), files::toString);
        MailboxView.assertSame(MailboxView.at(dovecot, dovecots, target, MailboxView.Ignoring.SAVED_DATE,
                MailboxView.Ignoring.HIGHEST_MODSEQ),
                MailboxView.at(dovecot, roosts, target, MailboxView.Ignoring.SAVED_DATE, MailboxView.Ignoring.HIGHEST_MODSEQ));
        dovecot.assertLogClean();
    }

    private void migrateAsRoot(Path temp) throws Exception {
        Ended ended = new SeparateMigration(temp.resolve("state"), roosts, home(roosts)).umask("027").run("verify=1");
        assertTrue(ended.succeeded(), ended::toString);
    }

    /** As the owner of the mail, who may do nothing special. */
    private SeparateMigration asOwner(Path state, String... groups) throws Exception {
        List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=" + dovecot.mailUid(), "--regid=" + dovecot.mailGid(),
                "--inh-caps=-all", "--bounding-set=-all"));
        command.add(groups.length == 0 ? "--clear-groups" : "--groups=" + String.join(",", groups));
        return new SeparateMigration(state, roosts, home(roosts)).under(command.toArray(String[]::new)).withClassPath(classPath);
    }

    private Path stateOfOwner() throws Exception {
        return dovecot.own(Files.createDirectory(home(roosts).resolveSibling("state-" + roosts)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"700", "755", "770", "1777"})
    void ofADirectoryThatIsNotSetgidNothingIsTaken(String mode, @TempDir Path temp) throws Exception {
        eachHome("chmod", mode);
        run("chmod", "-R", "g+rwX,o+rX", home(roosts).resolve("Maildir").toString(), home(dovecots).resolve("Maildir").toString());
        migrateAsRoot(temp);
        assertAsDovecotWould("mdbox:~/mdbox");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2700", "2710", "2750", "2755", "2770", "2775"})
    void ofASetgidHomeGroupAndModesAreTaken(String mode, @TempDir Path temp) throws Exception {
        eachHome("chgrp", "" + GROUP);
        eachHome("chmod", mode);
        migrateAsRoot(temp);
        assertAsDovecotWould("mdbox:~/mdbox");
    }

    @Test
    void outsideOfTheHomeASetgidDirectoryGivesItsGroupOnly(@TempDir Path temp) throws Exception {
        eachHome("chgrp", "" + GROUP);
        eachHome("chmod", "2770");
        // The same directory, with Roost told of another home.
        Ended ended = new SeparateMigration(temp.resolve("state"), roosts, Path.of("/nonexistent"))
                .set("from", "maildir:" + home(roosts).resolve("Maildir")).set("to", "mdbox:" + home(roosts).resolve("mdbox"))
                .run("verify=1");
        assertTrue(ended.succeeded(), ended::toString);
        assertAsDovecotWould("mdbox:" + home(dovecots).resolve("mdbox"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "022", "027", "077"})
    void theOwnerNeedsNoPrivilegeWhateverTheUmask(String umask) throws Exception {
        Ended ended = asOwner(stateOfOwner()).umask(umask).run("verify=1");
        assertTrue(ended.line("verified").startsWith("equal=true mails=2"), ended::toString);
        assertAsDovecotWould("mdbox:~/mdbox");
    }

    @ParameterizedTest
    @CsvSource({"2770, true", "2750, true", "2770, false"})
    void theOwnerBelowASetgidDirectory(String mode, boolean member) throws Exception {
        eachHome("chgrp", "" + GROUP);
        eachHome("chmod", mode);
        SeparateMigration migration = member ? asOwner(stateOfOwner(), "" + GROUP) : asOwner(stateOfOwner());
        Ended ended = migration.run("verify=1");
        assertTrue(ended.succeeded(), ended::toString);
        assertAsDovecotWould("mdbox:~/mdbox");
    }

    @Test
    void somebodyElsesMailIsRefused() throws Exception {
        run("chown", "-R", "5001:5001", home(roosts).toString());
        run("chmod", "-R", "a+rwX", home(roosts).toString());
        Ended ended = asOwner(stateOfOwner()).run();
        assertEquals("TARGET the mail of " + roosts + " belongs to the uid 5001, and Roost runs as 5000, who cannot give files away: "
                + "run it as that uid, or as root", ended.line("failed"));
        assertTrue(Files.notExists(home(roosts).resolve("mdbox")));
        run("chown", "-R", "5000:5000", home(roosts).toString());
    }

    @Test
    void aStateDirectoryThatCannotBeWrittenIsRefused(@TempDir Path temp) throws Exception {
        Path state = Files.createDirectories(home(roosts).resolveSibling("state-of-root"));
        // A migration in this process clears its umask.
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
        Ended ended = asOwner(state).run();
        assertEquals(MigrationProcess.FAILED, ended.exit(), ended::toString);
        assertTrue(ended.line("failed").startsWith("STORE the checkpoint store in " + state + " cannot be opened: "), ended::toString);
        assertTrue(ended.line("failed").contains("Permission denied"), ended::toString);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
        Ended closed = asOwner(state).run();
        assertTrue(closed.line("failed").startsWith("STORE the state directory cannot be used: cannot open " + state), closed::toString);
        assertTrue(Files.notExists(home(roosts).resolve("mdbox")));
    }

    @Test
    void aHomeThatCannotBeWrittenIsRefused() throws Exception {
        run("chown", "root:root", home(roosts).toString());
        run("chmod", "755", home(roosts).toString());
        Ended ended = asOwner(stateOfOwner()).run();
        assertEquals("IO cannot create directory " + home(roosts) + "/.mdbox.roost: Permission denied", ended.line("failed"));
    }

    @Test
    void unreadableFilesAndMailboxesAreNamed() throws Exception {
        Path mail = Files.list(home(roosts).resolve("Maildir/cur")).findFirst().orElseThrow();
        Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("---------"));
        Path state = stateOfOwner();
        Ended refused = asOwner(state).run();
        assertTrue(refused.line("failed").startsWith("SOURCE one thing cannot be carried over: unreadable: INBOX: " + mail),
                refused::toString);
        assertTrue(refused.line("failed").contains("Permission denied"), refused::toString);
        assertTrue(Files.notExists(home(roosts).resolve("mdbox")));

        Ended carriedOn = asOwner(state).run("skip=1");
        assertTrue(carriedOn.succeeded(), carriedOn::toString);
        assertTrue(carriedOn.line("skipped").startsWith("unreadable: INBOX: " + mail), carriedOn::toString);
        assertEquals(1, MailboxView.at(dovecot, roosts, "mdbox:~/mdbox").mailCount());
        dovecot.assertLogClean();
    }
}
