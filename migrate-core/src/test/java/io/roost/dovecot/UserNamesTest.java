package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"alice", "alice@example.com", "a.b-c_d+e@x.y", "jürgen@müller.example", "a b", "..x@..y", "x..",
            "%u", "-x", "~root", "o'brien", "台北😀", "@", "$(x)"})
    void accepted(String name) throws Exception {
        assertEquals(name, UserNames.check(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "/", "../x", ".", "..", "..@example.com", "a@..", "a@.", ".@b", "a@b@..", "a\nb", "a\tb",
            "a\0b", "a\r", "a\u007f", "a\u0085b", "a\u2028b", "a\u202eb", "a\u200bb", "a:b", "a*", "?", " a", "a ", "\u3000a",
            "a\ud800", "a\ufffdb"})
    void refused(String name) {
        String message = assertThrows(InvalidSettingException.class, () -> UserNames.check(name)).getMessage();
        assertTrue(message.startsWith("user name: found \""), message);
        assertTrue(message.chars().noneMatch(c -> c < 0x20 || c == 0x7f), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {255, 256})
    void length(int bytes) throws Exception {
        String name = "ü".repeat(127) + "x".repeat(bytes - 254);
        if (bytes == 255) {
            assertEquals(name, UserNames.check(name));
        } else {
            assertThrows(InvalidSettingException.class, () -> UserNames.check(name));
        }
    }
}
