package io.roost.aftercare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
import io.roost.gate.AuthSocket;
import io.roost.gate.DictGate;
import io.roost.gate.Gate;
import io.roost.gate.GateException;
import io.roost.gate.MailChange;
import io.roost.gate.PasswdFileSwitch;
import io.roost.gate.RunIdentity;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.migrate.UserMigration;
import io.roost.posix.ByteString;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.MaildirSample;
import io.roost.testing.RequiresDovecot;

/** There and back, with a real Dovecot behind a real gate. */
@RequiresDovecot
class RollbackTest {
    private static final String USER = "anna";
    /** What being used changes by itself. */
    private static final Ignoring[] AS_USED = {Ignoring.RECENT, Ignoring.HIGHEST_MODSEQ};

    /** And a Maildir takes the time of a file for the time when the mail was saved. */
    private static final Ignoring[] AS_BACK = {Ignoring.RECENT, Ignoring.HIGHEST_MODSEQ, Ignoring.SAVED_DATE};

    @TempDir
    Path temp;
    private DovecotInstance dovecot;
    private Gate gate;
    private UserdbSwitch userdb;
    private Account account;
    private MailChange change;
    private Instant migrated;
    private final List<String> steps = new ArrayList<>();

    @BeforeEach
    void migrate() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path gates = Files.createDirectory(temp.resolve("gates"));
        Path dict = Files.writeString(temp.resolve("gate.conf.ext"), "uri = fs:posix:prefix=" + gates + "/\niterate_disable = yes\n"
                + "key gate {\n  key = %{sha256:user}\n  format = json\n}\nuserdb_objects = gate\n");
        dovecot = DovecotInstance.with("maildir:~/Maildir").users(USER)
                .before("userdb {\n  driver = dict\n  args = " + dict + "\n}").start();
        Path home = dovecot.home(USER);
        MaildirSample.of(home.resolve("Maildir"), 11, 5).write();
        dovecot.own(home);
        String at = ByteString.ofText(home.toString());
        account = new Account(USER, at, dovecot.mailUid(), dovecot.mailGid(), MailLocation.parse("maildir:~/Maildir", at),
                MailLocation.parse("mdbox:~/mdbox", at));
        change = new MailChange(USER, at, "maildir:~/Maildir", "mdbox:~/mdbox");
        AuthSocket auth = new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "imap");
        gate = new DictGate(gates.toString(), List.of(auth), RunIdentity.current(), Clock.systemUTC());
        userdb = new PasswdFileSwitch(dovecot.config().resolveSibling("users").toString(), "%u", Clock.systemUTC());
        migrated = Instant.now();
        migrateOnce();
        userdb.apply(change);
        awaitMail("mdbox:~/mdbox");
    }

    @AfterEach
    void stop() throws IOException {
        dovecot.close();
    }

    private void migrateOnce() throws Exception {
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            new UserMigration(account, Settings.defaults(), store, event -> { }).run();
        }
    }

    private void awaitMail(String location) throws Exception {
        for (int i = 0; !dovecot.doveadm("user", "-f", "mail", USER).text().strip().equals(location); i++) {
            assertTrue(i < 6000, "userdb never said " + location);
            Thread.sleep(10);
        }
    }

    private Rollback rollback(Seclusion seclusion) throws IOException {
        return new Rollback(account, change, Settings.defaults(), migrated, new Rollback.Tools(gate, "Your mailbox is being moved back",
                seclusion, userdb, DovecotProgram.doveadm(Optional.of(dovecot.config().toString())), Clock.systemUTC(), steps::add));
    }

    /** Mail that comes, goes and changes while the mdbox is in force. */
    private void use() throws IOException {
        dovecot.lmtp(USER, "From: x@example.org\nSubject: new\n\nnew\n");
        try (ImapClient imap = dovecot.imap(USER)) {
            imap.command("CREATE New/Box");
            imap.command("SUBSCRIBE New/Box");
            imap.append("New/Box", "(\\Flagged $Label1) \"01-Feb-2020 10:00:00 +0000\"", "Subject: appended\r\n\r\nhere\r\n");
            imap.append("Sent", "(\\Seen)", "Subject: sent\r\n\r\nthere\r\n");
            imap.command("SELECT Work");
            imap.command("STORE 1 +FLAGS (\\Answered NewKeyword)");
            imap.command("STORE 2 -FLAGS (\\Seen)");
            imap.command("STORE 3:4 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            imap.command("MOVE 1 New/Box");
            imap.command("DELETE Deep/a/b/c");
        }
    }

    @Test
    void everythingComesBack() throws Exception {
        use();
        MailboxView used = MailboxView.of(dovecot, USER, AS_BACK);
        List<String> refused = new ArrayList<>();
        Rollback.Outcome outcome = rollback(user -> refused.add(assertThrows(IOException.class, () -> dovecot.imap(user)).getMessage()))
                .run(true, Optional.empty());
        assertEquals(1, refused.size());
        assertFalse(outcome.wasBack());
        assertTrue(outcome.report().orElseThrow().mails() > 25);
        assertEquals(List.of("gate closed", "nobody is there", "synced", "verified", "switched to Maildir", "gate open"), steps);
        assertEquals(List.of(), gate.entries());
        assertEquals(Optional.empty(), userdb.field(USER));
        // dsync makes empty mailboxes of names that only had children; a Maildir has no others
        MailboxView back = MailboxView.of(dovecot, USER, AS_BACK);
        assertEquals(List.of(), used.difference(back).lines()
                .filter(l -> !l.matches("\\+ status (Deep|Deep/a|Deep/a/b|New|Work/2019|日本) messages=0 .*")).toList());
        assertEquals("maildir:~/Maildir", dovecot.doveadm("user", "-f", "mail", USER).text().strip());
        assertFalse(Files.exists(dovecot.home(USER).resolve("mdbox")));
        assertTrue(Files.isDirectory(Path.of(outcome.aside().get(0)).resolve("storage")));
        dovecot.assertLogClean("Login auth request failed", "Internal login failure", "unknown user");
        // and there again
        migrateOnce();
        userdb.apply(change);
        awaitMail("mdbox:~/mdbox");
        MailboxView.assertSame(back, MailboxView.of(dovecot, USER, AS_BACK));
    }

    /** A run that was killed behind the switch: what came to the Maildir since is not touched. */
    @Test
    void goesOnBehindTheSwitch() throws Exception {
        use();
        userdb.revert(change, Optional.empty());
        awaitMail("maildir:~/Maildir");
        dovecot.lmtp(USER, "Subject: after\n\nafter\n");
        MailboxView now = MailboxView.of(dovecot, USER, AS_USED);
        Rollback.Outcome outcome = rollback(user -> { }).run(false, Optional.empty());
        assertTrue(outcome.wasBack());
        assertEquals(1, outcome.aside().size());
        MailboxView.assertSame(now, MailboxView.of(dovecot, USER, AS_USED));
        assertEquals(List.of(), rollback(user -> { }).run(false, Optional.empty()).aside());
    }

    /** Recipients that were accepted while the mdbox was in force: their mails end in it, whatever the userdb says by then. */
    @Test
    void deliveriesThatBeganBefore() throws Exception {
        use();
        try (LmtpClient first = dovecot.lmtp(); LmtpClient second = dovecot.lmtp()) {
            assertTrue(first.recipient(USER).startsWith("250") && second.recipient(USER).startsWith("250"));
            Seclusion busy = new Seclusion() {
                @Override
                public void await(String user) {
                    // nobody else is there
                }

                @Override
                public void switched(String user) throws IOException {
                    assertTrue(first.data("Subject: late 1\n\nx\n").startsWith("250"));
                }

                @Override
                public void awaitDeliveries(Duration limit) throws IOException {
                    throw new IOException("killed");
                }
            };
            assertEquals("killed", assertThrows(IOException.class, () -> rollback(busy).run(true, Optional.empty())).getMessage());
            assertEquals(List.of(), gate.entries());
            assertTrue(Files.isDirectory(dovecot.home(USER).resolve("mdbox")), "what still comes has a place");
            awaitMail("maildir:~/Maildir");
            dovecot.lmtp(USER, "Subject: after\n\nx\n");
            assertTrue(second.data("Subject: late 2\n\nx\n").startsWith("250"));
        }
        Rollback.Outcome outcome = rollback(user -> { }).run(false, Optional.empty());
        assertEquals(1, outcome.aside().size());
        assertFalse(Files.exists(dovecot.home(USER).resolve("mdbox")));
        for (String subject : List.of("late 1", "late 2", "after", "new", "appended")) {
            assertEquals(1, dovecot.doveadm("search", "-u", USER, "subject", subject).lines().size(), subject);
        }
        assertTrue(steps.contains("brought back 2 mails that came late"), steps::toString);
    }

    /**
     * Mails that came late in the cutover: the file is in the Maildir, and doveadm import gave it a UID in the mdbox, behind mails that
     * only the mdbox has.
     */
    @Test
    void mailsThatCameLate() throws Exception {
        dovecot.lmtp(USER, "Subject: first\n\nx\n");
        late("INBOX", "", "1700000000.M1P1.one");
        dovecot.lmtp(USER, "Subject: second\n\nx\n");
        late("Work", ".Work", "1700000000.M1P1.two");
        late("INBOX", "", "1700000000.M1P1.three");
        // Dovecot gives them UIDs there
        dovecot.doveadm("-o", "mail=maildir:~/Maildir", "mailbox", "status", "-u", USER, "uidnext", "INBOX", "Work").succeeded();
        assertTrue(Files.readString(dovecot.home(USER).resolve("Maildir/dovecot-uidlist"), StandardCharsets.ISO_8859_1)
                .contains("M1P1.three"));
        use();
        // one that the user did not want
        late("Work", ".Work", "1700000000.M1P1.four");
        dovecot.doveadm("expunge", "-u", USER, "mailbox", "Work", "subject", "1700000000.M1P1.four").succeeded();
        MailboxView used = MailboxView.of(dovecot, USER, AS_BACK);
        Path maildir = dovecot.home(USER).resolve("Maildir");
        Path unwanted = maildir.resolve(".Work/new/1700000000.M1P1.four");
        GateException e = assertThrows(GateException.class, () -> rollback(user -> { }).run(true, Optional.empty()));
        assertTrue(e.getMessage().contains("does not have 1 mails of the Maildir, and may never have had: " + unwanted), e.getMessage());
        Files.delete(unwanted);
        MailboxView.assertSame(used, MailboxView.of(dovecot, USER, AS_BACK));
        // Killed before the UIDs were free again.
        byte[] uidlist = Files.readAllBytes(maildir.resolve("dovecot-uidlist"));
        assertTrue(new MaildirRewind(account, migrated, Instant.now()).rewind().isPresent());
        Files.write(maildir.resolve("dovecot-uidlist"), uidlist);
        Rollback.Outcome outcome = rollback(user -> { }).run(true, Optional.empty());
        MailboxView back = MailboxView.of(dovecot, USER, AS_BACK);
        assertEquals(List.of(), used.difference(back).lines()
                .filter(l -> !l.matches("\\+ status (Deep|Deep/a|Deep/a/b|New|Work/2019|日本) messages=0 .*")).toList());
        assertEquals(1, outcome.aside().size());
        assertEquals(Set.of("Maildir", ".roost-trash", outcome.aside().get(0).replaceFirst(".*/", "")), names(dovecot.home(USER)));
        assertTrue(steps.stream().anyMatch(step -> step.startsWith("mails that had other UIDs")), steps::toString);
        dovecot.assertLogClean("Login auth request failed", "Internal login failure", "unknown user");
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    /** As the cutover does it. */
    private void late(String mailbox, String directory, String name) throws IOException {
        Path home = dovecot.home(USER);
        String message = "Subject: " + name + "\n\nlate\n";
        dovecot.own(Files.writeString(home.resolve("Maildir").resolve(directory).resolve("new").resolve(name), message));
        Path small = home.resolve("small");
        for (String each : List.of("cur", "new", "tmp")) {
            Files.createDirectories(small.resolve(directory).resolve(each));
        }
        Files.writeString(small.resolve(directory).resolve("new").resolve(name), message);
        dovecot.own(small);
        dovecot.doveadm("import", "-u", USER, "maildir:" + small, "", "ALL").succeeded();
        assertEquals(1, dovecot.doveadm("search", "-u", USER, "mailbox", mailbox, "guid", name).lines().size());
        Files.walk(small).sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
    }

    /** Whatever fails before the switch leaves the user with the mdbox, and lets them in. */
    @Test
    void failures() throws Exception {
        use();
        MailboxView used = MailboxView.of(dovecot, USER, AS_USED);
        assertThrows(GateException.class, () -> rollback(user -> {
            throw new GateException("a session stays");
        }).run(true, Optional.empty()));
        // somebody lets the user in meanwhile
        GateException e = assertThrows(GateException.class, () -> rollback(user -> gate.lift(user)).run(true, Optional.empty()));
        assertTrue(e.getMessage().contains("opened by somebody else"), e.getMessage());
        // a mail that came to the Maildir after all: nothing may be lost
        Path late = Files.writeString(dovecot.home(USER).resolve("Maildir/new/1700000000.M1P1.late"), "Subject: late\n\nlate\n");
        dovecot.own(late);
        e = assertThrows(GateException.class, () -> rollback(user -> { }).run(true, Optional.empty()));
        assertTrue(e.getMessage().contains("stays with the mdbox"), e.getMessage());
        assertEquals(List.of(), gate.entries());
        MailboxView.assertSame(used, MailboxView.of(dovecot, USER, AS_USED));
        assertTrue(Files.exists(dovecot.home(USER).resolve("mdbox")));
        assertEquals(Optional.of("mdbox:~/mdbox"), userdb.field(USER));
    }
}
