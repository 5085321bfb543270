package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

class TabEscapedTest {
    @Test
    void nothingLeavesItsField() {
        assertEquals("A\t\1t\1n\1r\1" + "1\tb", TabEscaped.line("A", "\t\n\r\1", "b"));
        assertEquals(List.of("A", "\t\n\r\1", "b"), TabEscaped.fields("A\t\1t\1n\1r\1" + "1\tb"));
        assertThrows(IllegalArgumentException.class, () -> TabEscaped.line("USER-MOVE", "anna\0bert"));
    }

    @Test
    void readsWhatDovecotReads() {
        assertEquals(List.of(""), TabEscaped.fields(""));
        assertEquals(List.of("", ""), TabEscaped.fields("\t"));
        assertEquals(List.of("\0x", ""), TabEscaped.fields("\1" + "0\1x\t\1"));
    }

    @Test
    void anyFieldsComeBack() {
        Random random = new Random(4);
        for (int i = 0; i < 2000; i++) {
            String[] fields = new String[1 + random.nextInt(4)];
            for (int f = 0; f < fields.length; f++) {
                StringBuilder field = new StringBuilder();
                for (int n = random.nextInt(12); n > 0; n--) {
                    field.append((char) (1 + random.nextInt(random.nextBoolean() ? 14 : 255)));
                }
                fields[f] = field.toString();
            }
            String line = TabEscaped.line(fields);
            assertFalse(line.contains("\n") || line.contains("\r"));
            assertEquals(List.of(fields), TabEscaped.fields(line));
        }
    }
}
