package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.maildir.Maildir;
import io.roost.maildir.MailboxSnapshot;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

class MailReadersTest {
    @TempDir
    Path temp;

    /** A single mailbox of few mails is a user as others are: one reader must not get all of it. */
    @Test
    void fewMailsAreSharedOut() throws Exception {
        MaildirBuilder maildir = MaildirBuilder.in(temp.resolve("Maildir"));
        for (int i = 0; i < 40; i++) {
            maildir.mailbox("INBOX").add(SampleMail.of("Subject: " + i + "\n\n"));
        }
        maildir.write();
        MailboxSnapshot inbox = UserSnapshot.scan(new Maildir(Migrations.account("anna", temp).source())).mailboxes().get(0);
        try (MailboxSource source = new MailboxSource(inbox, 0)) {
            MissingMails missing = new MissingMails(List.of(source), new PlacedMails());
            List<Integer> runs = Collections.synchronizedList(new ArrayList<>());
            MailReaders.Work counted = (maxMails, maxBytes) -> {
                MailReaders.Run run = missing.next(maxMails, maxBytes);
                if (run != null) {
                    runs.add(run.count());
                }
                return run;
            };
            int mails = 0;
            try (MailReaders readers = new MailReaders(4, missing.count(), Settings.defaults(), counted)) {
                for (ReadBatch batch; (batch = readers.take()) != null;) {
                    mails += batch.size();
                    readers.giveBack(batch);
                }
            }
            assertEquals(40, mails);
            assertEquals(Collections.nCopies(8, 5), runs);
        }
    }
}
