package io.roost.aftercare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.MailLocation;
import io.roost.maildir.Maildir;
import io.roost.maildir.MaildirMailbox;
import io.roost.migrate.UidConflicts.Conflict;
import io.roost.migrate.UidConflicts.Mail;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;

/** What comes of it with a real Dovecot is in {@link RollbackTest}. */
class MaildirRewindTest {
    @TempDir
    private Path temp;

    /** {@code cur/} and {@code new/} are two directories: a file of each may be called the same. */
    @Test
    void filesOfOneNameBothGoToTheTrash() throws Exception {
        Path inbox = temp.resolve("Maildir");
        for (String name : List.of("cur", "new", "tmp")) {
            Files.createDirectories(inbox.resolve(name));
        }
        Files.writeString(inbox.resolve("cur/1.M1.mx"), "one");
        Files.writeString(inbox.resolve("new/1.M1.mx"), "another");
        Files.writeString(inbox.resolve("dovecot-uidlist"), "3 V1500000000 N9 G0123\n4 :0.M0.mx\n5 :1.M1.mx\n");
        Files.writeString(inbox.resolve("dovecot.index.log"), "knows the next UID too");
        MaildirMailbox mailbox = new Maildir(MailLocation.parse("maildir:~/Maildir", temp.toString())).list().mailboxes().get(0);
        Path aside = Files.createDirectory(temp.resolve("aside"));
        try (OpenDirectory directory = OpenDirectory.open(ByteString.ofText(aside.toString()))) {
            MaildirRewind.rewind(new Conflict(mailbox, 5, List.of(new Mail(mailbox, false, "1.M1.mx"), new Mail(mailbox, true, "1.M1.mx"))),
                    directory);
        }
        assertEquals("one", Files.readString(aside.resolve("cur/1.M1.mx")));
        assertEquals("another", Files.readString(aside.resolve("new/1.M1.mx")));
        assertEquals("3 V1500000000 N5 G0123\n4 :0.M0.mx\n", Files.readString(inbox.resolve("dovecot-uidlist")));
        assertFalse(Files.exists(inbox.resolve("dovecot.index.log")));
    }
}
