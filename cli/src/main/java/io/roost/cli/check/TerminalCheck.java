package io.roost.cli.check;

import java.util.List;

import io.roost.cli.screen.Screen;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/** What Roost sees of the terminal: why there are no colours, no progress line, or question marks for letters. */
public final class TerminalCheck implements Check {
    private static final int LEAST_WIDTH = 80;

    private final Screen screen;

    public TerminalCheck(Screen screen) {
        this.screen = screen;
    }

    @Override
    public List<String> ids() {
        return List.of("terminal");
    }

    @Override
    public List<Finding> look(Backend backend) {
        Question question = new Question("terminal", "standard output and error", "UTF-8, 80 columns, or no terminal at all",
                "names of mailboxes need the one, tables the other");
        String found = (screen.canRedraw() ? "a terminal that redraws" : "no terminal, or TERM=dumb") + ", " + screen.width()
                + " columns, " + (screen.usesColour() ? "colours" : "no colours") + ", " + (screen.isUnicode() ? "Unicode"
                : "no Unicode");
        if (!screen.isUnicode()) {
            return List.of(question.advice(found, "set LC_ALL=C.UTF-8"));
        }
        return List.of(screen.canRedraw() && screen.width() < LEAST_WIDTH ? question.advice(found, "make it wider")
                : question.ok(found));
    }
}
