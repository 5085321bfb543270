package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.CorruptFileException;

/** Both {@code .lasthost} files. */
class LastHostTest {
    private static final String TOKEN = "00112233445566778899aabbccddeeff";

    @Test
    void writesWhatItReads() throws Exception {
        LastHost now = LastHost.now("be1");
        assertEquals(now, LastHost.read(now.write(), "f"));
        assertNotEquals(now, LastHost.now("be1"), "a token of its own");
        assertEquals("be1\n" + TOKEN + "\n", new LastHost("be1", Optional.of(TOKEN)).write());
        LastSeen seen = new LastSeen(-1, -2, 7, now);
        assertEquals(seen, LastSeen.read(seen.write(), "f"));
        assertTrue(seen.write().startsWith("18446744073709551615 -2.000000007\nbe1\n"), seen.write());
    }

    @Test
    void readsWhatTheOriginalLeaves() throws Exception {
        assertEquals(new LastHost("be1.example.org", Optional.empty()), LastHost.read("be1.example.org", "f"));
        assertEquals(new LastHost("be1.example.org", Optional.empty()), LastHost.read("be1.example.org\n", "f"));
    }

    @Test
    void namesFileAndOffset() {
        CorruptFileException e = assertThrows(CorruptFileException.class, () -> LastHost.read("be1\nxyz\n", "/i/.lasthost"));
        assertEquals(4, e.offset());
        assertEquals("/i/.lasthost is damaged at offset 4: expected 32 hex digits and a line feed, found \"xyz\\x0a\"",
                e.getMessage());
        for (String bad : new String[] {"", "\n", "a b\n", "a/b", "a\n" + TOKEN, "a\n" + TOKEN + "\n\n", "a\0", "x".repeat(256),
            "a\n" + TOKEN.toUpperCase() + "\n"}) {
            assertThrows(CorruptFileException.class, () -> LastHost.read(bad, "f"), bad);
        }
        for (String bad : new String[] {"1 2.000000000\nbe1\n", "1 2\nbe1\n" + TOKEN + "\n", "1 2.0\nbe1\n" + TOKEN + "\n", "x",
            "\n", "99999999999999999999 1.000000000\nbe1\n" + TOKEN + "\n", "1 9999999999999999999.000000000\nb\n" + TOKEN
            + "\n"}) {
            assertThrows(CorruptFileException.class, () -> LastSeen.read(bad, "f"), bad);
        }
    }

    /** Whatever bytes change, it is refused, or it is read as what it says. */
    @Test
    void survivesMutations() {
        Random random = new Random(5);
        String host = new LastHost("be1", Optional.of(TOKEN)).write();
        String seen = new LastSeen(1234, 1700000000, 1, new LastHost("be1", Optional.of(TOKEN))).write();
        int read = 0;
        for (int i = 0; i < 40_000; i++) {
            boolean one = random.nextBoolean();
            String bytes = mutate(random, one ? host : seen);
            try {
                String again = one ? LastHost.read(bytes, "f").write() : LastSeen.read(bytes, "f").write();
                read++;
                assertTrue(again.equals(bytes) || one && again.equals(bytes + "\n"), bytes);
            } catch (CorruptFileException e) {
                assertFalse(e.getMessage().isEmpty());
            }
        }
        assertTrue(read > 1000, "some are read: " + read);
    }

    static String mutate(Random random, String text) {
        StringBuilder out = new StringBuilder(text);
        for (int n = random.nextInt(3) + 1; n > 0; n--) {
            int at = out.length() == 0 ? 0 : random.nextInt(out.length());
            switch (random.nextInt(5)) {
                case 0 -> out.insert(at, (char) random.nextInt(256));
                case 1 -> out.setLength(at);
                case 2 -> out.insert(at, out.substring(0, at));
                case 3 -> out.insert(at, "0123456789.- \n".charAt(random.nextInt(14)));
                default -> {
                    if (out.length() > 0) {
                        out.setCharAt(at, (char) random.nextInt(256));
                    }
                }
            }
        }
        return out.toString();
    }
}
