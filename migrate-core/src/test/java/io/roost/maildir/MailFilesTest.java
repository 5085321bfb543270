package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

class MailFilesTest {
    private final MailFiles files = new MailFiles(new NameStore());

    @Test
    void findsByBase() {
        for (int i = 0; i < 20_000; i++) {
            files.add(i + ".x" + (i % 2 == 0 ? ":2,S" : ""), i % 3 == 0);
        }
        for (int i = 0; i < 20_000; i++) {
            int at = files.find(i + ".x");
            assertEquals(i, at);
            assertEquals(i + ".x", files.base(at));
            assertEquals(i + ".x" + (i % 2 == 0 ? ":2,S" : ""), files.name(at));
            assertEquals(i % 3 == 0, files.isInNew(at));
            assertTrue(files.isFirst(at));
        }
        assertEquals(-1, files.find("20000.x"));
        assertEquals(-1, files.find("1.x:2,S"));
    }

    @Test
    void takesTheSameNameOnce() {
        files.add("1.a", true);
        files.add("1.a", true);
        files.add("1.b", true);
        assertEquals(2, files.size());
        assertEquals(List.of(), files.duplicates());
        assertEquals("new/1.b", files.path(1));
    }

    @Test
    void choosesTheFirstOfDuplicatesWhateverTheOrder() {
        List<String[]> orders = List.of(new String[] {"n1.a", "c1.a:2,S", "c1.a:2,"},
                new String[] {"c1.a:2,", "n1.a", "c1.a:2,S"},
                new String[] {"c1.a:2,S", "c1.a:2,", "n1.a"});
        for (String[] order : orders) {
            MailFiles some = new MailFiles(new NameStore());
            for (int round = 0; round < 2; round++) {
                for (String name : order) {
                    some.add(name.substring(1), name.charAt(0) == 'n');
                }
            }
            assertEquals(3, some.size());
            assertEquals(2, some.duplicates().size());
            int first = some.find("1.a");
            assertEquals("cur/1.a:2,", some.path(first));
            assertFalse(some.duplicates().contains(first));
            some.makeFirst(some.duplicates().get(0));
            assertTrue(some.isFirst(some.duplicates().get(0)));
        }
    }

    @Test
    void keepsOddNamesApart() {
        files.add(":2,S", false);
        files.add(":2,S", false);
        files.add(":2,S", true);
        files.add("a\nb", false);
        files.add("tab\t", false);
        assertEquals(4, files.size());
        assertEquals(3, files.odd().size());
        assertEquals(1, files.withControls().size());
        assertEquals(-1, files.find(""));
        assertEquals(-1, files.find("a\nb"));
    }

    @Test
    void refusesWhatIsNoFileName() {
        assertThrows(IllegalArgumentException.class, () -> files.add("", false));
        assertThrows(IllegalArgumentException.class, () -> files.add("x".repeat(256), false));
        files.add("x".repeat(255), false);
        assertEquals("x".repeat(255), files.base(0));
    }
}
