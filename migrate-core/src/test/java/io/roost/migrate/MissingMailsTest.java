package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.PlacedBatch.Mail;
import io.roost.dovecot.Guid128;
import io.roost.maildir.MailList;
import io.roost.maildir.Maildir;
import io.roost.maildir.MailboxSnapshot;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

class MissingMailsTest {
    @TempDir
    Path temp;
    private List<MailboxSource> sources;

    /** INBOX with five mails, Empty with none, Work with two, of which the second has a GUID in the uidlist. */
    @BeforeEach
    void scan() throws Exception {
        MaildirBuilder maildir = MaildirBuilder.in(temp.resolve("Maildir"));
        for (int i = 0; i < 5; i++) {
            maildir.mailbox("INBOX").add(SampleMail.of("Subject: " + i + "\n\n"));
        }
        maildir.mailbox("Empty");
        maildir.mailbox("Work").add(SampleMail.of("a")).add(SampleMail.of("b").field('G', "00112233445566778899aabbccddeeff"));
        maildir.write();
        Account account = Migrations.account("anna", temp);
        sources = new ArrayList<>();
        for (MailboxSnapshot mailbox : UserSnapshot.scan(new Maildir(account.source())).mailboxes()) {
            sources.add(new MailboxSource(mailbox, sources.size()));
        }
    }

    /** As it would be placed now. */
    private static Mail placed(MailboxSource source, int position, Guid128 guid) {
        MailList mails = source.snapshot().mails();
        return new Mail(source.number(), 1, 16 + 50L * position, 50, 20, 22, 1_000, 2_000, guid.high(), guid.low(), 7, mails.key(position));
    }

    private static Mail placed(MailboxSource source, int position) {
        return placed(source, position, Guid128.ofText(source.snapshot().mails().guid(position)));
    }

    private TreeSet<String> given(MissingMails missing, int maxMails) {
        TreeSet<String> given = new TreeSet<>();
        for (MailReaders.Run run; (run = missing.next(maxMails, 1 << 20)) != null;) {
            for (int i = 0; i < run.count(); i++) {
                given.add(run.source().snapshot().name() + " " + run.positions()[i]);
            }
        }
        assertNull(missing.next(maxMails, 1 << 20));
        return given;
    }

    private MailboxSource source(String name) {
        return sources.stream().filter(s -> s.snapshot().name().toString().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void givesOutEachMailOnceWhateverTheRuns() {
        for (int maxMails : new int[] {1, 2, 100}) {
            MissingMails all = new MissingMails(sources, new PlacedMails());
            assertEquals(7, all.count());
            assertEquals(new TreeSet<>(List.of("INBOX 0", "INBOX 1", "INBOX 2", "INBOX 3", "INBOX 4", "Work 0", "Work 1")),
                    given(all, maxMails));
        }
    }

    @Test
    void aRunEndsWhereItsMailsWeighEnough() throws Exception {
        MaildirBuilder maildir = MaildirBuilder.in(temp.resolve("heavy/Maildir"));
        for (int i = 0; i < 5; i++) {
            maildir.mailbox("INBOX").add(SampleMail.of("Subject: " + i + "\n\n" + "x".repeat(1000)));
        }
        maildir.write();
        MailboxSnapshot inbox = UserSnapshot.scan(new Maildir(Migrations.account("anna", temp.resolve("heavy")).source()))
                .mailboxes().get(0);
        MissingMails all = new MissingMails(List.of(new MailboxSource(inbox, 0)), new PlacedMails());
        List<Integer> runs = new ArrayList<>();
        for (MailReaders.Run run; (run = all.next(100, 2000)) != null;) {
            runs.add(run.count());
        }
        assertEquals(List.of(2, 2, 1), runs);
    }

    @Test
    void leavesOutWhatIsPlaced() {
        PlacedMails placed = new PlacedMails();
        for (int i : new int[] {0, 2, 4}) {
            placed.add(placed(source("INBOX"), i));
        }
        placed.add(placed(source("Work"), 1));
        MissingMails missing = new MissingMails(sources, placed);
        assertEquals(3, missing.count());
        assertEquals(new TreeSet<>(List.of("INBOX 1", "INBOX 3", "Work 0")), given(missing, 2));
    }

    @Test
    void whatWasPlacedUnderAnotherGuidOrInAnotherMailboxIsMissing() {
        PlacedMails placed = new PlacedMails();
        Mail own = placed(source("Work"), 1);
        // Before Dovecot wrote the GUID into the uidlist it was that of the base name.
        placed.add(placed(source("Work"), 1, Guid128.ofText(own.key())));
        placed.add(new Mail(source("INBOX").number(), 1, 16, 50, 20, 22, 1, 2, own.guidHigh(), own.guidLow(), 7, own.key()));
        assertEquals(7, new MissingMails(sources, placed).count());
        placed.add(own);
        assertEquals(6, new MissingMails(sources, placed).count());
    }

    @Test
    void whatGotAGuidOfItsOwnBecauseOfAConflictIsPlaced() {
        PlacedMails placed = new PlacedMails();
        String guid = source("Work").snapshot().mails().guid(1);
        placed.add(placed(source("Work"), 1, MailGuids.ofConflict(guid, 7)));
        assertEquals(6, new MissingMails(sources, placed).count());
        placed.clear();
        placed.add(placed(source("Work"), 1, MailGuids.ofConflict(guid, 8)));
        assertEquals(7, new MissingMails(sources, placed).count());
    }
}
