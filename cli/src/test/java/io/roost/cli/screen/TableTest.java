package io.roost.cli.screen;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

class TableTest {
    private static Table table() {
        return new Table().elasticColumn("Mailbox").column("Mails", Align.RIGHT);
    }

    @Test
    void columnsStandUnderEachOtherWhateverTheScript() {
        CapturedScreen captured = CapturedScreen.plain();
        captured.screen().table(table().row("INBOX", "1,234").row("日本語/会議", 5).row("u\u0308ber", 6).totals("3 mailboxes",
                "1,245"), " ");
        assertEquals(List.of(
                " Mailbox      Mails",
                " INBOX        1,234",
                " 日本語/会議      5",
                " u\u0308ber             6",
                " ──────────────────",
                " 3 mailboxes  1,245"), captured.outLines());
    }

    @Test
    void longNamesAreCutToTheWidthOfTheScreen() {
        CapturedScreen captured = CapturedScreen.of(40, UTF_8);
        captured.screen().table(table().row("x".repeat(100), "1").row("日".repeat(50), "2"));
        assertEquals(3, captured.outLines().size());
        captured.outLines().forEach(line -> assertTrue(DisplayWidth.of(line) <= 39, line));
        assertTrue(captured.outLines().get(1).endsWith("x…      1"), captured.out());
        assertTrue(captured.outLines().get(2).contains("日…"), captured.out());
    }

    @Test
    void theLastElasticColumnGivesWayFirst() {
        CapturedScreen captured = CapturedScreen.of(40, UTF_8);
        captured.screen().table(new Table().elasticColumn("Name").elasticColumn("Keywords").row("a".repeat(24),
                "b".repeat(30)));
        assertEquals("a".repeat(24) + "  " + "b".repeat(12) + "…", captured.outLines().get(1));
    }

    @Test
    void controlCharactersInCellsDoNotReachTheTerminal() {
        CapturedScreen captured = CapturedScreen.plain();
        captured.screen().table(table().row("a\033[31mb\n\tc\u202e", "1"));
        assertEquals("a\\x1b[31mb\\x0a\\x09c\\u{202e}      1", captured.outLines().get(1));
        assertEquals(captured.outLines().get(0).length(), captured.outLines().get(1).length());
    }

    @Test
    void whatTheCharsetLacksIsAQuestionMarkAndKeepsTheColumns() {
        CapturedScreen captured = CapturedScreen.of(80, US_ASCII);
        captured.screen().table(table().row("日本", "1").row("ab", "2").totals("", "3"));
        assertEquals(List.of("Mailbox  Mails", "??           1", "ab           2", "--------------", "             3"),
                captured.outLines());
    }

    @Test
    void coloursDoNotCountAsColumns() {
        CapturedScreen captured = CapturedScreen.colourful();
        captured.screen().table(table().row(Style.BAD.of("broken"), "1").row("fine", "2"));
        assertEquals("\033[1;31mbroken\033[0m       1", captured.outLines().get(1));
        assertEquals("fine         2", captured.outLines().get(2));
    }

    @Test
    void aRowHasAsManyCellsAsThereAreColumns() {
        assertThrows(IllegalArgumentException.class, () -> table().row("only one"));
    }
}
