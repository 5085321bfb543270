package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.PlacedBatch.Mail;
import io.roost.dovecot.Guid128;
import io.roost.mdbox.Placement;

class PlacedMailsTest {
    private static final long U32 = 0xffff_ffffL;

    private static Mail mail(int mailbox, String key, long guid, int fileId, long offset) {
        return new Mail(mailbox, fileId, offset, 50, 20, 22, 1_000, 2_000, 9, guid, 77, key);
    }

    private static Guid128 guid(long low) {
        return new Guid128(9, low);
    }

    @Test
    void findsEveryMailAgainWithAllThatWasSaidOfIt() {
        Random random = new Random(1);
        PlacedMails placed = new PlacedMails();
        List<Mail> mails = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            byte[] key = new byte[1 + random.nextInt(40)];
            random.nextBytes(key);
            mails.add(new Mail(random.nextInt(0x10000), 1 + random.nextInt(1 << 20), random.nextLong() & U32, random.nextLong() & U32,
                    random.nextLong() >>> 1, random.nextLong() >>> 1, random.nextLong() & U32, random.nextLong() & U32, random.nextLong(),
                    random.nextLong(), random.nextLong(), i + "." + new String(key, StandardCharsets.ISO_8859_1)));
            placed.add(mails.get(i));
        }
        assertEquals(mails.size(), placed.size());
        for (int i = 0; i < mails.size(); i++) {
            Mail m = mails.get(i);
            assertEquals(i, placed.find(m.mailbox(), m.key()));
            assertEquals(-1, placed.find(m.mailbox() + 1 & 0xffff, m.key()));
            assertEquals(-1, placed.find(m.mailbox(), m.key() + "x"));
            assertEquals(i, placed.findGuid(new Guid128(m.guidHigh(), m.guidLow())));
            assertEquals(m.mailbox(), placed.mailbox(i));
            assertEquals(new Placement(m.fileId(), m.offset(), m.recordSize()), placed.placement(i));
            assertEquals(m.plainSize(), placed.plainSize(i));
            assertEquals(m.virtualSize(), placed.virtualSize(i));
            assertEquals(m.received(), placed.received(i));
            assertEquals(m.saved(), placed.saved(i));
            assertEquals(m.digest(), placed.digest(i));
            assertEquals(new Guid128(m.guidHigh(), m.guidLow()), placed.guid(i));
            assertEquals(i, placed.recordOwner(i));
            assertEquals(1, placed.sharers(i));
        }
    }

    @Test
    void ofAMailPlacedTwiceTheLastCounts() {
        PlacedMails placed = new PlacedMails();
        placed.add(mail(1, "a", 100, 1, 16));
        placed.add(mail(1, "a", 101, 1, 66));
        assertEquals(1, placed.find(1, "a"));
        assertEquals(0, placed.findGuid(guid(100)));
    }

    @Test
    void mailsThatShareARecordAreCountedAtItsOwner() {
        PlacedMails placed = new PlacedMails();
        placed.add(mail(1, "a", 100, 1, 16));
        placed.add(mail(2, "a", 100, 1, 16));
        placed.add(mail(3, "a", 100, 1, 16));
        // The same GUID, a record of its own: no sharing with the first.
        placed.add(mail(4, "a", 100, 1, 66));
        assertEquals(List.of(0, 0, 0, 3), List.of(placed.recordOwner(0), placed.recordOwner(1), placed.recordOwner(2),
                placed.recordOwner(3)));
        assertEquals(3, placed.sharers(0));
        assertEquals(1, placed.sharers(3));
        assertEquals(0, placed.findGuid(guid(100)));
    }

    @Test
    void keysThatDifferInOneByteAnywhereAreDifferent() {
        PlacedMails placed = new PlacedMails();
        String base = "1500000000.M1P1.host,S=1,W=2";
        Map<String, Integer> expected = new HashMap<>();
        for (int i = 0; i < base.length(); i++) {
            String key = base.substring(0, i) + "\u00ff" + base.substring(i + 1);
            expected.put(key, placed.size());
            placed.add(mail(0, key, i, 1, 16 + 50L * i));
        }
        expected.forEach((key, position) -> assertEquals(position, placed.find(0, key)));
        assertEquals(-1, placed.find(0, base));
        assertEquals(-1, placed.find(0, ""));
    }

    @Test
    void clearedItKnowsNothing() {
        PlacedMails placed = new PlacedMails();
        for (int i = 0; i < 1000; i++) {
            placed.add(mail(0, "k" + i, i / 2, 1, 16 + i / 2));
        }
        placed.clear();
        assertEquals(0, placed.size());
        assertEquals(-1, placed.find(0, "k1"));
        assertEquals(-1, placed.findGuid(guid(1)));
        placed.add(mail(0, "new", 1, 1, 16));
        assertEquals(0, placed.find(0, "new"));
        assertEquals(0, placed.recordOwner(0));
        assertTrue(placed.sharers(0) == 1 && placed.size() == 1);
    }
}
