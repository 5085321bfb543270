package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.dovecot.MailFlags;
import io.roost.posix.ByteString;

class MailFileNameTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1.a:2,                | 1.a     | ''              | 0",
        "1.a                   | 1.a     | ''              | 0",
        "1.a:2,FRSTD           | 1.a     | \\Answered \\Flagged \\Deleted \\Seen \\Draft | 0",
        "1.a:2,SRa             | 1.a     | \\Answered \\Seen | 1",
        "1.a:2,az              | 1.a     | ''              | 33554433",
        "1600000007.a:b.h:2,F  | 1600000007.a | \\Flagged   | 0",
        "1.a:2,S,F             | 1.a     | \\Seen          | 0",
        "1.a:2,S,U=5,foo       | 1.a     | \\Seen          | 0",
        "1.a:1,S               | 1.a     | ''              | 0",
        "1.a:2S                | 1.a     | ''              | 0",
        "1.a:2                 | 1.a     | ''              | 0",
        "1.a:                  | 1.a     | ''              | 0",
        "1.a:2,ZPSX            | 1.a     | \\Seen          | 0",
        "1.a:2,S:2,F           | 1.a     | \\Flagged       | 0",
        ":2,S                  | ''      | \\Seen          | 0",
    })
    void readsBaseFlagsAndKeywordLetters(String name, String base, String flags, int letters) {
        assertEquals(base, MailFileName.base(name));
        assertEquals(flags, MailFlags.toText(MailFileName.flags(name)));
        assertEquals(letters, MailFileName.keywordLetters(name));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1.a,S=12               | 12 | -1",
        "1.a,S=12,W=13          | 12 | 13",
        "1.a,W=13,S=12:2,S      | 12 | 13",
        "1.a,S=12x,W=9          | -1 | 9",
        "1.a,S=:2,S             | -1 | -1",
        "1.a,S=                 | -1 | -1",
        "1.a,S=9223372036854775807 | 9223372036854775807 | -1",
        "1.a,S=9223372036854775808 | -1 | -1",
        "1.a,S=-1               | -1 | -1",
        "1.a,S=x,S=12           | -1 | -1",
        "1.aS=12                | -1 | -1",
        "1.a:2,S,S=5            | 5  | -1",
    })
    void readsSizes(String name, long size, long virtualSize) {
        assertEquals(size, MailFileName.size(name, MailFileName.SIZE));
        assertEquals(virtualSize, MailFileName.size(name, MailFileName.VIRTUAL_SIZE));
    }

    private static int compare(String a, String b) {
        byte[] x = ByteString.toBytes(a);
        byte[] y = ByteString.toBytes(b);
        return Integer.signum(MailFileName.compareArrival(x, 0, x.length, y, 0, y.length));
    }

    @ParameterizedTest
    @CsvSource({"999.z,1000.a", "1.M5.h,1.M40.h", "1.P1.h,1.P2.h", "1.M5.h,1.x", "1.a:2,1.ab", "1.a,1.b:2", "a,b",
        "1.M5P1.a,1.M5P1.b", "5.x,99999999999999999999.x", "1,1.a"})
    void ordersByArrival(String earlier, String later) {
        assertEquals(-1, compare(earlier, later));
        assertEquals(1, compare(later, earlier));
        assertEquals(0, compare(later, later + (later.indexOf(':') < 0 ? ":2,S" : "S")));
    }

    @Test
    void readsAnyName() {
        Random random = new Random(1);
        String letters = ":2,SWMFab=/.0123\u00ff\n";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder name = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                name.append(letters.charAt(random.nextInt(letters.length())));
            }
            String s = name.toString();
            assertEquals(0, MailFileName.flags(s) & ~MailFlags.SYSTEM_MASK);
            assertTrue(MailFileName.size(s, 'S') >= -1);
            assertTrue(s.startsWith(MailFileName.base(s)));
            assertEquals(0, compare(s, s));
        }
    }

    @Test
    void knowsControlCharacters() {
        assertTrue(MailFileName.hasControls("1.\t"));
        assertTrue(MailFileName.hasControls("1.\u007f"));
        assertFalse(MailFileName.hasControls("1.\u00ff a"));
        assertTrue(MailFileName.hasLineBreak("a\rb"));
        assertTrue(MailFileName.hasLineBreak("a\nb"));
        assertFalse(MailFileName.hasLineBreak("a\tb"));
    }
}
