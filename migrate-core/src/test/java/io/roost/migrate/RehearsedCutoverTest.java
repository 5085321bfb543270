package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;

/**
 * A user of many mails: everything is written and verified before the gate closes. What is changed between that and the gate,
 * while the user is still at it, is in the mdbox all the same.
 */
@RequiresDovecot
class RehearsedCutoverTest {
    /** Mails of a mailbox; there are some more than a dozen of those. */
    private static final int MAILS = 160;
    private static final int TESTS = 7;

    private static DovecotInstance dovecot;
    private static int used;
    @TempDir
    Path temp;
    private String user;
    private final List<Event> events = new ArrayList<>();

    /** What happens when the gate is about to close. */
    private interface LastMoment {
        void pass() throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("maildir:~/Maildir").numberedUsers(TESTS).start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (dovecot != null) {
            dovecot.close();
        }
    }

    @BeforeEach
    void sample() throws Exception {
        user = "u" + used++;
        MaildirSample.of(maildir(), 17, MAILS).write();
        dovecot.own(maildir());
        // What it has not noted of a mail it takes from the file, which a client's flag renames.
        MailboxView.of(dovecot, user);
    }

    private Path maildir() {
        return dovecot.home(user).resolve("Maildir");
    }

    private MailboxView cutOver(LastMoment lastMoment) throws Exception {
        Account account = Migrations.account(user, dovecot.home(user));
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            new UserMigration(account, Settings.defaults(), store, events::add, new OneGate(lastMoment)).run();
        }
        MailboxView view = MailboxView.of(dovecot, user);
        assertTrue(view.mailCount() >= 1000, () -> "too few to be rehearsed: " + view.mailCount());
        MailboxView.assertSame(view, MailboxView.at(dovecot, user, "mdbox:~/mdbox"));
        return view;
    }

    private long verifications() {
        return events.stream().filter(Event.Compared.class::isInstance).count();
    }

    @Test
    void ofNobodyAtWorkNothingIsWrittenTwice() throws Exception {
        // Files of rights are copied as they are, and would have to be looked at again.
        Files.delete(maildir().resolve(".Drafts/dovecot-acl"));
        cutOver(() -> { });
        assertEquals(1, verifications());
    }

    @Test
    void everythingThatClientsDo() throws Exception {
        MailboxView view = cutOver(() -> {
            try (ImapClient imap = dovecot.imap(user)) {
                imap.command("SELECT INBOX");
                imap.command("STORE 1:5 +FLAGS (\\Flagged New-Keyword)");
                imap.command("STORE 6:7 +FLAGS (\\Deleted)");
                imap.command("EXPUNGE");
                imap.append("INBOX", "(\\Seen)", "Subject: last\r\n\r\nx\r\n");
                imap.command("CREATE Moment");
                imap.command("SUBSCRIBE Moment");
                imap.command("COPY 1:3 Moment");
            }
        });
        assertEquals(2, verifications());
        List<FileFate> fates = new ArrayList<>();
        VerifyReport report = new Verification(Migrations.account(user, dovecot.home(user)), Settings.defaults(), events::add, fates::add)
                .run();
        assertTrue(report.isEqual(), () -> report.mismatches().toString());
        assertEquals(view.mailCount(), report.mails());
    }

    @Test
    void aFlag() throws Exception {
        cutOver(() -> dovecot.doveadm("flags", "add", "-u", user, "\\Flagged", "mailbox", "INBOX", "3").succeeded());
        assertEquals(2, verifications());
    }

    @Test
    void aMail() throws Exception {
        cutOver(() -> assertTrue(dovecot.lmtp(user, "Subject: last\n\nx\n").startsWith("250")));
        assertEquals(2, verifications());
    }

    @Test
    void anEmptyMailbox() throws Exception {
        cutOver(() -> dovecot.doveadm("mailbox", "create", "-u", user, "Hollow").succeeded());
        assertTrue(dovecot.doveadm("-o", "mail=mdbox:~/mdbox", "mailbox", "list", "-u", user).succeeded().text().contains("Hollow\n"));
    }

    @Test
    void aSubscription() throws Exception {
        cutOver(() -> dovecot.doveadm("mailbox", "subscribe", "-u", user, "Nowhere").succeeded());
        assertTrue(dovecot.doveadm("-o", "mail=mdbox:~/mdbox", "mailbox", "list", "-s", "-u", user).succeeded().text()
                .contains("Nowhere\n"));
    }

    @Test
    void rights() throws Exception {
        Path acl = Files.writeString(maildir().resolve("dovecot-acl"), "user=bert lr\n");
        dovecot.own(maildir());
        cutOver(() -> Files.writeString(acl, "user=bert lrws\n"));
        assertEquals("user=bert lrws\n", Files.readString(dovecot.home(user).resolve("mdbox/mailboxes/INBOX/dbox-Mails/dovecot-acl")));
    }

    /** The administrator's part, without Dovecot having to take part. */
    private static final class OneGate implements CutoverSteps {
        private final LastMoment lastMoment;
        private boolean switched;

        OneGate(LastMoment lastMoment) {
            this.lastMoment = lastMoment;
        }

        @Override
        public boolean cutsOver() {
            return true;
        }

        @Override
        public boolean isPinned() {
            return false;
        }

        @Override
        public boolean preparesOnly() {
            return false;
        }

        @Override
        public boolean isSwitched() {
            return switched;
        }

        @Override
        public boolean awaitTime() {
            return false;
        }

        @Override
        public void closeGate() throws IOException {
            try {
                lastMoment.pass();
            } catch (Exception e) {
                throw new IOException(e);
            }
        }

        @Override
        public void awaitQuiet() {
            // nobody else is there
        }

        @Override
        public void requireKept() {
            // nobody opens it
        }

        @Override
        public void switchOver() {
            // the test looks at both
            switched = true;
        }

        @Override
        public void switchBack() {
            throw new AssertionError("nothing comes so late");
        }

        @Override
        public void openGate() {
            // nobody waits
        }

        @Override
        public boolean awaitLateDeliveries() {
            return false;
        }

        @Override
        public long nextMapUid() {
            throw new AssertionError("nothing comes late");
        }

        @Override
        public void bringOver(LateMail mail, OptionalLong begun) {
            throw new AssertionError("nothing comes so late: " + mail);
        }

        @Override
        public void abandon() {
            // nobody waits
        }

        @Override
        public List<String> complaints() {
            return List.of();
        }
    }
}
