package io.roost.cli.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DisplayWidthTest {
    @Test
    void countsColumnsAndNotCharacters() {
        assertEquals(0, DisplayWidth.of(""));
        assertEquals(5, DisplayWidth.of("INBOX"));
        assertEquals(8, DisplayWidth.of("Entwürfe"));
        assertEquals(6, DisplayWidth.of("日本語"));
        assertEquals(2, DisplayWidth.of("🦉"));
        assertEquals(4, DisplayWidth.of("한국"));
        assertEquals(8, DisplayWidth.of("Ελληνικά"));
    }

    @Test
    void combiningMarksTakeNoColumn() {
        assertEquals(1, DisplayWidth.of("u\u0308"));
        assertEquals(2, DisplayWidth.of("\u1112\u1161\u11ab"), "a syllable of conjoining jamo");
        assertEquals(1, DisplayWidth.of("❤\ufe0f"));
    }

    @Test
    void theEndsOfRangesAreWide() {
        assertEquals(1, DisplayWidth.of(0x10ff));
        assertEquals(2, DisplayWidth.of(0x1100));
        assertEquals(2, DisplayWidth.of(0x115f));
        assertEquals(2, DisplayWidth.of(0x4e00));
        assertEquals(2, DisplayWidth.of(0x3134a));
        assertEquals(1, DisplayWidth.of(0x3134b));
        assertEquals(1, DisplayWidth.of(0x4dc0), "hexagrams stand between two wide ranges");
    }

    @Test
    void cutsBetweenCharactersAndNeverInTheMiddleOfAWideOne() {
        assertEquals("Archive", DisplayWidth.cut("Archive", 7, "…"));
        assertEquals("Archi…", DisplayWidth.cut("Archive", 6, "…"));
        assertEquals("日本…", DisplayWidth.cut("日本語の", 6, "…"));
        assertEquals("日…", DisplayWidth.cut("日本語の", 4, "…"));
        assertEquals("🦉…", DisplayWidth.cut("🦉🦉🦉", 3, "…"));
    }
}
