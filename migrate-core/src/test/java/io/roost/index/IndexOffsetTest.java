package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class IndexOffsetTest {
    @Test
    void encodesAsDovecotDoes() {
        assertEquals(0x80808086, IndexOffset.encode(24));
        assertEquals(24, IndexOffset.decode(0x80808086));
        for (int shift = 2; shift < 30; shift++) {
            int value = (1 << shift) + (1 << shift) / 8 * 4 & (1 << 30) - 4;
            assertEquals(value, IndexOffset.decode(IndexOffset.encode(value)));
        }
    }

    @Test
    void whatIsNotWrittenYetIsZero() {
        assertEquals(0, IndexOffset.decode(0));
        assertEquals(0, IndexOffset.decode(0x80808006));
        assertEquals(0, IndexOffset.decode(0x00808086));
        assertThrows(IllegalArgumentException.class, () -> IndexOffset.encode(22));
        assertThrows(IllegalArgumentException.class, () -> IndexOffset.encode(1 << 30));
    }
}
