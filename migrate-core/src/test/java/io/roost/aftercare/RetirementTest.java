package io.roost.aftercare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.dovecot.MailLocation;
import io.roost.gate.GateException;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.migrate.UserMigration;
import io.roost.posix.ByteString;
import io.roost.testing.MaildirSample;

class RetirementTest {
    private static final Duration TWO_WEEKS = Duration.ofDays(14);

    @TempDir
    Path temp;
    private Path home;
    private Path maildir;
    private Account account;
    private UserRecord record;
    private Instant later;

    @BeforeEach
    void migrate() throws Exception {
        home = Files.createDirectories(temp.resolve("home/anna"));
        maildir = home.resolve("Maildir");
        MaildirSample.of(maildir, 3, 2).write();
        account = account("maildir:~/Maildir", "mdbox:~/mdbox");
        run();
        later = Instant.now().plus(TWO_WEEKS).plusSeconds(60);
    }

    private Account account(String from, String to) throws Exception {
        String at = ByteString.ofText(home.toString());
        return new Account("anna", at, -1, -1, MailLocation.parse(from, at), MailLocation.parse(to, at));
    }

    private void run() throws Exception {
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            new UserMigration(account, Settings.defaults(), store, event -> { }).run();
            record = store.user("anna").orElseThrow();
        }
    }

    private Retirement retirement() {
        return new Retirement(account, Settings.defaults());
    }

    private String refusal() {
        return assertThrows(GateException.class, () -> retirement().check(record, account.target(), TWO_WEEKS, later)).getMessage();
    }

    @Test
    void goesToTheTrash() throws Exception {
        List<String> before = tree(maildir);
        Retirement.Inventory inventory = retirement().check(record, account.target(), TWO_WEEKS, later);
        assertTrue(inventory.present() > 20, inventory.toString());
        assertEquals(0, inventory.since() + inventory.left());
        assertEquals(before, tree(maildir));
        Instant now = Instant.parse("2026-12-24T12:34:56Z");
        List<String> moved = retirement().retire(Optional.empty(), now);
        Path trash = home.resolve(".roost-trash/Maildir-20261224-123456");
        assertEquals(List.of(trash.toString()), moved);
        assertFalse(Files.exists(maildir));
        assertEquals(before, tree(trash));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(trash.getParent())));
        // again: done already
        assertEquals(new Retirement.Inventory(0, 0, 0), retirement().check(record, account.target(), TWO_WEEKS, later));
        assertEquals(List.of(), retirement().retire(Optional.empty(), now));
    }

    @Test
    void severalTreesAndATrashOfItsOwn() throws Exception {
        Files.createDirectories(temp.resolve("index/anna"));
        Files.createDirectories(temp.resolve("shared/anna"));
        Files.writeString(temp.resolve("index/anna/x"), "x");
        account = account("maildir:~/Maildir:INDEX=" + temp + "/index/anna:CONTROL=" + temp + "/shared/anna",
                "mdbox:~/mdbox:INDEX=" + temp + "/shared/anna");
        Path trash = Files.createDirectory(temp.resolve("trash"));
        Files.createDirectory(trash.resolve("Maildir-20261224-123456"));
        assertEquals(List.of(trash + "/anna-20261224-123456", trash + "/Maildir-20261224-123456.2"),
                retirement().retire(Optional.of(trash.toString()), Instant.parse("2026-12-24T12:34:56Z")));
        assertTrue(Files.exists(temp.resolve("shared/anna")), "the mdbox's too");
        MaildirSample.of(maildir, 4, 1).write();
        assertThrows(IOException.class, () -> retirement().retire(Optional.of(temp + "/none"), later));
        assertTrue(Files.exists(maildir));
    }

    @Test
    void whatTheUserdbAndTheStoreSay() throws Exception {
        String why = assertThrows(GateException.class, () -> retirement().check(record, account.source(), TWO_WEEKS, later)).getMessage();
        assertTrue(why.contains("the userdb says that the mail is at maildir:"), why);
        later = Instant.now().plus(TWO_WEEKS).minusSeconds(60);
        assertTrue(refusal().contains("less than 336 hours ago"), refusal());
        later = later.plusSeconds(200);
        record = record.withState(UserState.PUBLISHED, 0);
        assertTrue(refusal().contains("it is published in the checkpoint store"), refusal());
        record = record.withState(UserState.DONE, 0).withLocations("maildir:/elsewhere", record.target());
        assertTrue(refusal().contains("the migration was from maildir:/elsewhere"), refusal());
        assertTrue(Files.exists(maildir));
    }

    /** Expunged since is no matter; but what came later and is nowhere else is. */
    @Test
    void mailsThatAreNotThere() throws Exception {
        Path mail = first(maildir.resolve("cur"));
        byte[] content = Files.readAllBytes(mail);
        FileTime time = Files.getLastModifiedTime(mail);
        content[content.length - 1] ^= 1;
        Files.write(mail, content);
        assertTrue(refusal().contains("INBOX: cur/" + mail.getFileName()), refusal());
        content[content.length - 1] ^= 1;
        Files.write(mail, content);
        Files.setLastModifiedTime(mail, time);
        retirement().check(record, account.target(), TWO_WEEKS, later);
        Path late = Files.writeString(maildir.resolve("new/1800000000.M1P1.late"), "Subject: late\n\nlate\n");
        assertTrue(refusal().contains("1 mails of the Maildir are not in the mdbox"), refusal());
        assertTrue(refusal().contains(late.getFileName().toString()), refusal());
        // It came between the last snapshot and the end of the migration: older than that, and in no mdbox.
        record = record.withState(UserState.DONE, System.currentTimeMillis() + 1000);
        later = later.plusSeconds(60);
        assertTrue(refusal().contains(late.getFileName().toString()), refusal());
        // the same mail as something that was there long before: the user has expunged it from the mdbox
        long published = System.currentTimeMillis() + Duration.ofHours(2).toMillis();
        record = record.withState(UserState.PUBLISHED, published).withState(UserState.DONE, published);
        later = later.plus(Duration.ofHours(3));
        assertEquals(1, retirement().check(record, account.target(), TWO_WEEKS, later).since());
        Files.delete(late);
    }

    /** A mail that came late in the cutover: in the Maildir it has another UID than in the mdbox, and its file is young. */
    @Test
    void mailsThatHaveOtherUids() throws Exception {
        Path uidlist = maildir.resolve("dovecot-uidlist");
        List<String> lines = new ArrayList<>(Files.readAllLines(uidlist, StandardCharsets.ISO_8859_1));
        String last = lines.remove(lines.size() - 1);
        long uid = Long.parseLong(last.substring(0, last.indexOf(' ')));
        lines.add(uid + 50 + last.substring(last.indexOf(' ')));
        lines.set(0, lines.get(0).replaceFirst(" N[0-9]+", " N" + (uid + 51)));
        String base = last.substring(last.indexOf(':') + 1).replaceFirst(":.*", "");
        try (Stream<Path> all = Files.walk(maildir)) {
            Path file = all.filter(p -> p.getFileName().toString().startsWith(base)).findFirst().orElseThrow();
            Files.setLastModifiedTime(file, Files.getLastModifiedTime(file));
        }
        Retirement.Inventory before = retirement().check(record, account.target(), TWO_WEEKS, later);
        Files.write(uidlist, lines, StandardCharsets.ISO_8859_1);
        assertEquals(before, retirement().check(record, account.target(), TWO_WEEKS, later));
    }

    @Test
    void oddDirectories() throws Exception {
        Path elsewhere = temp.resolve("elsewhere");
        Files.move(maildir, elsewhere);
        Files.createSymbolicLink(maildir, elsewhere);
        assertTrue(refusal().contains("it is a symbolic link"), refusal());
        assertThrows(GateException.class, () -> retirement().retire(Optional.empty(), later));
        Files.delete(maildir);
        Files.move(elsewhere, maildir);
        Path mdbox = home.resolve("mdbox");
        Files.move(mdbox, elsewhere);
        assertTrue(refusal().contains("there is no mdbox"), refusal());
        Files.move(elsewhere, mdbox);
        for (String[] locations : new String[][] {{"maildir:~/Maildir", "mdbox:~/Maildir/mdbox"}, {"maildir:~/mdbox/x", "mdbox:~/mdbox"},
            {"maildir:~", "mdbox:~/mdbox"}, {"maildir:" + temp, "mdbox:/elsewhere/mdbox"}}) {
            account = account(locations[0], locations[1]);
            assertThrows(GateException.class, () -> retirement().retire(Optional.empty(), later), locations[0]);
        }
        assertTrue(Files.exists(maildir));
        assertTrue(Files.exists(mdbox));
    }

    private static Path first(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(p -> p.getFileName().toString().endsWith("S")).sorted().findFirst().orElseThrow();
        }
    }

    private static List<String> tree(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(p -> root.relativize(p).toString()).sorted().toList();
        }
    }
}
