package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.MailFlags;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;

/** Index files that {@code make-maildir-index.sh} recorded of a real Dovecot, for machines without one. */
class RecordedIndexTest {
    private final Path recorded;

    RecordedIndexTest() throws Exception {
        recorded = Path.of(RecordedIndexTest.class.getResource("maildir-index/dovecot.index").toURI()).getParent();
    }

    @Test
    void readsWhatDovecotShows() throws Exception {
        List<String> mails = new ArrayList<>();
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(recorded.toString()))) {
            MailIndex index = MailIndex.read(dir, "dovecot.index").orElseThrow();
            try (IndexCache cache = IndexCache.open(dir, "dovecot.index", index).orElseThrow()) {
                for (int i = 0; i < index.size(); i++) {
                    StringBuilder flags = new StringBuilder(MailFlags.toText(index.flags(i) & MailFlags.SYSTEM_MASK));
                    flags.append(index.uid(i) >= index.header().firstRecentUid() ? " \\Recent" : "");
                    index.keywords(i).stream().forEach(k -> flags.append(' ').append(index.keywordNames().get(k)));
                    mails.add("uid: " + index.uid(i) + "\nflags: " + flags.toString().trim() + "\nmodseq: " + index.modseq(i)
                            + "\ndate.saved.unixtime: " + cache.date(i, "date.save").orElseThrow() + "\n");
                    assertTrue(new String(cache.field(i, "hdr.subject"), StandardCharsets.ISO_8859_1).contains("mail "));
                    assertFalse(index.flagsPending(i));
                    assertFalse(index.expungeRequested(i));
                }
            }
            IndexHeader h = index.header();
            assertEquals(Files.readString(recorded.resolve("status.txt")), "INBOX messages=" + h.messagesCount() + " uidnext="
                    + h.nextUid() + " uidvalidity=" + h.uidValidity() + " unseen=" + (h.messagesCount() - h.seenMessagesCount())
                    + " highestmodseq=" + index.highestModseq() + "\n");
        }
        assertEquals(Files.readString(recorded.resolve("fetched.txt")), String.join("\f\n", mails));
    }
}
