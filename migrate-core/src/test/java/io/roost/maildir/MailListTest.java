package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.MailFlags;

class MailListTest {
    private static BitSet bits(int... positions) {
        BitSet set = new BitSet();
        for (int p : positions) {
            set.set(p);
        }
        return set;
    }

    @Test
    void givesBackWhatWasAdded() {
        MailList.Builder builder = new MailList.Builder();
        for (int i = 0; i < 1000; i++) {
            builder.add(i * 4_000_000L + 1, i + ".x:2,S", i % 2 == 0, MailFlags.SEEN, bits(i % 3));
            if (i % 5 == 0) {
                builder.extras("guid" + i, i % 2 == 0 ? "uidl" + i : "", i);
            }
            if (i % 7 == 0) {
                builder.dates(i, MailList.UNKNOWN);
            } else if (i % 7 == 1) {
                builder.dates(MailList.UNKNOWN, 0xfffffffeL);
            }
        }
        MailList list = builder.build();
        assertEquals(1000, list.size());
        for (int i = 0; i < 1000; i++) {
            assertEquals(i * 4_000_000L + 1, list.uid(i));
            assertEquals(i + ".x:2,S", list.fileName(i));
            assertEquals(i + ".x", list.baseName(i));
            assertEquals(i + ".x", list.key(i));
            assertEquals(i % 2 == 0, list.isInNew(i));
            assertEquals(MailFlags.SEEN, list.flags(i));
            assertEquals(bits(i % 3), list.keywords(i));
            assertEquals(i % 5 == 0 ? "guid" + i : i + ".x", list.guid(i));
            assertEquals(i % 5 != 0 ? null : i % 2 == 0 ? "uidl" + i : i + ".x", list.pop3Uidl(i));
            assertEquals(i % 5 == 0 ? i : 0, list.pop3Order(i));
            assertEquals(i % 7 == 0 ? i : MailList.UNKNOWN, list.receivedDate(i));
            assertEquals(i % 7 == 1 ? 0xfffffffeL : MailList.UNKNOWN, list.savedDate(i));
        }
        assertSame(list.keywords(0), list.keywords(3));
    }

    @Test
    void hasNoExtrasByDefault() {
        MailList list = new MailList.Builder().add(1, "a", false, 0, bits()).extras(null, null, 0)
                .dates(MailList.UNKNOWN, MailList.UNKNOWN).build();
        assertEquals("a", list.guid(0));
        assertNull(list.pop3Uidl(0));
        assertEquals(0, list.pop3Order(0));
        assertEquals(MailList.UNKNOWN, list.receivedDate(0));
        assertEquals(0, new MailList.Builder().build().size());
    }

    @Test
    void knowsAGuidThatIsPartOfTheName() {
        MailList list = new MailList.Builder().add(1, "1.M2.h,S=5:2,S", false, 0, bits()).extras("1.M2.h", null, 0)
                .add(2, "1.M3.h,S=5", false, 0, bits()).extras("1.M3.h,S=5", null, 0)
                .add(3, "1.M4.h,S=5", false, 0, bits()).extras("1.M4.h,S=50", null, 0).build();
        assertEquals("1.M2.h", list.guid(0));
        assertEquals("1.M3.h,S=5", list.guid(1));
        assertEquals("1.M4.h,S=50", list.guid(2));
    }

    @Test
    void tellsSizesThatTheNameStates() {
        MailList list = new MailList.Builder().add(1, "1.a,S=5,W=6:2,S", false, 0, bits()).add(2, "2.b", false, 0, bits())
                .build();
        assertEquals(5, list.statedSize(0));
        assertEquals(6, list.statedVirtualSize(0));
        assertEquals(-1, list.statedSize(1));
        assertEquals(-1, list.statedVirtualSize(1));
    }

    @Test
    void demandsAscendingUids() {
        MailList.Builder builder = new MailList.Builder().add(0xfffffff0L, "a", false, 0, bits());
        assertThrows(IllegalArgumentException.class, () -> builder.add(0xfffffff0L, "b", false, 0, bits()));
        assertThrows(IllegalArgumentException.class, () -> builder.add(5, "b", false, 0, bits()));
        assertThrows(IllegalArgumentException.class, () -> builder.add(0x100000000L, "b", false, 0, bits()));
        assertThrows(IllegalArgumentException.class, () -> new MailList.Builder().add(0, "b", false, 0, bits()));
        assertThrows(IllegalArgumentException.class, () -> builder.add(0xfffffff1L, "x".repeat(256), false, 0, bits()));
    }

    @Test
    void takesMailsBack() {
        MailList.Builder builder = new MailList.Builder();
        for (int i = 0; i < 6; i++) {
            builder.add(i + 1, i + ".x", i % 2 == 0, i, bits(i)).extras("g" + i, "p" + i, i).dates(i, i)
                    .cacheRecord(32 + i);
        }
        builder.ambiguous(3);
        builder.remove(0);
        builder.remove(2);
        builder.remove(5);
        MailList list = builder.build();
        assertEquals(3, list.size());
        int[] left = {1, 3, 4};
        for (int i = 0; i < 3; i++) {
            assertEquals(left[i] + 1, list.uid(i));
            assertEquals(left[i] + ".x", list.baseName(i));
            assertEquals(left[i] % 2 == 0, list.isInNew(i));
            assertEquals(left[i], list.flags(i));
            assertEquals(bits(left[i]), list.keywords(i));
            assertEquals("g" + left[i], list.guid(i));
            assertEquals("p" + left[i], list.pop3Uidl(i));
            assertEquals(left[i], list.pop3Order(i));
            assertEquals(left[i], list.receivedDate(i));
            assertEquals(left[i], list.savedDate(i));
            assertEquals(32 + left[i], list.cacheRecord(i));
        }
        assertFalse(list.isAmbiguous(0));
        assertTrue(list.isAmbiguous(1));
        assertEquals("cur/3.x", list.key(1));
        assertFalse(list.isAmbiguous(2));
    }
}
