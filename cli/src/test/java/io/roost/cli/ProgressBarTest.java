package io.roost.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.UserState;
import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.DisplayWidth;
import io.roost.migrate.Event;

class ProgressBarTest {
    private static final long MILLI = 1_000_000L;

    private long now;

    private List<String> drawn(CapturedScreen captured) {
        return Stream.of(captured.err().split("\r\033\\[K")).skip(1).toList();
    }

    private CapturedScreen run(int width, Charset charset, String user) {
        CapturedScreen captured = CapturedScreen.terminal(width, charset);
        ProgressBar bar = new ProgressBar(captured.screen(), () -> now);
        bar.event(new Event.Started(user, "/a", "/b", 0));
        for (int i = 0; i <= 100; i++) {
            bar.event(new Event.Copying(user, i * 10, 1000, i * 100_000, 10_000_000));
            now += 50 * MILLI;
        }
        bar.event(new Event.Reached(user, UserState.COPIED));
        bar.event(new Event.Verifying(user, 500, 1000));
        bar.event(new Event.Failed(user, "x", true));
        return captured;
    }

    @Test
    void neverIsWiderThanTheScreenAndNeverTwoLines() {
        for (int width : new int[] {40, 60, 80, 200}) {
            for (String user : List.of("a", "a.very.long.user.name.with.many.parts@mail.example.org", "日本語日本語日本語@例え")) {
                List<String> lines = drawn(run(width, UTF_8, user));
                lines.forEach(line -> assertTrue(DisplayWidth.of(line) < width && !line.contains("\n"), width + ": " + line));
            }
        }
    }

    @Test
    void isDrawnAtMostTenTimesASecondAndTakenAwayAtTheEnd() {
        CapturedScreen captured = run(80, UTF_8, "anna");
        long copying = drawn(captured).stream().filter(l -> l.contains("copying")).count();
        assertTrue(copying > 40 && copying <= 52, "5 seconds of copying, drawn " + copying + " times");
        assertTrue(captured.err().endsWith("\r\033[K"), captured.err());
    }

    @Test
    void showsPartRateAndRest() {
        List<String> lines = drawn(run(80, UTF_8, "anna"));
        assertEquals("anna  scanning …", lines.get(0));
        String half = lines.stream().filter(l -> l.contains(" 50%")).findFirst().orElseThrow();
        assertEquals("anna  copying ███████████░░░░░░░░░░░  50%    0:03 left    200 mails/s 1.9 MiB/s", half);
        assertTrue(lines.contains("anna  indexing …"), lines::toString);
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("anna  verifying ██") && l.contains(" 50%")), lines::toString);
    }

    @Test
    void allLinesWithABarAreOfOneWidth() {
        List<String> lines = drawn(run(80, UTF_8, "anna"));
        assertEquals(1, lines.stream().filter(l -> l.contains("copying")).map(DisplayWidth::of).distinct().count());
    }

    @Test
    void longNamesCostDetailsAndNotTheBar() {
        List<String> lines = drawn(run(80, UTF_8, "anna.with.a.long.name@mail.example.org"));
        String half = lines.stream().filter(l -> l.contains(" 50%")).findFirst().orElseThrow();
        assertTrue(half.startsWith("anna.with.a.long.na…  copying ███"), half);
        assertTrue(half.contains(" left") && half.contains("mails/s"), half);
        String narrow = drawn(run(40, UTF_8, "anna")).stream().filter(l -> l.contains(" 50%")).findFirst().orElseThrow();
        assertEquals("anna  copying ███▌░░░  50%    0:03 left", narrow);
    }

    @Test
    void isAsciiWhereTheTerminalIs() {
        List<String> lines = drawn(run(80, US_ASCII, "anna"));
        String half = lines.stream().filter(l -> l.contains(" 50%")).findFirst().orElseThrow();
        assertTrue(half.startsWith("anna  copying [==========>   "), half);
        assertEquals("anna  scanning ~", lines.get(0));
    }
}
