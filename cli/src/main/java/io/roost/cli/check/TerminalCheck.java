package io.roost.cli.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.roost.cli.screen.Screen;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/** What Roost sees of the terminal: why there are no colours, no progress line, or question marks for letters. */
public final class TerminalCheck implements Check {
    private static final int LEAST_WIDTH = 80;

    private final Screen screen;
    private final Map<String, String> environment;

    /** @param environment of the process */
    public TerminalCheck(Screen screen, Map<String, String> environment) {
        this.screen = screen;
        this.environment = Map.copyOf(environment);
    }

    @Override
    public List<String> ids() {
        return List.of("terminal");
    }

    @Override
    public List<Finding> look(Backend backend) {
        Question question = new Question("terminal", "terminal and locale",
                "UTF-8, and no terminal or one of 80 columns with a TERM",
                "names of mailboxes need the one; tables, the progress line and roost tui the other");
        List<String> mend = new ArrayList<>();
        if (!screen.isUnicode()) {
            mend.add("export LC_ALL=C.UTF-8");
        }
        String term = environment.getOrDefault("TERM", "");
        if (screen.isTerminal() && (term.isEmpty() || term.equals("dumb"))) {
            mend.add("export TERM=xterm-256color, or what the terminal is");
        }
        if (screen.isTerminal() && screen.width() < LEAST_WIDTH) {
            mend.add("make it " + LEAST_WIDTH + " columns wide");
        }
        String found = found(term);
        return List.of(mend.isEmpty() ? question.ok(found) : question.advice(found, String.join("; ", mend)));
    }

    private String found(String term) {
        List<String> found = new ArrayList<>();
        found.add(!screen.isTerminal() ? "no terminal" : term.isEmpty() ? "a terminal, and TERM is not set"
                : "a terminal, TERM=" + term);
        found.add(screen.width() + " columns");
        found.add(screen.usesColour() ? "colours" : environment.getOrDefault("NO_COLOR", "").isEmpty() ? "no colours"
                : "no colours (NO_COLOR is set)");
        found.add(screen.charset().name());
        return String.join(", ", found);
    }
}
