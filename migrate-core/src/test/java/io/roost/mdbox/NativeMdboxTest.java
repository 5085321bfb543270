package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailFlags;
import io.roost.dovecot.UidValidityFiles;
import io.roost.posix.OpenDirectory;

/** An mdbox that {@code make-mdbox.sh} recorded of a real Dovecot, for machines without one. */
class NativeMdboxTest {
    private final Path root;

    NativeMdboxTest() throws Exception {
        root = Path.of(NativeMdboxTest.class.getResource("native/mdbox/storage/m.1").toURI()).getParent().getParent();
    }

    @Test
    void readsWhatDovecotShows() throws Exception {
        List<String> mails = new ArrayList<>();
        try (OpenDirectory dir = TestMdbox.open(root);
                OpenDirectory storage = TestMdbox.open(root.resolve("storage"));
                OpenDirectory inbox = TestMdbox.open(root.resolve("mailboxes/INBOX/dbox-Mails"));
                OpenDirectory nested = TestMdbox.open(root.resolve("mailboxes/A/B/dbox-Mails"))) {
            MapIndex map = MapIndex.read(storage);
            MailboxIndex index = MailboxIndex.read(inbox);
            assertEquals(map.uidValidity(), index.header().mapUidValidity());
            for (int i = 0; i < index.size(); i++) {
                mails.add(show(storage, map, index, i));
            }
            // copied by reference: uids 1 and 3
            MailboxIndex copies = MailboxIndex.read(nested);
            assertEquals(2, copies.size());
            for (int i = 0; i < 2; i++) {
                assertEquals(index.mapUid(2 * i), copies.mapUid(i));
                assertEquals(2, map.refcount(map.find(copies.mapUid(i))));
                assertEquals(index.guid(2 * i), copies.guid(i));
            }
            // uid 5 was expunged and not purged
            assertEquals(6, map.size());
            assertEquals(0, map.refcount(map.find(5)));
            assertEquals(2, map.highestFileId());
            assertEquals(copies.header().uidValidity(), UidValidityFiles.read(dir).orElseThrow());
        }
        assertEquals(Files.readString(root.resolve("../fetched.txt")), String.join("\f\n", mails));
    }

    private static String show(OpenDirectory storage, MapIndex map, MailboxIndex index, int i) throws IOException {
        Placement p = map.placement(map.find(index.mapUid(i)));
        try (MailFileReader reader = MailFileReader.open(storage, p.fileId())) {
            StoredMail mail = reader.read(p.offset());
            assertEquals(p.recordSize(), mail.recordSize());
            assertEquals(Guid128.ofText(mail.metadata().guid()), index.guid(i));
            assertEquals("INBOX", mail.metadata().mailbox());
            assertTrue(reader.header().isAppendable());
            StringBuilder flags = new StringBuilder(MailFlags.toText(index.flags(i)));
            flags.append(index.uid(i) >= index.header().firstRecentUid() ? " \\Recent" : "");
            index.keywords(i).stream().forEach(k -> flags.append(' ').append(index.header().keywords().get(k)));
            StringBuilder text = new StringBuilder();
            reader.data(mail, chunk -> text.append(StandardCharsets.ISO_8859_1.decode(chunk)));
            return "uid: " + index.uid(i) + "\nguid: " + mail.metadata().guid() + "\nflags: " + flags.toString().trim()
                    + "\nmodseq: " + index.modseq(i) + "\ndate.received.unixtime: " + mail.metadata().received()
                    + "\ndate.saved.unixtime: " + index.saveDate(i) + "\nsize.physical: " + mail.dataSize() + "\nsize.virtual: "
                    + mail.metadata().virtualSize() + "\ntext:\n" + text;
        }
    }
}
