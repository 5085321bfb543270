package io.roost.migrate;

import static io.roost.migrate.MigratedUser.changes;
import static io.roost.migrate.MigratedUser.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.mdbox.MailboxIndex;
import io.roost.mdbox.MapIndex;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.RequiresDovecot;

/** What administrators and Dovecot itself do with a migrated user. Nothing is logged but where a test says so. */
@RequiresDovecot
class DovecotMaintainsTest {
    private static final String LOCATION = "mdbox:~/mdbox:ALT=~/alt";
    private static final Set<PosixFilePermission> NOTHING = Set.of();

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with(LOCATION).users("purge", "altmove", "resync", "index", "quota", "sizes", "search", "backup",
                "login").config("mail_plugins = quota\nplugin {\n  quota = count:User quota\n  quota_vsizes = yes\n}").start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    private static MigratedUser migrated(String user) throws Exception {
        return MigratedUser.of(dovecot, user, new Migrations(state),
                MaildirSample.of(dovecot.home(user).resolve("Maildir"), 9, 6), LOCATION);
    }

    @Test
    void aPurgeFindsNothingToDo() throws Exception {
        MigratedUser user = migrated("purge");
        MailboxView before = user.view();
        List<Path> files = user.dataFiles();
        long size = user.dataSize();
        dovecot.doveadm("purge", "-u", "purge").succeeded();
        assertEquals(files, user.dataFiles());
        assertEquals(size, user.dataSize());
        MailboxView.assertSame(before, user.view());
    }

    @Test
    void altmoveMovesMailsToTheOtherStorage() throws Exception {
        MigratedUser user = migrated("altmove");
        MailboxView before = user.view();
        Path link = user.mdbox().resolve("dbox-alt-root");
        assertEquals(dovecot.home("altmove").resolve("alt"), Files.readSymbolicLink(link));

        dovecot.doveadm("altmove", "-u", "altmove", "mailbox", "Sent").succeeded();
        dovecot.doveadm("purge", "-u", "altmove").succeeded();

        MapIndex map = user.map();
        MailboxIndex sent = user.index("Sent");
        for (int i = 0; i < sent.size(); i++) {
            String file = "storage/m." + map.placement(map.find(sent.mapUid(i))).fileId();
            assertTrue(Files.exists(dovecot.home("altmove").resolve("alt").resolve(file)), file);
        }
        MailboxView.assertSame(before, user.view());
    }

    @Test
    void forceResyncFindsEverythingWhereItIs() throws Exception {
        MigratedUser user = migrated("resync");
        MailboxView before = user.view(Ignoring.HIGHEST_MODSEQ);
        user.forceResync();
        MailboxView.assertSame(before, user.view(Ignoring.HIGHEST_MODSEQ));
        dovecot.doveadm("purge", "-u", "resync").succeeded();
        MailboxView.assertSame(before, user.view(Ignoring.HIGHEST_MODSEQ));
    }

    @Test
    void indexFillsTheCache() throws Exception {
        MigratedUser user = migrated("index");
        MailboxView before = user.view();
        dovecot.doveadm("index", "-u", "index", "*").succeeded();
        MailboxView.assertSame(before, user.view());
    }

    @Test
    void quotaIsCountedWithoutOpeningADataFile() throws Exception {
        MigratedUser user = migrated("quota");
        long size = user.view().lines().stream().filter(l -> l.startsWith("mail "))
                .mapToLong(l -> Long.parseLong(MailboxView.field(l, "size.virtual"))).sum();
        setPermissions(user.dataFiles(), NOTHING);
        try {
            String expected = "STORAGE\t" + (size + 1023) / 1024;
            for (String command : List.of("get", "recalc", "get")) {
                List<String> lines = dovecot.doveadm("-f", "tab", "quota", command, "-u", "quota").succeeded().lines();
                assertTrue(command.equals("recalc") || lines.stream().anyMatch(l -> l.contains(expected + "\t")), lines::toString);
            }
            dovecot.assertLogClean();
            assertFalse(dovecot.doveadm("fetch", "-u", "quota", "text", "mailbox", "Sent").stderr().isEmpty(), "really unreadable");
            dovecot.forgetLog();
        } finally {
            setPermissions(user.dataFiles(), PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void sizesOfMailboxesAreReadFromTheirHeaders() throws Exception {
        Path home = dovecot.home("sizes");
        dovecot.own(MaildirSample.of(home.resolve("Maildir"), 9, 6).write());
        MailboxView before = MailboxView.at(dovecot, "sizes", "maildir:~/Maildir");
        new Migrations(state).migrate(Migrations.account("sizes", home));
        Map<String, Long> logs = indexLogSizes(home.resolve("mdbox"));
        try (ImapClient imap = dovecot.imap("sizes")) {
            for (String mailbox : List.of("INBOX", "Sent", "Empty", "Emptied")) {
                String answer = "* STATUS " + mailbox + " (MESSAGES " + status(before, mailbox, "messages") + " SIZE "
                        + status(before, mailbox, "vsize") + ")";
                List<String> answers = imap.command("STATUS " + mailbox + " (MESSAGES SIZE)");
                assertTrue(answers.contains(answer), () -> answer + " in " + answers);
            }
        }
        assertEquals(logs, indexLogSizes(home.resolve("mdbox")), "nothing had to be counted and written");
    }

    private static Map<String, Long> indexLogSizes(Path mdbox) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> all = Files.walk(mdbox)) {
            for (Path log : (Iterable<Path>) all.filter(p -> p.endsWith("dovecot.index.log"))::iterator) {
                sizes.put(mdbox.relativize(log).toString(), Files.size(log));
            }
        }
        return sizes;
    }

    private static void setPermissions(List<Path> files, Set<PosixFilePermission> permissions) throws IOException {
        for (Path file : files) {
            Files.setPosixFilePermissions(file, permissions);
        }
    }

    @Test
    void searchesFindTheSameMails() throws Exception {
        migrated("search");
        for (String query : List.of("TEXT odd", "BODY lone", "HEADER Subject message OLD", "SEEN KEYWORD Work", "SINCE 2014-06-01",
                "SAVEDSINCE 2014-06-01", "LARGER 9000 UNSEEN", "FROM anna UID 1:10", "HEADER Message-ID example.org NOT SEEN")) {
            List<String> found = search("maildir:~/Maildir", query);
            assertFalse(found.isEmpty(), query);
            assertEquals(found, search(LOCATION, query), query);
        }
        assertEquals(7, search(LOCATION, "SUBJECT 'message 3'").size(), "one in each of the sample's ordinary mailboxes");
    }

    private static List<String> search(String location, String query) throws IOException {
        String[] options = {"-o", "mail=" + location, "search", "-u", "search"};
        String[] terms = query.startsWith("SUBJECT") ? new String[] {"SUBJECT", "message 3"} : query.split(" ");
        return dovecot.doveadm(Stream.concat(Stream.of(options), Stream.of(terms)).toArray(String[]::new)).succeeded().lines()
                .stream().sorted()
                .toList();
    }

    @Test
    void aBackupOfTheMdboxIsTheSame() throws Exception {
        MigratedUser user = migrated("backup");
        Ignoring[] asBackupDoes = {Ignoring.SAVED_DATE, Ignoring.HIGHEST_MODSEQ};
        MailboxView before = user.view(asBackupDoes);
        dovecot.doveadm("backup", "-u", "backup", "mdbox:~/other").succeeded();
        MailboxView copy = MailboxView.at(dovecot, "backup", "mdbox:~/other", asBackupDoes);
        // Dovecot saves CR LF as LF, and drops a CR at the very end, be it from a Maildir or an mdbox.
        List<String> changed = changes(before, copy).stream().filter(l -> !l.contains(" uid=000000000")).toList();
        assertEquals(2, changed.size(), changed::toString);
        assertTrue(changed.stream().allMatch(l -> l.contains(" status INBOX ")), changed::toString);
        assertEquals(Set.of("0000000002", "0000000003", "0000000005"), changes(before, copy).stream()
                .filter(l -> l.contains(" mail ")).map(l -> MailboxView.field(l, "uid")).collect(Collectors.toSet()));
        MailboxView.assertSame(before, user.view(asBackupDoes));
    }

    @Test
    void theFirstLoginScansNoTemporaryFiles() throws Exception {
        MigratedUser user = migrated("login");
        Path mailbox = user.mdbox().resolve("mailboxes/Sent/dbox-Mails");
        long scanned = user.index("Sent").header().lastTempFileScan();
        Files.setPosixFilePermissions(mailbox, PosixFilePermissions.fromString("-wx------"));
        try (ImapClient imap = dovecot.imap("login")) {
            imap.command("SELECT Sent");
            imap.command("FETCH 1:* (FLAGS RFC822.SIZE BODY[])");
        }
        dovecot.assertLogClean();
        while (System.currentTimeMillis() / 1000 < scanned + 2) {
            Thread.sleep(100);
        }
        dovecot.doveadm("-o", "mail_temp_scan_interval=1s", "fetch", "-u", "login", "uid", "mailbox", "Sent");
        assertTrue(dovecot.logLines().stream().anyMatch(l -> l.contains("opendir(" + mailbox + ") failed")), "a scan would have shown");
        dovecot.forgetLog();
        Files.setPosixFilePermissions(mailbox, PosixFilePermissions.fromString("rwx------"));
    }
}
