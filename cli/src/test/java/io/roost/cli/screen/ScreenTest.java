package io.roost.cli.screen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

import org.junit.jupiter.api.Test;

class ScreenTest {
    @Test
    void nothingFromAnybodyControlsTheTerminal() {
        Screen screen = CapturedScreen.plain().screen();
        assertEquals("a\\x1b[2Jb", screen.printable("a\033[2Jb"));
        assertEquals("\\x00\\x7f\\x9b", screen.printable("\0\177\u009b"));
        assertEquals("\\u{202e}\\u{2028}\\u{feff}", screen.printable("\u202e\u2028\ufeff"));
        assertEquals("\\u{d83e}", screen.printable("\ud83e"));
        assertEquals("🦉 übel", screen.printable("🦉 übel"));
    }

    @Test
    void linesGoOutInTheCharsetOfTheTerminal() {
        CapturedScreen latin = CapturedScreen.of(80, ISO_8859_1);
        latin.screen().line("Löwe 日");
        assertEquals("Löwe ?\n", latin.out());
        assertEquals("-~", latin.screen().rule() + latin.screen().ellipsis());
        CapturedScreen ascii = CapturedScreen.of(80, US_ASCII);
        ascii.screen().message("Löwe");
        assertEquals("L?we\n", ascii.err());
        assertEquals("", ascii.out());
    }

    @Test
    void coloursAreForTerminalsUnlessAskedFor() {
        CapturedScreen plain = CapturedScreen.plain();
        plain.screen().line(Style.GOOD.of("ok"));
        plain.screen().colour(Screen.Colour.ALWAYS);
        plain.screen().line(Style.GOOD.of("ok"));
        assertEquals("ok\n\033[32mok\033[0m\n", plain.out());
        CapturedScreen colourful = CapturedScreen.colourful();
        colourful.screen().line(Style.GOOD.of("ok"));
        colourful.screen().colour(Screen.Colour.NEVER);
        colourful.screen().line(Style.GOOD.of("ok"));
        assertEquals("\033[32mok\033[0m\nok\n", colourful.out());
    }

    @Test
    void paragraphsWrapBetweenWordsButNotBetweenNumberAndUnit() {
        CapturedScreen captured = CapturedScreen.of(40, UTF_8);
        captured.screen().paragraph("Space  ", "       ", "there are some words and then " + Quantity.bytes(5 << 20) + " more");
        assertEquals("Space  there are some words and then\n       5.0 MiB more\n", captured.out());
        CapturedScreen longWord = CapturedScreen.of(40, UTF_8);
        longWord.screen().paragraph("- ", "  ", "a " + "/path".repeat(20) + " b");
        assertEquals("- a\n  " + "/path".repeat(20) + "\n  b\n", longWord.out());
    }

    @Test
    void progressIsTakenAwayBeforeAnythingElseIsPrinted() {
        CapturedScreen captured = CapturedScreen.terminal(80, UTF_8);
        captured.screen().progress(Span.plain("half a line"));
        captured.screen().progress(Span.plain("more"));
        captured.screen().line("result");
        captured.screen().message("message");
        assertEquals("\r\033[Khalf a line\r\033[Kmore\r\033[Kmessage\n", captured.err());
        assertEquals("result\n", captured.out());
    }

    @Test
    void noProgressWhereNothingCanBeRedrawn() {
        CapturedScreen captured = CapturedScreen.plain();
        captured.screen().progress(Span.plain("half a line"));
        captured.screen().clearProgress();
        assertEquals("", captured.err());
    }

    @Test
    void aWriterHandsOverAtEachFlush() {
        CapturedScreen captured = CapturedScreen.plain();
        var writer = captured.screen().writer(true);
        writer.println("Usage: roost");
        assertEquals("", captured.err());
        writer.flush();
        assertEquals("Usage: roost\n", captured.err());
    }

    @Test
    void remembersThatOutputFailed() {
        class Full extends OutputStream {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        }
        Screen screen = new Screen(new Full(), new Full(), new Terminal(false, false, UTF_8, 80, true));
        screen.message("lost");
        assertFalse(screen.outputFailed(), "only results count");
        screen.line("lost");
        assertTrue(screen.outputFailed());
        Screen fine = new Screen(new ByteArrayOutputStream(), new Full(), new Terminal(false, false, UTF_8, 80, true));
        fine.line("kept");
        assertFalse(fine.outputFailed());
    }
}
