package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.Requires;

/** What {@code roost check} tells of real terminals. */
@Requires(Requires.Ability.TMUX)
class TerminalCheckTmuxTest {
    private static final String UTF_8 = "C.UTF-8";

    @TempDir
    private Path temp;
    private Tmux tmux;
    private Path settings;

    @BeforeEach
    void begin() throws Exception {
        tmux = new Tmux(temp);
        settings = Files.writeString(temp.resolve("settings"), "# 2.3.19.1 (9b53102964): x\n");
    }

    @AfterEach
    void end() throws Exception {
        tmux.close();
    }

    private String check(int columns, String locale, String... environment) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of("LC_ALL", locale));
        for (int i = 0; i < environment.length; i += 2) {
            all.put(environment[i], environment[i + 1]);
        }
        Tmux.Pane pane = tmux.open(columns, 24, all, TuiTmuxTest.roost("check", "--settings=" + settings, "--no-dovecot",
                "--single-backend", "--state=" + temp, "--only=terminal"));
        List<String> screen = pane.await("it has ended", text -> text.contains("EXIT "));
        return String.join(" ", screen.stream().map(String::strip).toList()).replaceAll(" +", " ");
    }

    private static void assertShows(String wanted, String screen) {
        assertTrue(screen.contains(wanted), screen);
    }

    @Test
    void asTheyAreAndAsTheyShouldNotBe() throws Exception {
        String fine = check(160, UTF_8, "TERM", "screen-256color");
        assertShows("a terminal, TERM=screen-256color, 160 columns, colours, UTF-8", fine);
        assertShows("EXIT 0", fine);
        String quiet = check(160, UTF_8, "TERM", "screen-256color", "NO_COLOR", "1");
        assertShows("160 columns, no colours (NO_COLOR is set), UTF-8", quiet);
        assertShows("EXIT 0", quiet);
        String dumb = check(160, UTF_8, "TERM", "dumb");
        assertShows("found a terminal, TERM=dumb, 160 columns, no colours, UTF-8", dumb);
        assertShows("to do export TERM=xterm-256color, or what the terminal is", dumb);
        assertShows("EXIT 23", dumb);
        String small = check(60, "C", "TERM", "screen-256color");
        assertShows("found a terminal, TERM=screen-256color, 60 columns", small);
        assertShows("to do export LC_ALL=C.UTF-8; make it 80 columns wide", small);
        assertShows("EXIT 23", small);
    }
}
